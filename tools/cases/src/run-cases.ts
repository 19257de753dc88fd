import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CaseFileError, NotUnderstood } from './case-error.js';
import { parseCases, type CaseFile } from './case-file.js';
import { compare, EXPLANATIONS, type Difference } from './compare.js';
import { arguedValues } from './disputed.js';
import type { Executor } from './executor.js';
import { EXECUTORS } from './executors.js';
import { isList, isRecord, type Json } from './json.js';
import { leftTo } from './left-cases.js';

/** What became of a case. */
export type CaseOutcome =
  | { readonly outcome: 'pass'; readonly kind: string; readonly vectors: number }
  | {
      readonly outcome: 'fail';
      readonly kind: string;
      readonly differences: readonly (Difference & { readonly vector: string })[];
    }
  /** Another part of the project computes it, or will. */
  | { readonly outcome: 'left'; readonly reason: string }
  /** No executor knows its shape, or something that is expected. */
  | { readonly outcome: 'not-understood'; readonly reason: string };

/** A case and what became of it. */
export type CaseReport = CaseOutcome & { readonly id: string; readonly domain: string };

/** Runs one case. @param executors default: all. */
export function runCase(given: CaseFile, executors: readonly Executor[] = EXECUTORS): CaseReport {
  const one = { ...given, expected: withoutExplanations(given.expected) };
  return { id: one.id, domain: one.domain, ...outcomeOf(one, executors) };
}

function outcomeOf(one: CaseFile, executors: readonly Executor[]): CaseOutcome {
  const reasons: string[] = [];
  for (const executor of executors) {
    try {
      const vectors = executor.run(one);
      if (vectors === undefined) continue;
      return judge(one, executor.kind, vectors);
    } catch (error) {
      if (error instanceof NotUnderstood) reasons.push(`${executor.kind}: ${error.message}`);
      else return broken(executor.kind, error);
    }
  }
  const reason = leftTo(one);
  if (reasons.length === 0 && reason !== undefined) return { outcome: 'left', reason };
  return {
    outcome: 'not-understood',
    reason: reasons.length > 0 ? reasons.join('; ') : `no executor knows this ${one.domain} case`,
  };
}

function broken(kind: string, error: unknown): CaseOutcome {
  const actual = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return {
    outcome: 'fail',
    kind,
    differences: [{ vector: '', path: '', expected: 'a result', actual }],
  };
}

function judge(
  one: CaseFile,
  kind: string,
  vectors: ReturnType<Executor['run']> & object,
): CaseOutcome {
  const argued = arguedValues(one.notes);
  const differences = vectors.flatMap(({ name, expected, actual }) =>
    compare(expected, actual, one.tolerance, argued).map((difference) => ({
      vector: name,
      ...difference,
    })),
  );
  if (vectors.every(({ expected }) => leaves(expected) === 0))
    return { outcome: 'not-understood', reason: 'nothing is expected' };
  if (differences.length === 0) return { outcome: 'pass', kind, vectors: vectors.length };
  const unknown = differences.filter(({ actual }) => actual === undefined);
  if (unknown.length === differences.length) {
    const paths = unknown.map(({ vector, path }) => `${vector}${vector && ': '}${path}`);
    return {
      outcome: 'not-understood',
      reason: `${kind}: nothing computes ${paths.join(', ')}`,
    };
  }
  return { outcome: 'fail', kind, differences };
}

/** What is expected, without the fields that explain it. */
function withoutExplanations(expected: Json): Json {
  if (isList(expected)) return expected.map(withoutExplanations);
  if (!isRecord(expected)) return expected;
  return Object.fromEntries(
    Object.entries(expected)
      .filter(([key]) => !EXPLANATIONS.has(key))
      .map(([key, one]) => [key, withoutExplanations(one)]),
  );
}

/** How many values an expectation holds. */
function leaves(expected: Json): number {
  if (isList(expected)) return expected.reduce((sum: number, one) => sum + leaves(one), 0);
  if (!isRecord(expected)) return 1;
  return Object.values(expected).reduce((sum: number, one) => sum + leaves(one), 0);
}

/** The cases of a folder, and the files that hold none. */
export interface CaseFolder {
  readonly cases: readonly CaseFile[];
  /** What is wrong with each file that could not be read. */
  readonly unreadable: readonly CaseReport[];
}

/** Reads the `.json` files of a folder, by name. @throws CaseFileError when there are none. */
export function readCases(folder: string): CaseFolder {
  const names = existsSync(folder)
    ? readdirSync(folder)
        .filter((name) => name.endsWith('.json'))
        .sort()
    : [];
  if (names.length === 0) {
    throw new CaseFileError(
      `${folder}: no .json files, expected worked cases; name their folder in MICROGRID_CASES`,
    );
  }
  const cases: CaseFile[] = [];
  const unreadable: CaseReport[] = [];
  for (const name of names) {
    try {
      cases.push(...parseCases(readFileSync(join(folder, name), 'utf8'), name));
    } catch (error) {
      if (!(error instanceof CaseFileError)) throw error;
      unreadable.push({
        id: name,
        domain: '',
        outcome: 'not-understood',
        reason: error.message,
      });
    }
  }
  return { cases, unreadable };
}
