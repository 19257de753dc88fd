import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { canonicalJson } from '@microgrid/events';
import { leafBytes, readStatement, statementLeaves } from '@microgrid/invoicing';
import { leafHash, toHex } from '@microgrid/journal';
import { nodeHash } from '@microgrid/journal/node';
import { placeOfRun, withInputs } from '../input-place.js';
import { saysExternalInputs } from '../run-form.js';
import { listDirectory, manifestObject } from '../run-directory.js';
import {
  DELTAS_NDJSON,
  ERASED_JSON,
  EVENTS_NDJSON,
  RUN_JSON,
  statementJsonPath,
} from '../run-layout.js';
import { RunnerError } from '../runner-error.js';
import { verify } from '../verify.js';
import { ERASED_SCHEMA, erasedFiles, erasedOf, isReadings, isRedacted, isRules } from './erased.js';
import { manifestOf, textOf, type Manifest } from './public-manifest.js';
import {
  pointsOf,
  pseudonyms,
  redactedContract,
  type RedactableContract,
} from './redacted-contract.js';
import { writeWhole } from './write-whole.js';

/** Something of an erased member that is still there, and what can be done about it. */
export interface ErasureRest {
  readonly where: string;
  readonly what: string;
}

/** What erasing did. */
export interface Erasure {
  /** Files that are gone. */
  readonly removed: readonly string[];
  /** Files without the member's rows and entries. */
  readonly rewritten: readonly string[];
  /** What stands for its ids where other rules need them, by id. */
  readonly pseudonyms: ReadonlyMap<string, string>;
  /** What stays, in the run and outside it. */
  readonly rest: readonly ErasureRest[];
}

/**
 * Removes a member's values from a run for good: its statement, its readings, its amounts and its
 * name, and the page that shows everybody's amounts. Where other rules name its points a pseudonym stands
 * in. The hashes of its days stay, so that the others' proofs, the tree and the signature still hold; what
 * was computed from the readings can no longer be recomputed. Interrupted, it can be run again. Inputs
 * that lie outside the run are left alone, since other runs may need them. What stays is told.
 * @param externalInputs the directory that holds them.
 * @throws RunnerError `bad-usage` for an unknown member, `bad-input` for a run that does not verify.
 */
export async function eraseMember(
  directory: string,
  member: string,
  externalInputs?: string,
): Promise<Erasure> {
  const manifest = manifestOf(directory);
  const members = manifestObject(manifest, 'members');
  const before = erasedOf(directory);
  const isErased = before?.members.some((one) => one.member === member) === true;
  if (!(member in members) && !isErased) {
    throw new RunnerError(
      'bad-usage',
      `--member: got ${JSON.stringify(member)}, expected one of ${Object.keys(members).join(', ')}`,
    );
  }
  if (!isErased) {
    const { ok, findings } = await verify(directory, withInputs(externalInputs));
    if (!ok) {
      throw new RunnerError(
        'bad-input',
        `${directory}: nothing was erased, since the run does not verify: ${findings[0]?.message ?? ''}`,
      );
    }
    writeErased(directory, member, before?.members ?? []);
  }
  const { rewritten, names } = redact(directory, member, manifest);
  const removed = erasedFiles(member).filter((path) => existsSync(join(directory, path)));
  for (const path of removed) rmSync(join(directory, path));
  const rest = [
    ...restInRun(directory, [...names.keys()]),
    ...restOutside(directory, manifest, externalInputs),
  ];
  return { removed, rewritten, pseudonyms: names, rest };
}

function writeErased(
  directory: string,
  member: string,
  before: readonly { readonly member: string }[],
): void {
  const statement = readStatement(textOf(directory, statementJsonPath(member)));
  const leaves = statementLeaves({ ...statement, member }, nodeHash).map((leaf, day) => ({
    index: statement.days[day]?.leafIndex,
    hash: toHex(leafHash(nodeHash, leafBytes(leaf))),
  }));
  const document = { schema: ERASED_SCHEMA, members: [...before, { member, leaves }] };
  writeWhole(join(directory, ERASED_JSON), `${canonicalJson(document)}\n`);
}

/** Takes the member out of every file that holds it beside others; the manifest last, which names its points. */
function redact(
  directory: string,
  member: string,
  manifest: Manifest,
): { rewritten: string[]; names: Map<string, string> } {
  const files = listDirectory(directory).files.filter(isRedacted);
  const contracts = new Map(
    files
      .filter((path) => isRules(path))
      .map((path) => [path, JSON.parse(textOf(directory, path)) as RedactableContract]),
  );
  const contract = manifest['contract'] as RedactableContract | undefined;
  const points = [contract, ...contracts.values()].flatMap((rules) => pointsOf(rules, member));
  const names = pseudonyms([...new Set([...points, member])], contract);
  const rewritten: string[] = [];
  const rewrite = (path: string, text: string): void => {
    if (text === textOf(directory, path)) return;
    writeWhole(join(directory, path), text);
    rewritten.push(path);
  };
  for (const path of files.filter(isReadings)) {
    rewrite(
      path,
      withoutLines(directory, path, (line) => points.includes(line.slice(0, line.indexOf(',')))),
    );
  }
  if (files.includes(DELTAS_NDJSON)) {
    const isOwn = (line: string): boolean =>
      (JSON.parse(line || '{}') as { member?: unknown }).member === member;
    rewrite(DELTAS_NDJSON, withoutLines(directory, DELTAS_NDJSON, isOwn));
  }
  for (const [path, rules] of contracts) {
    rewrite(path, canonicalJson(redactedContract(rules, member, names)));
  }
  const kept = Object.entries(manifestObject(manifest, 'members')).filter(([id]) => id !== member);
  const redacted = {
    ...manifest,
    contract: redactedContract(contract, member, names),
    members: Object.fromEntries(kept),
  };
  rewrite(RUN_JSON, `${JSON.stringify(redacted, null, 2)}\n`);
  return { rewritten, names };
}

function withoutLines(directory: string, path: string, isOwn: (line: string) => boolean): string {
  return textOf(directory, path)
    .split('\n')
    .filter((line) => !isOwn(line))
    .join('\n');
}

/** Files that may name a member and are not its own; the others' statements never do. */
function mayName(path: string): boolean {
  return path !== ERASED_JSON && !/^(?:statements|corrections)\//.test(path) && !isReadings(path);
}

/** What still names the member in the run. */
function restInRun(directory: string, ids: readonly string[]): ErasureRest[] {
  const own: ErasureRest = {
    where: ERASED_JSON,
    what: "the member's id and the hashes of its days, without which the others' proofs would not hold",
  };
  const named = listDirectory(directory)
    .files.filter((path) => mayName(path) && path !== EVENTS_NDJSON)
    .flatMap((path): ErasureRest[] => {
      const text = textOf(directory, path);
      const found = ids.filter((id) => occurs(text, id));
      if (found.length === 0) return [];
      return [
        {
          where: path,
          what:
            path === RUN_JSON
              ? 'the names, sizes and hashes of the files that are gone: the run is signed over them'
              : `names ${found.join(', ')}; the run is signed over its hash: keep this file from those who must not see it`,
        },
      ];
    });
  return [own, ...named];
}

/** Whether an id stands in a text by itself and not as a part of another. */
function occurs(text: string, id: string): boolean {
  const escaped = id.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
  return new RegExp(`(?<![\\w.:-])${escaped}(?![\\w:-])`).test(text);
}

/** Inputs outside the run hold the readings and the rules as they were. */
function restOutside(
  directory: string,
  manifest: Manifest,
  externalInputs: string | undefined,
): ErasureRest[] {
  if (!saysExternalInputs(manifest)) return [];
  const place = placeOfRun(directory, manifest, externalInputs);
  return Object.keys(manifestObject(manifest, 'inputs'))
    .filter((path) => isReadings(path) || isRules(path))
    .map((path) => ({
      where: place.path(path),
      what: `${isReadings(path) ? "the member's readings" : 'the rules, which name the member'} as before, with those of the others: remove it once no run needs it`,
    }));
}
