import { readFileSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { resolve } from 'node:path';
import type { Columns } from '@microgrid/metering';
import { readContractFiles } from './contract-file-names.js';
import { OutputDirectory } from './output-directory.js';
import { parsePeriod } from './period.js';
import { produceRun, type FileSink, type Produced } from './produce-run.js';
import { readReadings } from './readings-file.js';
import { communityOf, runInputs } from './run-inputs.js';
import { RUN_JSON } from './run-layout.js';
import { RunnerError, systemMessage } from './runner-error.js';

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
  const readings =
    typeof options.readings === 'string'
      ? await readReadings(options.readings, (done, total) => {
          onProgress?.({ stage: 'reading', done, total });
        })
      : options.readings;
  const files = readContractFiles(community, options.community);
  const inputs = runInputs(community, period, readings, files);
  return writeRun(options, (sink) => produceRun(inputs, sink));
}

/** Writes what is produced into a directory that appears whole or not at all, and gives the manifest. */
export async function writeRun(
  { out, onProgress, signal }: Pick<RunOptions, 'out' | 'onProgress' | 'signal'>,
  produce: (sink: FileSink) => Generator<Produced>,
): Promise<RunManifest> {
  const output = OutputDirectory.open(out);
  let manifest: Uint8Array = new Uint8Array();
  try {
    const written = produce((path, pieces) => {
      const kept = path === RUN_JSON ? [...pieces] : pieces;
      if (path === RUN_JSON) manifest = Buffer.concat(kept as Uint8Array[]);
      output.write(path, kept);
    });
    let done = 0;
    for (const { files: total } of written) {
      onProgress?.({ stage: 'writing', done: ++done, total });
      // Lets an interrupt be heard between two files.
      await setImmediate();
      signal?.throwIfAborted();
    }
    await output.commit();
  } finally {
    output.discard();
  }
  return JSON.parse(new TextDecoder().decode(manifest)) as RunManifest;
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
function refuseOwnInput({ readings, community, out }: RunOptions): void {
  const files = [community, ...(typeof readings === 'string' ? [readings] : [])];
  const inside = files.find((file) => resolve(file).startsWith(`${resolve(out)}/`));
  if (inside === undefined) return;
  throw new RunnerError(
    'bad-usage',
    `--out: got ${out}, which holds the input ${inside} and would be replaced; choose another directory`,
  );
}
