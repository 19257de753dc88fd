import { canonicalJson, type StatementLine, type StatementV1 } from '@microgrid/events';
import type { MemberDay } from '@microgrid/settlement';
import { formatInstant } from '@microgrid/units';
import { lineKey } from '../statement-lines.js';

/** What a line of a statement changed by; a decimal integer in a string, of either sign. */
export interface CorrectedLine {
  readonly line: StatementLine['line'];
  /** Tells charges and VAT apart; absent on other lines. */
  readonly key?: string;
  /** mWh. */
  readonly energyMilliwattHours: string;
  /** Exact, 10^-12 currency units. */
  readonly exactPico: string;
  /** Rounded amount of the new statement less that of the previous one: what is paid or paid back. */
  readonly amountPico: string;
  /** Rounded amounts of the two. */
  readonly previousAmountPico: string;
  readonly newAmountPico: string;
}

/** What one line of one local day changed by, exactly; charges and VAT are not told by day. */
export interface CorrectedDayLine {
  readonly line: 'supply' | 'sharedIn' | 'sharedOut' | 'surplus' | 'ownSurplus' | 'assignedOut';
  readonly energyMilliwattHours: string;
  readonly exactPico: string;
}

/** A local day that changed. */
export interface CorrectedDay {
  /** `YYYY-MM-DD`. */
  readonly date: string;
  readonly start: string;
  readonly end: string;
  /** Lines that changed. */
  readonly lines: readonly CorrectedDayLine[];
}

/**
 * Tells a member what a new version of its statement changes: by line and by day, and what is paid for
 * it. Positive amounts are paid by the member. The previous statement stays as it is.
 */
export interface StatementCorrection {
  readonly schema: 'microgrid/statement-correction/1';
  /** `<statement>/v<number>`. */
  readonly id: string;
  /** Id of the statement that is corrected: of all its versions. */
  readonly statement: string;
  /** Version of the settlement, from 2. */
  readonly settlementVersion: number;
  /** Id of the correction before this one, or of the statement itself. */
  readonly previous: string;
  readonly community: string;
  readonly member: string;
  readonly start: string;
  readonly end: string;
  readonly currency: string;
  /** Lines that changed. */
  readonly lines: readonly CorrectedLine[];
  /** Days that changed, in order. */
  readonly days: readonly CorrectedDay[];
  readonly exactPico: string;
  /** What the member pays (positive) or gets back (negative) for the correction. */
  readonly amountPico: string;
  /** Paid less exact: goes to the account `rounding`. */
  readonly roundingPico: string;
  /** Roots of the Merkle trees of the two versions; absent for a member the other did not have. */
  readonly previousMerkleRoot?: string;
  readonly newMerkleRoot?: string;
}

/** A member's statement and days in one version; absent where that version does not have the member. */
export interface StatementVersion {
  readonly statement: StatementV1;
  readonly days: readonly MemberDay[];
}

const minus = (a: string | undefined, b: string | undefined): bigint =>
  BigInt(a ?? '0') - BigInt(b ?? '0');

function linesOf(version: StatementVersion | undefined): Map<string, StatementLine> {
  return new Map(version?.statement.lines.map((line) => [lineKey(line), line]));
}

function correctedLines(
  before: StatementVersion | undefined,
  after: StatementVersion | undefined,
): CorrectedLine[] {
  const [oldLines, newLines] = [linesOf(before), linesOf(after)];
  return [...new Set([...newLines.keys(), ...oldLines.keys()])].flatMap((key) => {
    const [old, now] = [oldLines.get(key), newLines.get(key)];
    const energy = minus(now?.energyMilliwattHours, old?.energyMilliwattHours);
    const exact = minus(now?.exactPico, old?.exactPico);
    const amount = minus(now?.amountPico, old?.amountPico);
    if (energy === 0n && exact === 0n && amount === 0n) return [];
    const { line, charge } = (now ?? old) as StatementLine;
    return [
      {
        line,
        ...(charge && { key: charge.key }),
        energyMilliwattHours: energy.toString(),
        exactPico: exact.toString(),
        amountPico: amount.toString(),
        previousAmountPico: old?.amountPico ?? '0',
        newAmountPico: now?.amountPico ?? '0',
      },
    ];
  });
}

/** A day's lines, as a statement has them: energy and exact money. */
const DAY_LINES: Readonly<
  Record<CorrectedDayLine['line'], (day: MemberDay) => readonly [energy: bigint, exact: bigint]>
> = {
  supply: (day) => [day.supplyMilliwattHours, day.supplyPico],
  sharedIn: (day) => [day.sharedInMilliwattHours, day.sharedInPico],
  sharedOut: (day) => [day.sharedOutMilliwattHours, day.sharedOutPico],
  surplus: (day) => [
    day.surplusMilliwattHours - day.ownSurplusMilliwattHours,
    day.surplusPico - day.ownSurplusPico,
  ],
  ownSurplus: (day) => [day.ownSurplusMilliwattHours, day.ownSurplusPico],
  assignedOut: (day) => [day.assignedOutMilliwattHours, 0n],
};

function correctedDay(
  before: MemberDay | undefined,
  after: MemberDay | undefined,
): CorrectedDay | undefined {
  const { date, startMs, endMs } = (after ?? before) as MemberDay;
  const none = [0n, 0n] as const;
  const lines = Object.entries(DAY_LINES).flatMap(([line, read]): CorrectedDayLine[] => {
    const [old, now] = [before ? read(before) : none, after ? read(after) : none];
    const [energy, exact] = [now[0] - old[0], now[1] - old[1]];
    if (energy === 0n && exact === 0n) return [];
    return [
      {
        line: line as CorrectedDayLine['line'],
        energyMilliwattHours: energy.toString(),
        exactPico: exact.toString(),
      },
    ];
  });
  if (lines.length === 0) return undefined;
  return { date, start: formatInstant(startMs), end: formatInstant(endMs), lines };
}

function correctedDays(
  before: StatementVersion | undefined,
  after: StatementVersion | undefined,
): CorrectedDay[] {
  const byDate = (version: StatementVersion | undefined): Map<string, MemberDay> =>
    new Map(version?.days.map((day) => [day.date, day]) ?? []);
  const [old, now] = [byDate(before), byDate(after)];
  return [...new Set([...old.keys(), ...now.keys()])]
    .sort()
    .flatMap((date) => correctedDay(old.get(date), now.get(date)) ?? []);
}

/**
 * A member's statement of correction; undefined where nothing of its statement changed.
 * @param previous id of the correction before; default the statement itself.
 */
export function statementCorrection(
  before: StatementVersion | undefined,
  after: StatementVersion | undefined,
  settlementVersion: number,
  previous?: string,
): StatementCorrection | undefined {
  const known = (after ?? before)?.statement;
  if (known === undefined) return undefined;
  const lines = correctedLines(before, after);
  const days = correctedDays(before, after);
  if (lines.length === 0 && days.length === 0) return undefined;
  const { id, community, member, start, end, currency } = known;
  const exact = minus(after?.statement.exactPico, before?.statement.exactPico);
  const amount = minus(after?.statement.amountPico, before?.statement.amountPico);
  return {
    schema: 'microgrid/statement-correction/1',
    id: `${id}/v${settlementVersion}`,
    statement: id,
    settlementVersion,
    previous: previous ?? id,
    community,
    member,
    start,
    end,
    currency,
    lines,
    days,
    exactPico: exact.toString(),
    amountPico: amount.toString(),
    roundingPico: (amount - exact).toString(),
    ...(before && { previousMerkleRoot: before.statement.merkleRoot }),
    ...(after && { newMerkleRoot: after.statement.merkleRoot }),
  };
}

/** A statement of correction as a file: canonical JSON and a line feed. */
export function renderStatementCorrection(correction: StatementCorrection): string {
  return `${canonicalJson(correction)}\n`;
}
