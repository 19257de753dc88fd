import { chargeParts, sumExactNumbers, type ChargePart } from '@microgrid/invoicing';
import type { StatementLine, StatementV1 } from '@microgrid/events';
import type { SettledPeriod } from '@microgrid/settlement';
import type { EpochMs } from '@microgrid/units';
import type { PointStory } from './explain.js';

/** The price stack of a member in an interval; numbers are exact, see `ChargePart`. */
export interface ExplainedCharges {
  /** What the energy of the interval went into. */
  readonly interval: readonly ChargePart[];
  /** What is due for the whole period, whatever the energy. */
  readonly period: readonly ChargePart[];
  /** What the interval adds to the charges, and VAT on it, 10^-12 currency units. */
  readonly exactPico: string;
  readonly vatPico: string;
  /** Where the period's charges and VAT are rounded. */
  readonly rounding: NonNullable<StatementV1['rounding']>;
}

/** A line of the statement that the interval is part of. */
export interface ExplainedStatementLine {
  /** As in the statement: the kind of energy, or the key of a charge or VAT. */
  readonly key: string;
  readonly line: StatementLine['line'];
  /** What the interval adds, exactly, 10^-12 currency units. */
  readonly intervalPico: string;
  /** The line over the whole period: exact, and what is paid. */
  readonly exactPico: string;
  readonly amountPico: string;
  /** How the line itself is rounded; absent where only sums of lines are. */
  readonly rounded?: { readonly decimals: number; readonly mode: string };
}

/** The charges of a member's points in an interval; undefined in a community without a price stack. */
export function explainCharges(
  settled: SettledPeriod,
  points: readonly PointStory[],
  startMs: EpochMs,
  { rounding }: Pick<StatementV1, 'rounding'>,
): ExplainedCharges | undefined {
  if (rounding === undefined) return undefined;
  const parts = points.map(({ meteringPoint }) => chargeParts(settled, meteringPoint));
  const interval = parts.flatMap((one) => one.at(startMs));
  return {
    interval,
    period: parts.flatMap(({ standing }) => standing),
    exactPico: sumExactNumbers(interval.map(({ exactPico }) => exactPico)),
    vatPico: sumExactNumbers(interval.map(({ vat }) => vat?.exactPico ?? '0')),
    rounding,
  };
}

/** The lines of the statement that an interval is part of, in the statement's order. */
export function explainStatementLines(
  { lines, rounding }: StatementV1,
  points: readonly PointStory[],
  charges: ExplainedCharges | undefined,
): ExplainedStatementLine[] {
  const added = new Map<string, string[]>();
  const add = (key: string, exactPico: string): void => {
    added.set(key, [...(added.get(key) ?? []), exactPico]);
  };
  for (const { line, exactPico } of points.flatMap((point) => point.lines)) {
    if (exactPico !== '0') add(line, exactPico);
  }
  for (const { key, exactPico, vat } of charges?.interval ?? []) {
    add(key, exactPico);
    if (vat !== undefined) add(vat.key, vat.exactPico);
  }
  return lines.flatMap(({ line, exactPico, amountPico, charge }) => {
    const key = charge?.key ?? line;
    const parts = added.get(key);
    if (parts === undefined) return [];
    const rounded = roundedAt(line, rounding);
    return [
      {
        key,
        line,
        intervalPico: sumExactNumbers(parts),
        exactPico,
        amountPico,
        ...(rounded !== undefined && { rounded }),
      },
    ];
  });
}

function roundedAt(
  line: StatementLine['line'],
  rounding: StatementV1['rounding'],
): ExplainedStatementLine['rounded'] {
  if (line !== 'charge' && line !== 'vat') return { decimals: 2, mode: 'half-away' };
  if (rounding === undefined) return undefined;
  const { point, vat, decimals, mode } = rounding;
  // VAT rounded line by line is a sum of rounded parts: it has no rounding of its own.
  const own = line === 'charge' ? point === 'line' : vat === 'category';
  return own ? { decimals, mode } : undefined;
}
