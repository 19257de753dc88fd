import { formatMoney, type EpochMs, type Pico } from '@microgrid/units';
import { localDays } from '@microgrid/units/calendar';
import type { SettledOutline } from './interval-records.js';
import {
  intervalTotalColumns,
  intervalTotals,
  totalsAt,
  type IntervalTotalColumns,
  type IntervalTotals,
} from './interval-totals.js';
import { addAmounts, NO_AMOUNTS, type MemberAmounts } from './member-amounts.js';
import { MemberSums, type PriceTriple } from './member-sums.js';
import type { SettledPeriod } from './settled-period.js';
import { SettlementError } from './settlement-error.js';

/** What one member's points did on one local day. */
export interface MemberDay extends MemberAmounts {
  readonly member: string;
  /** Local day, `YYYY-MM-DD`. */
  readonly date: string;
  /** The day, cut to the period. */
  readonly startMs: EpochMs;
  readonly endMs: EpochMs;
}

/** The prices of an interval. */
export function pricesAt({ prices }: Pick<SettledPeriod, 'prices'>, interval: number): PriceTriple {
  return {
    import: prices.import[interval] ?? NaN,
    export: prices.export[interval] ?? NaN,
    internal: prices.internal[interval] ?? NaN,
  };
}

function samePrices(a: PriceTriple, b: PriceTriple): boolean {
  return a.import === b.import && a.export === b.export && a.internal === b.internal;
}

/**
 * Every member's amounts by local day, ordered by member id, then date. An interval belongs to the
 * day its start lies in. Money is exact: nothing is rounded here.
 * @param totals the period's, when they are at hand already.
 * @throws SettlementError `not-conserved` if members' costs do not add up to the community's.
 */
export function memberDays(
  settled: SettledPeriod,
  totals: IntervalTotalColumns = intervalTotalColumns(settled),
): MemberDay[] {
  const { members, startMs, endMs, resolutionMs, contract } = settled;
  const sums = new MemberSums(members.length);
  const days = localDays(contract.community.timeZone, startMs, endMs);
  const byMember: MemberDay[][] = members.map(() => []);
  let interval = 0;
  let prices = pricesAt(settled, 0);
  let total = 0n;
  for (const day of days) {
    for (; startMs + interval * resolutionMs < Math.min(day.endMs, endMs); interval++) {
      const next = pricesAt(settled, interval);
      if (!samePrices(prices, next)) sums.priceOut(prices);
      prices = next;
      const sum = totalsAt(totals, interval);
      sums.add(settled, interval, prices, Math.max(sum.import, sum.export));
      total += recordedCost(settled, interval, sum);
    }
    sums.priceOut(prices);
    const span = { startMs: Math.max(day.startMs, startMs), endMs: Math.min(day.endMs, endMs) };
    for (const [position, amounts] of sums.take().entries()) {
      const member = members[position] ?? '';
      byMember[position]?.push(memberDay(member, { date: day.date, ...span }, amounts));
    }
  }
  const all = byMember.flat();
  const paid = all.reduce((sum, { costPico }) => sum + costPico, 0n);
  if (paid !== total) {
    throw new SettlementError(
      'not-conserved',
      `members' costs add up to ${formatMoney(paid)}, the community's to ${formatMoney(total)}`,
    );
  }
  return all;
}

/** Field by field: a run makes one for each member and day, and reads them many times. */
export function memberDay(
  member: string,
  { date, startMs, endMs }: Pick<MemberDay, 'date' | 'startMs' | 'endMs'>,
  amounts: MemberAmounts,
): MemberDay {
  return {
    member,
    date,
    startMs,
    endMs,
    importMilliwattHours: amounts.importMilliwattHours,
    exportMilliwattHours: amounts.exportMilliwattHours,
    sharedInMilliwattHours: amounts.sharedInMilliwattHours,
    sharedOutMilliwattHours: amounts.sharedOutMilliwattHours,
    supplyMilliwattHours: amounts.supplyMilliwattHours,
    surplusMilliwattHours: amounts.surplusMilliwattHours,
    ownSurplusMilliwattHours: amounts.ownSurplusMilliwattHours,
    assignedOutMilliwattHours: amounts.assignedOutMilliwattHours,
    supplyPico: amounts.supplyPico,
    sharedInPico: amounts.sharedInPico,
    sharedOutPico: amounts.sharedOutPico,
    surplusPico: amounts.surplusPico,
    ownSurplusPico: amounts.ownSurplusPico,
    costPico: amounts.costPico,
    importByQuality: amounts.importByQuality,
  };
}

/** A member's amounts over a whole period. */
export interface MemberTotal {
  readonly member: string;
  readonly amounts: MemberAmounts;
}

/** Statements, summary and report of a run ask for the totals of the same days. */
const knownTotals = new WeakMap<readonly MemberDay[], readonly MemberTotal[]>();

/** Each member's amounts over the whole period, in id order. @param days not changed afterwards. */
export function memberTotals(days: readonly MemberDay[]): readonly MemberTotal[] {
  const known = knownTotals.get(days) ?? sumsByMember(days);
  knownTotals.set(days, known);
  return known;
}

function sumsByMember(days: readonly MemberDay[]): MemberTotal[] {
  const totals = new Map<string, MemberAmounts>();
  for (const day of days) {
    totals.set(day.member, addAmounts(totals.get(day.member) ?? NO_AMOUNTS, day));
  }
  return [...totals].map(([member, amounts]) => ({ member, amounts }));
}

/**
 * What the community pays (positive) or receives for an interval: shared energy costs its takers
 * what it earns its givers, so only residual and surplus remain, and what a market keeps.
 */
export function intervalCost(settled: SettledPeriod, interval: number): Pico {
  return recordedCost(settled, interval, intervalTotals(settled, interval));
}

/** {@link intervalCost} by the sums of the interval. */
export function recordedCost(
  settled: Pick<SettledOutline, 'prices' | 'sharedMilliwattHours' | 'internalAmounts'>,
  interval: number,
  { consumed, injected }: Pick<IntervalTotals, 'consumed' | 'injected'>,
): Pico {
  const shared = settled.sharedMilliwattHours[interval] ?? 0;
  const prices = pricesAt(settled, interval);
  return (
    BigInt(consumed - shared) * BigInt(prices.import) -
    BigInt(injected - shared) * BigInt(prices.export) +
    (settled.internalAmounts?.residualPico[interval] ?? 0n)
  );
}

/** What a point sells outside in an interval: its unshared injection, and what stayed its own of the pool. */
export function pointSurplus(settled: SettledPeriod, cell: number): number {
  const injected = settled.injectedMilliwattHours[cell] ?? 0;
  const sharedOut = settled.sharedOutMilliwattHours[cell] ?? 0;
  const assigned = settled.assignedOutMilliwattHours?.[cell] ?? 0;
  return injected - sharedOut - assigned + (settled.ownSurplusMilliwattHours?.[cell] ?? 0);
}

/** What a point pays for the shared energy it takes, and earns for what it gives, in an interval. */
export function pointSharedMoney(
  settled: SettledPeriod,
  interval: number,
  cell: number,
): { readonly paidPico: Pico; readonly earnedPico: Pico } {
  const { internalAmounts } = settled;
  if (internalAmounts !== undefined) {
    return {
      paidPico: internalAmounts.paidPico[cell] ?? 0n,
      earnedPico: internalAmounts.earnedPico[cell] ?? 0n,
    };
  }
  const price = BigInt(pricesAt(settled, interval).internal);
  return {
    paidPico: BigInt(settled.sharedInMilliwattHours[cell] ?? 0) * price,
    earnedPico: BigInt(settled.sharedOutMilliwattHours[cell] ?? 0) * price,
  };
}

/** What one metering point pays (positive) or receives for an interval, exactly. */
export function pointCost(settled: SettledPeriod, interval: number, point: number): Pico {
  const cell = interval * settled.points.length + point;
  const sharedIn = settled.sharedInMilliwattHours[cell] ?? 0;
  const consumed = settled.consumedMilliwattHours[cell] ?? 0;
  const prices = pricesAt(settled, interval);
  const { paidPico, earnedPico } = pointSharedMoney(settled, interval, cell);
  return (
    BigInt(consumed - sharedIn) * BigInt(prices.import) +
    paidPico -
    earnedPico -
    BigInt(pointSurplus(settled, cell)) * BigInt(prices.export)
  );
}
