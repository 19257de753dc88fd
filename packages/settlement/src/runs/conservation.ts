import { formatInstant, type Pico } from '@microgrid/units';
import type { SettledPeriod } from '../settled-period.js';

/** What does not add up, and where first. */
export interface ConservationFault {
  readonly ok: false;
  /** Start of the first interval that breaks; absent where it is no interval's. */
  readonly start?: string;
  /** The account or sum that breaks, as in `residual of ana`. */
  readonly account: string;
  readonly expected: string;
  readonly found: string;
  readonly message: string;
}

/** What a settled period comes to on its accounts, mWh and 10^-12 currency units, as decimal integers. */
export interface ConservedAccounts {
  readonly ok: true;
  readonly intervals: number;
  readonly energy: Readonly<Record<EnergyAccount, string>>;
  readonly money: Readonly<Record<MoneyAccount, string>>;
}

/** Whether a settled period adds up in every interval. */
export type ConservationVerdict = ConservedAccounts | ConservationFault;

/** Where each consumed and each injected mWh lies. */
export type EnergyAccount =
  'consumed' | 'sharedIn' | 'residual' | 'injected' | 'sharedOut' | 'assignedOut' | 'surplus';

/**
 * Who owes (positive) and is owed: what members pay for the residual goes to the supplier, surplus is
 * paid by it; shared energy is paid into the pool and out of it; what a market keeps stays by name.
 */
export type MoneyAccount = 'members' | 'supplier' | 'pool' | 'marketResidual';

interface Sums {
  readonly energy: Record<EnergyAccount, bigint>;
  readonly money: Record<MoneyAccount, Pico>;
}

const zeros = (): Sums => ({
  energy: {
    consumed: 0n,
    sharedIn: 0n,
    residual: 0n,
    injected: 0n,
    sharedOut: 0n,
    assignedOut: 0n,
    surplus: 0n,
  },
  money: { members: 0n, supplier: 0n, pool: 0n, marketResidual: 0n },
});

/** Thrown inside only: the first fault ends the check. */
class Broken extends Error {
  constructor(
    readonly account: string,
    readonly expected: bigint,
    readonly found: bigint,
  ) {
    super(account);
  }
}

function equal(account: string, found: bigint, expected: bigint): void {
  if (found !== expected) throw new Broken(account, expected, found);
}

function notNegative(account: string, found: bigint): void {
  if (found < 0n) throw new Broken(account, 0n, found);
}

/** Energies of one point in one interval. */
interface PointEnergies {
  readonly imported: bigint;
  readonly exported: bigint;
  readonly consumed: bigint;
  readonly injected: bigint;
  readonly sharedIn: bigint;
  readonly sharedOut: bigint;
  readonly own: bigint;
  readonly assigned: bigint;
}

function pointEnergies(settled: SettledPeriod, cell: number, name: string): PointEnergies {
  const of = (column: Float64Array | undefined, what: string): bigint => {
    const value = column?.[cell] ?? 0;
    if (!Number.isSafeInteger(value) || value < 0) {
      throw new Broken(`${what} of ${name} (${value})`, 0n, -1n);
    }
    return BigInt(value);
  };
  return {
    imported: of(settled.importMilliwattHours, 'import'),
    exported: of(settled.exportMilliwattHours, 'export'),
    consumed: of(settled.consumedMilliwattHours, 'consumed'),
    injected: of(settled.injectedMilliwattHours, 'injected'),
    sharedIn: of(settled.sharedInMilliwattHours, 'shared in'),
    sharedOut: of(settled.sharedOutMilliwattHours, 'shared out'),
    own: of(settled.ownSurplusMilliwattHours, 'own surplus'),
    assigned: of(settled.assignedOutMilliwattHours, 'assigned out'),
  };
}

/** What is settled of a point is what was metered: net of itself, and its part in this community. */
function checkMetered(
  { contract }: SettledPeriod,
  { imported, exported, consumed, injected }: PointEnergies,
  percent: bigint,
  name: string,
): void {
  const netted =
    contract.community.netting === 'interval' ? (imported < exported ? imported : exported) : 0n;
  const isPart = (account: string, part: bigint, whole: bigint): void => {
    if (percent === 100n) equal(account, part, whole);
    // A part of a mWh is rounded to one side or the other.
    const off = part * 100n - whole * percent;
    if (off >= 100n || off <= -100n) throw new Broken(account, (whole * percent) / 100n, part);
  };
  isPart(`consumed of ${name}`, consumed, imported - netted);
  isPart(`injected of ${name}`, injected, exported - netted);
}

function addPoint(settled: SettledPeriod, interval: number, point: number, sums: Sums): void {
  const name = settled.points[point] ?? '';
  const { standing } = settled.contract.broughtIn;
  const startMs = settled.startMs + interval * settled.resolutionMs;
  const { takesPart, percent } = standing.at(startMs);
  const cell = interval * settled.points.length + point;
  const one = pointEnergies(settled, cell, name);
  checkMetered(settled, one, BigInt(percent[point] ?? 100), name);
  const residual = one.consumed - one.sharedIn;
  const left = one.injected - one.sharedOut - one.assigned;
  notNegative(`residual of ${name}`, residual);
  notNegative(`surplus of ${name}`, left);
  if (takesPart[point] !== 1) equal(`shared of ${name}`, one.sharedIn + one.sharedOut, 0n);
  const { energy, money } = sums;
  energy.consumed += one.consumed;
  energy.sharedIn += one.sharedIn;
  energy.residual += residual;
  energy.injected += one.injected;
  energy.sharedOut += one.sharedOut;
  energy.assignedOut += one.assigned;
  energy.surplus += left + one.own;
  const price = (series: Float64Array): bigint => BigInt(series[interval] as number);
  const { prices, internalAmounts: market } = settled;
  const paid = market ? (market.paidPico[cell] ?? 0n) : one.sharedIn * price(prices.internal);
  const earned = market ? (market.earnedPico[cell] ?? 0n) : one.sharedOut * price(prices.internal);
  const bought = residual * price(prices.import);
  const sold = (left + one.own) * price(prices.export);
  money.members += bought + paid - earned - sold;
  money.supplier += sold - bought;
  money.pool += earned - paid;
}

function checkInterval(settled: SettledPeriod, interval: number, totals: Sums): void {
  const sums = zeros();
  for (let point = 0; point < settled.points.length; point++) {
    addPoint(settled, interval, point, sums);
  }
  const { energy, money } = sums;
  const shared = BigInt(settled.sharedMilliwattHours[interval] ?? -1);
  equal('shared in', energy.sharedIn, shared);
  equal('shared out', energy.sharedOut, shared);
  equal('shared + residual = consumed', shared + energy.residual, energy.consumed);
  equal('shared + surplus = injected', shared + energy.surplus, energy.injected);
  const residual = settled.internalAmounts?.residualPico[interval] ?? 0n;
  notNegative('market residual', residual);
  equal('pool', money.pool, -residual);
  money.pool += residual;
  money.marketResidual -= residual;
  equal('debits = credits', money.members + money.supplier + money.pool + money.marketResidual, 0n);
  for (const name of Object.keys(energy) as EnergyAccount[]) totals.energy[name] += energy[name];
  for (const name of Object.keys(money) as MoneyAccount[]) totals.money[name] += money[name];
}

const texts = <Name extends string>(sums: Record<Name, bigint>): Record<Name, string> =>
  Object.fromEntries(
    Object.entries<bigint>(sums).map(([name, sum]) => [name, sum.toString()]),
  ) as Record<Name, string>;

/**
 * Checks a settled period interval by interval and point by point, from its columns and prices alone and
 * in whole numbers of any size: shared + residual = consumed, shared + surplus = injected, what is shared
 * in is shared out, a point that takes no part shares nothing, and each interval's debits are its
 * credits. The first interval that breaks is named.
 */
export function checkPeriod(settled: SettledPeriod): ConservationVerdict {
  const totals = zeros();
  for (let interval = 0; interval < settled.intervals; interval++) {
    try {
      checkInterval(settled, interval, totals);
    } catch (error) {
      if (!(error instanceof Broken)) throw error;
      const start = formatInstant(settled.startMs + interval * settled.resolutionMs);
      const { account } = error;
      const [expected, found] = [error.expected.toString(), error.found.toString()];
      return {
        ok: false,
        start,
        account,
        expected,
        found,
        message: `${start}: ${account}: got ${found}, expected ${expected}`,
      };
    }
  }
  return {
    ok: true,
    intervals: settled.intervals,
    energy: texts(totals.energy),
    money: texts(totals.money),
  };
}
