import { Allocator, formatInstant } from '@microgrid/units';
import type { SettlementContract } from './settlement-contract.js';
import { SettlementError } from './settlement-error.js';
import { wholeSum } from './whole-sum.js';
import type { MarketAmounts, SharingWork } from './sharing/sharing-rule.js';

/** What a column is made for. */
export type ColumnName =
  | 'netted'
  | 'restImport'
  | 'restExport'
  | 'claimed'
  | 'offered'
  | 'limitedClaims'
  | 'limitedOffers'
  | 'shares'
  | 'given'
  | 'own'
  | 'assigned'
  | 'limitedShares'
  | 'limitedGiven'
  | 'limitedOwn'
  | 'limitedAssigned'
  | 'sharedIn'
  | 'sharedOut'
  | 'unsharedImport'
  | 'unsharedExport'
  | 'returnedImport'
  | 'returnedExport';

/**
 * Where columns come from. What it gives is filled before it becomes a token. A source that gives
 * the same column again may do so only once the interval it was given for is over.
 */
export type ColumnSource = (name: ColumnName, startMs: number) => Float64Array;

/** What the points bring into sharing in an interval, with the exact sums. */
export interface Brought {
  readonly claims: Float64Array;
  readonly totalClaimed: number;
  readonly offers: Float64Array;
  readonly totalOffered: number;
}

/** What the key makes of it. */
export interface Entitled {
  /** What each point may take. */
  readonly shares: Float64Array;
  /** What each point gives to them. */
  readonly given: Float64Array;
  /** The sum of each. */
  readonly entitled: number;
  /** What stays each point's own surplus; undefined where the contract keeps none. */
  readonly own?: Float64Array | undefined;
  /** What each plant gives to own surpluses. */
  readonly assigned?: Float64Array | undefined;
  /** Money of the shares, where a market made it. */
  readonly market?: MarketAmounts | undefined;
}

/** Whether a key is asked before or after limits in kVA cut claims and offers. */
export type SharingPass = 'free' | 'limited';

const PASS_COLUMNS = {
  free: { shares: 'shares', given: 'given', own: 'own', assigned: 'assigned' },
  limited: {
    shares: 'limitedShares',
    given: 'limitedGiven',
    own: 'limitedOwn',
    assigned: 'limitedAssigned',
  },
} as const;

/** A contract with what is used for many intervals: an allocator, columns, the work of its key. */
export class Workspace {
  /** The column of a place without energy; never written. */
  readonly zero: Float64Array;
  readonly allocator: Allocator;
  readonly column: ColumnSource;

  private readonly work: SharingWork;

  /** @param source default: a new column every time. */
  constructor(
    readonly contract: SettlementContract,
    source?: ColumnSource,
  ) {
    const size = contract.pointIds.length;
    const zero = new Float64Array(size);
    this.zero = zero;
    this.column = source ?? (() => new Float64Array(size));
    this.allocator = new Allocator(size);
    this.work = {
      interval: 0,
      startMs: contract.startMs,
      claims: zero,
      totalClaimed: 0,
      offers: zero,
      totalOffered: 0,
      takingPart: undefined,
      cut: false,
      shares: zero,
      given: zero,
      own: zero,
      assigned: zero,
    };
  }

  /** Position in the period of the interval that starts at an instant. */
  intervalAt(startMs: number): number {
    return (startMs - this.contract.startMs) / this.contract.resolutionMs;
  }

  /** Shares an interval by the contract's key. */
  share(startMs: number, brought: Brought, pass: SharingPass): Entitled {
    const { work, contract, column } = this;
    const { rule, broughtIn } = contract;
    const names = PASS_COLUMNS[pass];
    const standing = broughtIn.standing.at(startMs);
    work.interval = this.intervalAt(startMs);
    work.startMs = startMs;
    work.claims = brought.claims;
    work.totalClaimed = brought.totalClaimed;
    work.offers = brought.offers;
    work.totalOffered = brought.totalOffered;
    work.takingPart = standing.everyone ? undefined : standing.takesPart;
    work.cut = pass === 'limited';
    work.shares = column(names.shares, startMs);
    work.given = column(names.given, startMs);
    if (rule.keepsUnused) {
      work.own = column(names.own, startMs);
      work.assigned = column(names.assigned, startMs);
    }
    const entitled = rule.share(work);
    const { shares, given } = work;
    const own = rule.keepsUnused ? work.own : undefined;
    const assigned = rule.keepsUnused ? work.assigned : undefined;
    return { shares, given, entitled, own, assigned, market: rule.market };
  }
}

/**
 * Puts what only some contracts' keys make into a case's data. What they do not make stays absent: a
 * field that is there and undefined has no form in a journal.
 */
export function putSlots<Data extends Partial<KeySlots>>(
  data: Data,
  { own, assigned, market }: Readonly<Partial<Record<keyof KeySlots, unknown>>>,
): Data {
  const slots = data as Partial<Record<keyof KeySlots, unknown>>;
  if (own !== undefined) slots.own = own;
  if (assigned !== undefined) slots.assigned = assigned;
  if (market !== undefined) slots.market = market;
  return data;
}

type KeySlots = Required<Pick<Entitled, 'own' | 'assigned' | 'market'>>;

/**
 * The exact sum of a column.
 * @param ids of the points in the order of the column.
 * @throws SettlementError `out-of-range` beyond 2^53 - 1 mWh, naming the interval and the largest of them.
 */
export function columnSum(
  column: Float64Array,
  what: string,
  atMs: number,
  ids: readonly string[],
): number {
  const sum = wholeSum(column, 0, column.length);
  if (sum <= Number.MAX_SAFE_INTEGER) return sum;
  const largest = column.reduce((most, energy) => Math.max(most, energy), 0);
  const id = ids[column.indexOf(largest)] ?? '';
  throw new SettlementError(
    'out-of-range',
    `interval ${formatInstant(atMs)}: ${what} add up to more than 2^53 - 1 mWh, the largest ${largest} mWh of ${id}; check the unit of the readings`,
  );
}

/**
 * left = from - part; gives the sum of the parts. @throws SettlementError `not-conserved` for a part
 * that is below 0 or above what it is taken from.
 */
export function takeAway(
  from: Float64Array,
  part: Float64Array,
  left: Float64Array,
  what: string,
): number {
  let sum = 0;
  let least = 0;
  for (let index = 0; index < left.length; index++) {
    const taken = part[index] as number;
    const rest = (from[index] as number) - taken;
    left[index] = rest;
    sum += taken;
    // Looked at once behind the loop: a branch for each point costs more than all the rest.
    least = Math.min(least, rest, taken);
  }
  if (least >= 0) return sum;
  const point = left.findIndex((rest, index) => rest < 0 || (part[index] as number) < 0);
  throw new SettlementError(
    'not-conserved',
    `${what}: point ${point} has ${from[point]} mWh and ${part[point]} mWh of them are taken`,
  );
}

/** out = the sum of columns. */
export function addColumns(columns: readonly Float64Array[], out: Float64Array): Float64Array {
  out.fill(0);
  for (const column of columns) {
    for (let index = 0; index < out.length; index++) {
      out[index] = (out[index] as number) + (column[index] as number);
    }
  }
  return out;
}
