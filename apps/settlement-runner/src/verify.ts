import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { isMeteringError, readCanonicalCsv } from '@microgrid/metering';
import { periodOfDays } from './days-document.js';
import { compareFile, type Finding } from './difference.js';
import { keptContractFiles } from './contract-file-names.js';
import { neededExternalInputs, runPlace, type InputPlace } from './input-place.js';
import { inputCopies } from './input-copies.js';
import {
  digesting,
  produceRun,
  sourceOfGrid,
  type FileSink,
  type Produced,
} from './produce-run.js';
import { erasedOf } from './proof/erased.js';
import { headFindings } from './proof/run-head.js';
import { verifyErased } from './proof/verify-erased.js';
import { formOfRun, type RunForm } from './run-form.js';
import {
  isDirectory,
  listDirectory,
  manifestObject,
  readManifest,
  type DirectoryListing,
} from './run-directory.js';
import { communityOf, runInputs, type RunInputs } from './run-inputs.js';
import {
  COMMUNITY_JSON,
  DAYS_JSON,
  EVENTS_NDJSON,
  HEAD_JSON,
  HISTORY_JSON,
  INPUT_FILES,
  INPUTS,
  READINGS_CSV,
  RUN_JSON,
} from './run-layout.js';
import { isInputError } from './input-error.js';
import { isRunnerError, RunnerError } from './runner-error.js';
import type { SettlingThreads } from './stretches/stretch-threads.js';
import { NotInStretches } from './stretches/stretched-source.js';
import { stretchedInputs } from './verify-stretches.js';
import type { History } from './versions/history.js';
import { historyOfRun } from './versions/load-history.js';
import { produceVersion } from './versions/produce-version.js';
import type { RunProgress } from './run.js';

/** What a verification found. */
export interface Verification {
  /** Whether every byte under the directory is what the inputs demand, and nothing else is there. */
  readonly ok: boolean;
  /** Files compared. */
  readonly files: number;
  /** What is wrong, by file and position. */
  readonly findings: readonly Finding[];
  /** Members that were erased: their values can no longer be recomputed. Absent: none. */
  readonly erased?: readonly string[];
}

/** How to verify. */
export interface VerifyOptions {
  readonly onProgress?: (progress: RunProgress) => void;
  /** The settlement operator's public key: then the run must be signed by it. */
  readonly operatorKey?: string;
  /** Directory that holds the run's inputs, where they lie outside it. */
  readonly externalInputs?: string;
  /** The threads that settle a large run again. Default: none. */
  readonly threads?: SettlingThreads;
}

/** A run that is being verified. */
interface Examined {
  readonly directory: string;
  readonly listing: DirectoryListing;
  /** Where its inputs lie. */
  readonly place: InputPlace;
  readonly form: RunForm;
  readonly onProgress?: VerifyOptions['onProgress'];
  readonly threads?: SettlingThreads;
}

/** One way to read the inputs. */
interface Candidate {
  readonly community: Uint8Array;
  readonly days: Uint8Array;
  readonly readings: Uint8Array;
}

const decoder = new TextDecoder();

/**
 * Recomputes a run from its own `inputs/` and compares every byte. Nothing but the directory is
 * needed. A signed run's signature is checked too. When an input no longer has the hash that the manifest names, its second copy inside the
 * run is tried too, and the reading of the inputs that leaves the fewest files wrong is believed: so
 * the changed file itself is named, not everything that follows from it.
 * A run from which members were erased is checked as far as it goes without their values.
 * @throws RunnerError `not-a-run` when the directory holds no run at all, `bad-usage` when its inputs
 *   lie outside it and it is not said where.
 */
export async function verify(
  directory: string,
  options: VerifyOptions = {},
): Promise<Verification> {
  const listing = listRun(directory);
  const erased = erasedOf(directory);
  const { operatorKey } = options;
  const found =
    erased === undefined
      ? await recompute(examined(directory, listing, options))
      : { ...verifyErased(directory, erased), erased: erased.members.map(({ member }) => member) };
  const findings = [...found.findings, ...(await headFindings(directory, operatorKey))];
  return { ...found, ok: findings.length === 0, findings };
}

function examined(
  directory: string,
  listing: DirectoryListing,
  { externalInputs, onProgress, threads }: VerifyOptions,
): Examined {
  const manifest = readManifest(directory);
  const form = formOfRun(manifest, listing.files, externalInputs !== undefined);
  const outside = form.externalInputs ? neededExternalInputs(directory, externalInputs) : undefined;
  const place = runPlace(directory, manifest, outside);
  const options = { ...(onProgress && { onProgress }), ...(threads && { threads }) };
  return { directory, listing, place, form, ...options };
}

async function recompute(run: Examined): Promise<Verification> {
  const { directory, listing, place, form } = run;
  if (place.has(HISTORY_JSON)) return recomputeVersion(run);
  const whole = await recomputeStretches(run);
  if (whole?.ok) return whole;
  const copies = inputCopies(directory, listing.files, place);
  let best: Verification | undefined;
  let fault: Finding | undefined;
  for (const candidate of candidates(copies)) {
    const inputs = readInputs(candidate, place);
    if ('file' in inputs) {
      fault ??= located(place, inputs);
      continue;
    }
    const produce = (sink: FileSink): AsyncGenerator<Produced> =>
      produceRun(sourceOfGrid(inputs), sink, form);
    const result = await compare(run, produce);
    if (result.ok) return result;
    if (!best || wrongFiles(result) < wrongFiles(best)) best = result;
  }
  if (best) return { ...best, findings: [...doubts(run, copies.doubted, best), ...best.findings] };
  const missing = INPUT_FILES.filter((file) => !existsSync(place.path(file)));
  const findings: Finding[] = missing.map((file) => ({
    file,
    change: 'missing',
    message: `${shownInput(run, file)}: is missing`,
  }));
  return { ok: false, files: 0, findings: fault ? [...findings, fault] : findings };
}

/** Recomputes a large run with the memory of a few days; what is found then is looked at more closely. */
async function recomputeStretches(run: Examined): Promise<Verification | undefined> {
  const source = stretchedInputs(run.place, run.threads);
  if (source === undefined) return undefined;
  try {
    return await compare(run, (sink) => produceRun(source, sink, run.form));
  } catch (error) {
    if (error instanceof NotInStretches || isInputError(error)) return undefined;
    throw error;
  } finally {
    source.stop();
  }
}

/** A version is made again from everything that became known, with all versions before it. */
async function recomputeVersion(run: Examined): Promise<Verification> {
  let history: History;
  try {
    history = historyOfRun(run.place);
  } catch (error) {
    const { message } = error as Error;
    const finding = { file: HISTORY_JSON, change: 'changed' as const, message };
    return { ok: false, files: 0, findings: [finding] };
  }
  const produce = (sink: FileSink): AsyncGenerator<Produced> =>
    produceVersion(history, sink, run.form);
  const result = await compare(run, produce);
  if (result.ok) return result;
  return { ...result, findings: [...doubts(run, otherInputs(run), result), ...result.findings] };
}

function listRun(directory: string): DirectoryListing {
  const refuse = (what: string): never => {
    throw new RunnerError(
      'not-a-run',
      `${directory}: ${what}; expected a directory that microgrid-settle run wrote`,
    );
  };
  let listing: DirectoryListing;
  try {
    if (isDirectory(directory) === undefined) refuse('nothing is there');
    listing = listDirectory(directory);
  } catch (error) {
    if (isRunnerError(error)) throw error;
    return refuse('is no directory that can be read');
  }
  if (![RUN_JSON, HISTORY_JSON, ...INPUT_FILES].some((file) => listing.files.includes(file))) {
    refuse(`holds neither ${RUN_JSON} nor inputs/`);
  }
  return listing;
}

/** Every combination of the copies, the files themselves first. */
function* candidates({
  community,
  days,
  readings,
}: ReturnType<typeof inputCopies>): Generator<Candidate> {
  for (const reading of readings) {
    for (const day of days) {
      for (const rules of community) yield { community: rules, days: day, readings: reading };
    }
  }
}

/** An input that makes no sense by itself. */
interface InputFault {
  readonly file: string;
  readonly line?: number;
  readonly message: string;
}

function readInputs(candidate: Candidate, place: InputPlace): RunInputs | InputFault {
  let file: string = COMMUNITY_JSON;
  try {
    const community = communityOf(decoder.decode(candidate.community), COMMUNITY_JSON);
    file = DAYS_JSON;
    const period = periodOfDays(decoder.decode(candidate.days), DAYS_JSON);
    file = READINGS_CSV;
    const inputs = runInputs(
      community,
      period,
      readCanonicalCsv(candidate.readings, { file: READINGS_CSV }),
      keptContractFiles(place),
    );
    const canonical = inputs.grid.canonicalFile === true;
    return { ...inputs, ...(canonical && { readingsPieces: () => [candidate.readings] }) };
  } catch (error) {
    if (isMeteringError(error)) {
      const { line } = error.problem;
      return { file, message: error.message, ...(line !== undefined && { line }) };
    }
    if (!isInputError(error)) throw error;
    return { file, message: error.message };
  }
}

/** Turns the line of a fault into a position. */
function located(place: InputPlace, { file, line = 1, message }: InputFault): Finding {
  const finding = { file, change: 'changed' as const, message };
  try {
    const bytes = readFileSync(place.path(file));
    let offset = 0;
    for (let at = 1; at < line; at++) offset = bytes.indexOf('\n', offset) + 1;
    return { ...finding, offset, line, column: 1 };
  } catch {
    return finding;
  }
}

async function compare(
  run: Examined,
  produce: (sink: FileSink) => AsyncGenerator<Produced>,
): Promise<Verification> {
  const { directory, listing, place, form, onProgress } = run;
  const isOutside = (path: string): boolean => form.externalInputs && path.startsWith(INPUTS);
  const findings: Finding[] = [];
  const expected = new Set<string>();
  const regular = new Set(listing.files);
  const sink = digesting((path, pieces) => {
    expected.add(path);
    if (isOutside(path)) {
      findings.push(...compareFile(place.path(path), path, pieces, shownInput(run, path)));
      return;
    }
    // A link is no file of a run, wherever it leads.
    findings.push(...compareFile(regular.has(path) ? join(directory, path) : '', path, pieces));
  });
  const files = produce(sink);
  let done = 0;
  for await (const { files: total } of files) {
    onProgress?.({ stage: 'verifying', done: ++done, total });
    await setImmediate();
  }
  for (const file of [...listing.files, ...listing.others]) {
    if (expected.has(file) && regular.has(file) && !isOutside(file)) continue;
    if (file === HEAD_JSON) continue;
    findings.push({ file, change: 'added', message: `${file}: does not belong to the run` });
  }
  return { ok: findings.length === 0, files: expected.size, findings };
}

/** Inputs that are there but have not the hash the manifest names. */
function otherInputs({ directory, place }: Examined): string[] {
  const digests = manifestObject(readManifest(directory), 'inputs');
  return Object.keys(digests).filter((file) => {
    if (!existsSync(place.path(file))) return false;
    const found = createHash('sha256')
      .update(readFileSync(place.path(file)))
      .digest('hex');
    return found !== manifestObject(digests, file)['sha256'];
  });
}

/**
 * An input changed beyond what its second copy can show leaves the events wrong: then it is named too,
 * without a position.
 */
function doubts(run: Examined, doubted: readonly string[], { findings }: Verification): Finding[] {
  const named = new Set(findings.map(({ file }) => file));
  if (!named.has(EVENTS_NDJSON)) return [];
  return doubted
    .filter((file) => !named.has(file))
    .map((file) => ({
      file,
      change: 'changed',
      message: `${shownInput(run, file)}: is not the file that ${RUN_JSON} names by its hash; what differs below may follow from that`,
    }));
}

/** An input as messages call it: outside the run, with the name it has there. */
function shownInput({ place, form }: Examined, file: string): string {
  return form.externalInputs ? `${file} (${place.path(file)})` : file;
}

function wrongFiles({ findings }: Verification): number {
  return new Set(findings.map(({ file }) => file)).size;
}
