import { readStatement } from '@microgrid/invoicing';
import { manifestOf, textOf, type Manifest } from '../proof/public-manifest.js';
import { manifestObject } from '../run-directory.js';
import { statementJsonPath } from '../run-layout.js';
import { isRunnerError, RunnerError } from '../runner-error.js';
import {
  isChanged,
  changeOf,
  memberChanges,
  withStatements,
  type ComparedAmounts,
  type MemberChange,
} from './member-change.js';

/** A place where two runs say different things. */
export interface ManifestDifference {
  /** As in `contract.prices.import.price`. */
  readonly path: string;
  readonly before?: unknown;
  readonly after?: unknown;
}

/** How two runs differ. Plain JSON. */
export interface RunDifference {
  /** Nothing of rules, inputs and results differs. */
  readonly same: boolean;
  readonly currency: string;
  /** Period, community and rules. */
  readonly rules: readonly ManifestDifference[];
  /** Inputs with other bytes, by path. */
  readonly inputs: readonly string[];
  /** Members whose amounts differ, in id order. */
  readonly members: readonly MemberChange[];
  readonly totals: ComparedAmounts;
}

const RULES = [
  'run',
  'community',
  'period',
  'timeZone',
  'resolution',
  'currency',
  'contract',
] as const;

/** Compares two runs by their manifests and statements. @throws RunnerError `not-a-run`. */
export function diffRuns(before: string, after: string): RunDifference {
  const [a, b] = [manifestOf(before), manifestOf(after)];
  const rules = RULES.flatMap((field) => differences(a[field], b[field], field));
  const inputs = changedFiles(a, b);
  const [left, right] = [amountsOf(before, a), amountsOf(after, b)];
  const members = memberChanges(left.members, right.members).filter(isChanged);
  return {
    same: rules.length === 0 && inputs.length === 0 && members.length === 0,
    currency: String(b['currency']),
    rules,
    inputs,
    members,
    totals: changeOf(left.totals, right.totals),
  };
}

function amountsOf(directory: string, manifest: Manifest): ReturnType<typeof withStatements> {
  const members = manifestObject(manifest, 'members') as Record<string, ComparedAmounts>;
  const totals = manifestObject(manifest, 'totals') as unknown as ComparedAmounts;
  const statements = new Map(
    Object.keys(members).map((member) => {
      const path = statementJsonPath(member);
      try {
        return [member, readStatement(textOf(directory, path), path)];
      } catch (error) {
        if (isRunnerError(error)) throw error;
        throw new RunnerError(
          'not-a-run',
          `${directory}: ${path} is no statement; run: microgrid-settle verify ${directory}`,
        );
      }
    }),
  );
  return withStatements(members, totals, statements);
}

function changedFiles(a: Manifest, b: Manifest): string[] {
  const [before, after] = [manifestObject(a, 'inputs'), manifestObject(b, 'inputs')];
  const digest = (files: Manifest, file: string): unknown => manifestObject(files, file)['sha256'];
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((file) => digest(before, file) !== digest(after, file))
    .sort();
}

/** Where two JSON values differ, leaf by leaf; lists of things with ids are compared by id. */
function differences(a: unknown, b: unknown, path: string): ManifestDifference[] {
  if (JSON.stringify(a) === JSON.stringify(b)) return [];
  const [left, right] = [named(a), named(b)];
  if (left === undefined || right === undefined) {
    return [{ path, ...(a !== undefined && { before: a }), ...(b !== undefined && { after: b }) }];
  }
  const names = [...new Set([...left.keys(), ...right.keys()])];
  return names.flatMap((name) => differences(left.get(name), right.get(name), `${path}.${name}`));
}

function named(value: unknown): Map<string, unknown> | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (!Array.isArray(value)) return new Map(Object.entries(value));
  return new Map(
    value.map((item: unknown, index) => {
      const id = (item as { id?: unknown } | null)?.id;
      return [typeof id === 'string' ? id : String(index), item];
    }),
  );
}
