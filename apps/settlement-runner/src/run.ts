import { readFileSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { resolve } from 'node:path';
import type { Community, ContractFiles } from '@microgrid/community';
import type { Columns } from '@microgrid/metering';
import { settlementContract } from '@microgrid/settlement';
import type { TimeInterval } from '@microgrid/units';
import { readContractFiles } from './contract-file-names.js';
import { ExternalInputs } from './external-inputs.js';
import { OutputDirectory } from './output-directory.js';
import { parsePeriod } from './period.js';
import { produceRun, sourceOfGrid, type FileSink, type Produced } from './produce-run.js';
import { fileState, isGzip, readReadings } from './readings-file.js';
import type { RunForm } from './run-form.js';
import { communityOf, runInputs, type RunInputs } from './run-inputs.js';
import { INPUTS, RUN_JSON } from './run-layout.js';
import { RunnerError, systemMessage } from './runner-error.js';
import type { SettlingThreads } from './stretches/stretch-threads.js';
import { CopiedFile, type FileState } from './writing/copied-file.js';
import type { FileDigest } from './writing/file-digest.js';
import { WriterHere, type FileWriter } from './writing/file-writer.js';
import { WriterThread } from './writing/writer-thread.js';
import { NotInStretches, stretchedSource } from './stretches/stretched-source.js';

/** What to settle. */
export interface RunOptions {
  /** Community file, YAML. */
  readonly community: string;
  /** Readings in canonical CSV, plain or gzip; or columns read already. */
  readonly readings: string | Columns;
  /** First local day, or instant with Z. */
  readonly from: string;
  /** End, exclusive: local day, or instant with Z. */
  readonly to: string;
  /** Directory to write; an earlier run there is replaced. */
  readonly out: string;
  /**
   * Directory that keeps the inputs by their hash, shared by several runs; default: each run holds its
   * own.
   */
  readonly externalInputs?: string;
  /** Whether each member gets a table of its intervals; default true. */
  readonly intervalTables?: boolean;
  /** The threads that settle a large run; results do not depend on them. Default: none. */
  readonly threads?: SettlingThreads;
  /** Hears how far the work is. */
  readonly onProgress?: (progress: RunProgress) => void;
  /** Stops between two files; nothing stays behind. */
  readonly signal?: AbortSignal;
}

/** How far a command is in a stage. */
export interface RunProgress {
  readonly stage: 'reading' | 'writing' | 'verifying';
  readonly done: number;
  readonly total: number;
}

/** Energies and cost of a member or of all, decimal integers in strings. */
export interface RunAmounts {
  readonly importMilliwattHours: string;
  readonly exportMilliwattHours: string;
  readonly sharedInMilliwattHours: string;
  readonly sharedOutMilliwattHours: string;
  readonly costPico: string;
}

/** The manifest of a run, as in run.json. */
export interface RunManifest {
  readonly schema: string;
  readonly community: { readonly id: string; readonly name: string };
  readonly period: { readonly start: string; readonly end: string };
  readonly timeZone: string;
  readonly resolution: string;
  readonly intervals: number;
  readonly currency: string;
  /** The inputs lie outside the run, by their hash; absent: in it. */
  readonly externalInputs?: boolean;
  /** Absent: every member has a table of its intervals. */
  readonly intervalTables?: boolean;
  readonly contractHash: string;
  readonly inputs: Readonly<Record<string, { readonly bytes: number; readonly sha256: string }>>;
  readonly files: Readonly<Record<string, { readonly bytes: number; readonly sha256: string }>>;
  readonly merkle: { readonly root: string; readonly leaves: number };
  readonly totals: RunAmounts;
  readonly members: Readonly<Record<string, RunAmounts>>;
}

/**
 * Settles a period and writes the run. The same inputs give the same bytes, whatever the order of
 * the readings, the machine or the hour.
 * @throws RunnerError, CommunityError, MeteringError, SettlementError or TariffError, each a sentence
 *   with file, place, value and expectation; then nothing is written.
 */
export async function run(options: RunOptions): Promise<RunManifest> {
  const { onProgress } = options;
  OutputDirectory.check(options.out);
  refuseOwnInput(options);
  const community = communityOf(readText(options.community), options.community);
  const period = parsePeriod(options.from, options.to, community.timeZone);
  const files = readContractFiles(community, options.community);
  const inStretches = await runInStretches(options, community, period, files);
  if (inStretches !== undefined) return inStretches;
  const before = typeof options.readings === 'string' ? fileState(options.readings) : '';
  const readings =
    typeof options.readings === 'string'
      ? await readReadings(options.readings, (done, total) => {
          onProgress?.({ stage: 'reading', done, total });
        })
      : options.readings;
  const laidOut = runInputs(community, period, readings, files);
  const inputs = { ...laidOut, ...canonicalFile(options.readings, laidOut, before) };
  return writeRun(options, (sink, form) => produceRun(sourceOfGrid(inputs), sink, form));
}

/** A large file in canonical form is settled stretch by stretch; undefined: it is not one. */
async function runInStretches(
  options: RunOptions,
  community: Community,
  period: TimeInterval,
  files: ContractFiles,
): Promise<RunManifest | undefined> {
  const { readings, threads, onProgress } = options;
  if (typeof readings !== 'string') return undefined;
  const contract = settlementContract(community, period, { files });
  const inputs = { community, contract, files };
  const source = stretchedSource(readings, inputs, threads, (done, total) => {
    onProgress?.({ stage: 'reading', done, total });
  });
  if (source === undefined) return undefined;
  options.signal?.addEventListener('abort', source.stop);
  try {
    const writer = threads?.writer ? new WriterThread(threads.writer) : undefined;
    return await writeRun(options, (sink, form) => produceRun(source, sink, form), writer);
  } catch (error) {
    if (error instanceof NotInStretches) return undefined;
    throw error;
  } finally {
    options.signal?.removeEventListener('abort', source.stop);
    source.stop();
  }
}

/** A file that is in canonical form already is copied, not written anew. */
function canonicalFile(
  readings: RunOptions['readings'],
  { grid }: RunInputs,
  before: FileState,
): Pick<RunInputs, 'readingsPieces'> {
  if (typeof readings !== 'string' || grid.canonicalFile !== true) return {};
  // The columns of a gzip file are those of a file in canonical form too, but its bytes are not.
  if (isGzip(readings)) return {};
  return { readingsPieces: () => new CopiedFile(readings, before) };
}

/** Where a run is written, and in which form. */
export type WriteOptions = Pick<
  RunOptions,
  'out' | 'externalInputs' | 'intervalTables' | 'onProgress' | 'signal'
>;

/**
 * Writes what is produced into a directory that appears whole or not at all, and gives the manifest.
 * @param writer makes the files; default in this thread.
 */
export async function writeRun(
  { out, externalInputs, intervalTables = true, onProgress, signal }: WriteOptions,
  produce: (sink: FileSink, form: RunForm) => AsyncGenerator<Produced>,
  writer: FileWriter = new WriterHere(),
): Promise<RunManifest> {
  let output: OutputDirectory | undefined;
  let bytes: Uint8Array = new Uint8Array();
  // The digests of all others stand in the manifest; nobody else asks for its own.
  let last: FileDigest | Promise<FileDigest> | undefined;
  let external: ExternalInputs | undefined;
  // A writer that is not stopped keeps the process alive.
  try {
    const directory = (output = OutputDirectory.open(out, writer));
    external =
      externalInputs === undefined ? undefined : ExternalInputs.open(externalInputs, writer);
    const form = { externalInputs: external !== undefined, intervalTables };
    const written = produce((path, pieces) => {
      if (external && path.startsWith(INPUTS)) return external.write(path, pieces);
      if (path !== RUN_JSON) return directory.write(path, pieces);
      const kept = [...pieces];
      bytes = Buffer.concat(kept);
      return (last = directory.write(path, kept));
    }, form);
    let done = 0;
    for await (const { files: total } of written) {
      onProgress?.({ stage: 'writing', done: ++done, total });
      // Lets an interrupt be heard between two files.
      await setImmediate();
      await writer.ready();
      signal?.throwIfAborted();
    }
    await last;
    const manifest = JSON.parse(new TextDecoder().decode(bytes)) as RunManifest;
    await directory.durable();
    external?.commit(manifest.inputs);
    directory.commit();
    return manifest;
  } finally {
    await writer.stop();
    external?.discard();
    output?.discard();
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new RunnerError(
      'bad-input',
      `${path}: cannot be read: ${systemMessage(error)}; expected a community file in YAML`,
    );
  }
}

/** Replacing a run must not remove the very file that is read. */
function refuseOwnInput({ readings, community, externalInputs, out }: RunOptions): void {
  const files = [
    community,
    ...(typeof readings === 'string' ? [readings] : []),
    ...(externalInputs === undefined ? [] : [externalInputs]),
  ];
  const inside = files.find((file) => `${resolve(file)}/`.startsWith(`${resolve(out)}/`));
  if (inside === undefined) return;
  throw new RunnerError(
    'bad-usage',
    `--out: got ${out}, which holds the input ${inside} and would be replaced; choose another directory`,
  );
}
