import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { invoice, type Transaction } from '@microgrid/invoicing';
import { nodeHash } from '@microgrid/journal/node';
import { readCanonicalCsv } from '@microgrid/metering';
import { explainPoint, settle, type PointExplanation } from '@microgrid/settlement';
import { formatInstant, isUnitsError, parseInstantLoose } from '@microgrid/units';
import { periodOfDays } from './days-document.js';
import { manifestObject, readManifest } from './run-directory.js';
import { communityOf, runInputs, type RunInputs } from './run-inputs.js';
import { COMMUNITY_JSON, DAYS_JSON, INPUT_FILES, READINGS_CSV } from './run-layout.js';
import { RunnerError, systemMessage } from './runner-error.js';

/** What to explain. */
export interface ExplainOptions {
  readonly member: string;
  /** Start of the interval, as in `2016-08-10T14:00Z`. */
  readonly interval: string;
}

/** A metering point's interval with the place of its reading. */
export interface PointStory extends PointExplanation {
  /** Where the reading stands; absent when the point took no part and has none. */
  readonly source?: { readonly file: string; readonly line: number };
}

/** How a member's interval became money. Plain JSON. */
export interface Explanation {
  readonly community: string;
  readonly member: string;
  readonly start: string;
  readonly end: string;
  readonly currency: string;
  readonly points: readonly PointStory[];
  /** Exact cost of the interval over all points, 10^-12 currency units. */
  readonly costPico: string;
  /** The statement's ledger transactions that the interval's lines went into. */
  readonly postings: readonly Transaction[];
}

/**
 * Explains a member's interval from a run alone: reading → claim → share → price → posting.
 * @throws RunnerError `not-a-run`, `bad-usage` for an unknown member or interval, `bad-input` when an
 *   input is not what the manifest says.
 */
export function explain(directory: string, options: ExplainOptions): Explanation {
  const inputs = loadInputs(directory);
  const { contract, grid } = inputs;
  const startMs = parseStart(options.interval);
  if (!contract.members.includes(options.member)) {
    throw new RunnerError(
      'bad-usage',
      `--member: got ${JSON.stringify(options.member)}, expected one of ${contract.members.join(', ')}`,
    );
  }
  const interval = (startMs - contract.startMs) / contract.resolutionMs;
  if (!Number.isInteger(interval) || interval < 0 || interval >= contract.intervals) {
    throw new RunnerError(
      'bad-usage',
      `--interval: got ${options.interval}, expected the start of a ${inputs.community.resolution} interval from ${formatInstant(contract.startMs)} to before ${formatInstant(contract.endMs)}`,
    );
  }
  const settled = settle(contract, grid);
  const { transactions } = invoice(settled, { hash: nodeHash });
  const points = contract.points
    .filter(({ member }) => member === options.member)
    .map(({ id }) => {
      const line = lineOf(inputs, interval, contract.pointIds.indexOf(id));
      const story = explainPoint(settled, id, startMs);
      return line === undefined ? story : { ...story, source: { file: READINGS_CSV, line } };
    });
  const lines = new Set<string>(
    points.flatMap((point) =>
      point.lines.filter(({ exactPico }) => exactPico !== '0').map(({ line }) => line),
    ),
  );
  return {
    community: inputs.community.id,
    member: options.member,
    start: formatInstant(startMs),
    end: formatInstant(startMs + contract.resolutionMs),
    currency: inputs.community.currency,
    points,
    costPico: points.reduce((sum, { costPico }) => sum + BigInt(costPico), 0n).toString(),
    postings: transactions.filter(
      ({ member, line }) => member === options.member && lines.has(line),
    ),
  };
}

function parseStart(text: string): number {
  try {
    return parseInstantLoose(text);
  } catch (error) {
    if (!isUnitsError(error)) throw error;
    throw new RunnerError(
      'bad-usage',
      `--interval: got ${JSON.stringify(text)}, expected an instant YYYY-MM-DDTHH:MMZ`,
    );
  }
}

/** Line of a cell in the canonical readings: rows without a reading are not there. */
function lineOf({ grid }: RunInputs, interval: number, point: number): number | undefined {
  const cell = interval * grid.points.length + point;
  if (Number.isNaN(grid.importMilliwattHours[cell])) return undefined;
  let line = 2;
  for (let before = 0; before < cell; before++) {
    if (!Number.isNaN(grid.importMilliwattHours[before])) line++;
  }
  return line;
}

export function loadInputs(directory: string): RunInputs {
  const manifest = readManifest(directory);
  if (!manifest) {
    throw new RunnerError(
      'not-a-run',
      `${directory}: holds no readable run.json; expected a directory that microgrid-settle run wrote`,
    );
  }
  const digests = manifestObject(manifest, 'inputs');
  const [community, days, readings] = INPUT_FILES.map((file) => {
    const bytes = read(directory, file);
    const wanted = manifestObject(digests, file)['sha256'];
    if (createHash('sha256').update(bytes).digest('hex') === wanted) return bytes;
    throw new RunnerError(
      'bad-input',
      `${directory}: ${file} is not the file that run.json names; run: microgrid-settle verify ${directory}`,
    );
  }) as [Uint8Array, Uint8Array, Uint8Array];
  const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
  return runInputs(
    communityOf(text(community), COMMUNITY_JSON),
    periodOfDays(text(days), DAYS_JSON),
    readCanonicalCsv(readings, { file: READINGS_CSV }),
  );
}

function read(directory: string, file: string): Uint8Array {
  try {
    return readFileSync(join(directory, file));
  } catch (error) {
    throw new RunnerError(
      'bad-input',
      `${directory}: ${file} cannot be read: ${systemMessage(error)}`,
    );
  }
}
