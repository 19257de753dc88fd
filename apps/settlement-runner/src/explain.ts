import { invoice, type Transaction } from '@microgrid/invoicing';
import { nodeHash } from '@microgrid/journal/node';
import {
  explainPoint,
  type PointExplanation,
  type SettledPeriod,
  type SettlementGrid,
} from '@microgrid/settlement';
import { formatInstant, type EpochMs } from '@microgrid/units';
import {
  explainCharges,
  explainStatementLines,
  type ExplainedCharges,
  type ExplainedStatementLine,
} from './explain-charges.js';
import { instantOf } from './instant-option.js';
import { loadRun } from './load-run.js';
import { READINGS_CSV } from './run-layout.js';
import { RunnerError } from './runner-error.js';

/** What to explain. */
export interface ExplainOptions {
  readonly member: string;
  /** Start of the interval, as in `2016-08-10T14:00Z`. */
  readonly interval: string;
  /** Directory that holds the run's inputs, where they lie outside it. */
  readonly externalInputs?: string;
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
  /** Exact cost of the energy over all points, 10^-12 currency units; without charges and VAT. */
  readonly costPico: string;
  /** The price stack; absent in a community without one. */
  readonly charges?: ExplainedCharges;
  /** Lines of the statement that the interval is part of. */
  readonly lines: readonly ExplainedStatementLine[];
  /** The ledger transactions of those lines, over the whole period. */
  readonly postings: readonly Transaction[];
  /** The transactions of what is due for the whole period, and of the rounding of its total. */
  readonly periodPostings: readonly Transaction[];
}

/**
 * Explains a member's interval from a run alone: reading → claim → share → price → charges → rounding →
 * posting.
 * @throws RunnerError `not-a-run`, `bad-usage` for an unknown member or interval, `bad-input` when an
 *   input is not what the manifest says.
 */
export function explain(directory: string, options: ExplainOptions): Explanation {
  const loaded = loadRun(directory, options.externalInputs);
  const { settled, grid } = loaded;
  const { contract } = settled;
  const { community } = contract;
  const startMs = instantOf(options.interval, '--interval');
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
      `--interval: got ${options.interval}, expected the start of a ${community.resolution} interval from ${formatInstant(contract.startMs)} to before ${formatInstant(contract.endMs)}`,
    );
  }
  const points = contract.points
    .filter(({ member }) => member === options.member)
    .map(({ id }) => {
      const line = lineOf(grid, interval, contract.pointIds.indexOf(id));
      const story = explainPoint(settled, id, startMs);
      return line === undefined ? story : { ...story, source: { file: READINGS_CSV, line } };
    });
  return {
    community: community.id,
    member: options.member,
    start: formatInstant(startMs),
    end: formatInstant(startMs + contract.resolutionMs),
    currency: community.currency,
    points,
    costPico: points.reduce((sum, { costPico }) => sum + BigInt(costPico), 0n).toString(),
    ...moneyOf(settled, options.member, points, startMs),
  };
}

/** What the statement and the ledger made of an interval. */
function moneyOf(
  settled: SettledPeriod,
  member: string,
  points: readonly PointStory[],
  startMs: EpochMs,
): Pick<Explanation, 'charges' | 'lines' | 'postings' | 'periodPostings'> {
  const { statements, transactions } = invoice(settled, { hash: nodeHash });
  const statement = statements.find((one) => one.member === member);
  if (statement === undefined) return { lines: [], postings: [], periodPostings: [] };
  const charges = explainCharges(settled, points, startMs, statement);
  const lines = explainStatementLines(statement, points, charges);
  const own = new Set(lines.map(({ key }) => key));
  const due = new Set(charges?.period.flatMap(({ key, vat }) => [key, vat?.key ?? key]));
  const of = (wanted: (key: string) => boolean): Transaction[] =>
    transactions.filter(
      (one) => one.member === member && wanted(one.id.slice(statement.id.length + 1)),
    );
  return {
    ...(charges !== undefined && { charges }),
    lines,
    postings: of((key) => own.has(key)),
    periodPostings: of((key) => !own.has(key) && (due.has(key) || key === 'rounding')),
  };
}

/** Line of a cell in the canonical readings: rows without a reading are not there. */
function lineOf(
  grid: SettlementGrid | undefined,
  interval: number,
  point: number,
): number | undefined {
  // Readings of several deliveries lie in several files.
  if (grid === undefined) return undefined;
  const cell = interval * grid.points.length + point;
  if (Number.isNaN(grid.importMilliwattHours[cell])) return undefined;
  let line = 2;
  for (let before = 0; before < cell; before++) {
    if (!Number.isNaN(grid.importMilliwattHours[before])) line++;
  }
  return line;
}
