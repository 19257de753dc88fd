import type { Tariff } from '@microgrid/tariff';

/** Day types a coefficient row can hold on; a listed holiday is a `holiday` whatever its week day. */
export const COEFFICIENT_DAY_TYPES = ['workingDay', 'saturday', 'sunday', 'holiday'] as const;

/** A day type of calendar coefficients: Monday to Friday is a working day unless it is a listed holiday. */
export type CoefficientDayType = (typeof COEFFICIENT_DAY_TYPES)[number];

/** Part of the year by month and day, both inclusive; `from` after `to` runs over New Year. */
export interface CoefficientSeason {
  /** `MM-DD`. */
  readonly from: string;
  /** `MM-DD`, inclusive. */
  readonly to: string;
}

/** Part of the day on the local wall clock; `from` before `to`. */
export interface CoefficientHours {
  /** `HH:MM`. */
  readonly from: string;
  /** `HH:MM`, exclusive; `24:00` is the end of the day. */
  readonly to: string;
}

/** Coefficient of each metering point: decimal text from 0 to 1; a point not named has 0. */
export type ConstantCoefficients = Readonly<Record<string, string>>;

/**
 * Conditions of a row of a calendar. It holds where all of them do (absent: always); of the rows of a
 * calendar the first that holds counts.
 */
export interface CalendarConditions {
  readonly seasons?: readonly CoefficientSeason[];
  readonly dayTypes?: readonly CoefficientDayType[];
  readonly hours?: readonly CoefficientHours[];
}

/** Coefficients of part of the time. */
export interface CoefficientRow extends CalendarConditions {
  readonly coefficients: ConstantCoefficients;
}

/** Coefficients by season, day type and hour of the local calendar. */
export interface CalendarCoefficients {
  /** Tried in order; an interval that no row holds for is refused when it is settled. */
  readonly calendar: readonly CoefficientRow[];
}

/** Coefficients of a file passed beside the contract, such as a yearly file of 8760 or 8784 hours. */
export interface FileCoefficients {
  /** Its name in the contract's files. */
  readonly file: string;
}

/** The coefficients of a fixed key: constant, by calendar, or from a file. */
export type Coefficients = ConstantCoefficients | CalendarCoefficients | FileCoefficients;

/** Coefficients of producer and consumer pairs: what part of a producer's injection is meant for a consumer. */
export type PairCoefficients = Readonly<Record<string, ConstantCoefficients>> | FileCoefficients;

/**
 * What coefficients must add up to: `at-most-1` (the rest is not shared), `exactly-1` (anything else
 * is refused) or `renormalise` (they are divided by their sum).
 */
export const COEFFICIENT_SUMS = ['at-most-1', 'exactly-1', 'renormalise'] as const;

/** What coefficients must add up to; absent means `at-most-1`. */
export type CoefficientSum = (typeof COEFFICIENT_SUMS)[number];

/** Points that a key treats as one, with the key that splits inside. */
export interface KeyGroup {
  readonly id: string;
  /** Metering point ids in id order, at least one; no point is in two groups of a key. */
  readonly points: readonly string[];
  readonly key: SharingKey;
}

/**
 * How a market key clears an interval, with the options of the mechanism. Ratios are decimals or
 * fractions such as `1/3`. What the mechanisms and options mean, and what holds where an option is
 * absent, is said at `MarketRule` of the settlement package, which runs them.
 */
export type MarketMechanism =
  | {
      readonly mechanism: 'poolCrossing';
      readonly options?: { readonly price?: 'lowest' | 'highest' | 'middle' | 'lastAsk' };
    }
  | { readonly mechanism: 'payAsBid'; readonly options?: { readonly sellers?: 'bid' | 'ask' } }
  | {
      readonly mechanism: 'midMarketRate';
      readonly options?: { readonly divider?: string; readonly offers?: 'all' | 'accepted' };
    }
  | {
      readonly mechanism: 'supplyDemandRatio';
      readonly options?: { readonly compensation?: string; readonly offers?: 'all' | 'accepted' };
    }
  | {
      readonly mechanism: 'doubleAuction';
      readonly options?: {
        readonly pricing?: 'uniform' | 'discriminatory';
        readonly k?: string;
      };
    }
  | { readonly mechanism: 'huang' }
  | {
      readonly mechanism: 'muda';
      /** A price per kWh, or a text that the two halves are drawn with. */
      readonly options: { readonly price: string } | { readonly seed: string };
    };

/** Pool pro rata to the claims. */
export interface ProportionalKey {
  readonly type: 'proportional';
}

/** Each point a fixed part of the pool, at most its claim. */
export interface FixedKey {
  readonly type: 'fixed';
  readonly coefficients: Coefficients;
  readonly sum?: CoefficientSum;
}

/** A waterfall: in order, each group takes at most what is left and splits it by its own key. */
export interface PriorityKey {
  readonly type: 'priority';
  readonly groups: readonly KeyGroup[];
}

/** The pool split over groups by their share, inside each group by its own key. */
export interface NestedKey {
  readonly type: 'nested';
  readonly groups: readonly (KeyGroup & {
    /** Decimal text, 0 to 1. */
    readonly share: string;
  })[];
}

/** What each point was given, stated afterwards for every interval. */
export interface ExPostKey {
  readonly type: 'exPost';
  /** Its name in the contract's files. */
  readonly file: string;
  /** `energy`: kWh allocated; `coefficient`: part of the pool. */
  readonly values: 'energy' | 'coefficient';
}

/** A matrix: each producer's injection meant for each consumer. */
export interface PairsKey {
  readonly type: 'pairs';
  readonly coefficients: PairCoefficients;
  readonly sum?: CoefficientSum;
}

/** Steps one after the other, each on what the steps before left of the pool and of the claims. */
export interface CombinedKey {
  readonly type: 'combined';
  readonly steps: readonly SharingKey[];
}

/** One key where the pool is below the claims, another where it is not. */
export interface TwoSidedKey {
  readonly type: 'twoSided';
  /** Pool below the claims: which consumers get it. */
  readonly scarce: SharingKey;
  /** Pool at least the claims: which producers' injection is taken. */
  readonly abundant: SharingKey;
}

/** The key of part of the time. */
export interface CalendarKeyRow extends CalendarConditions {
  readonly key: SharingKey;
}

/** Other keys at other times: by season, day type and hour of the local calendar. */
export interface CalendarKey {
  readonly type: 'calendar';
  /** Tried in order; an interval that no row holds for is refused when it is settled. */
  readonly rows: readonly CalendarKeyRow[];
}

/** Limit price of each point; a point not named asks or bids its price outside the community. */
export type LimitPrices = Readonly<Record<string, Tariff>>;

/** A market clears every interval. */
export type MarketKey = {
  readonly type: 'market';
  /** Most that a point pays per kWh; absent: the import price of the interval. */
  readonly bids?: LimitPrices;
  /** Least that a point takes per kWh; absent: the export price of the interval. */
  readonly asks?: LimitPrices;
} & MarketMechanism;

/** How the pool of an interval is shared out over the metering points. */
export type SharingKey =
  | ProportionalKey
  | FixedKey
  | PriorityKey
  | NestedKey
  | ExPostKey
  | PairsKey
  | CombinedKey
  | TwoSidedKey
  | CalendarKey
  | MarketKey;

/** The keys directly inside a key. */
export function innerKeys(key: SharingKey): readonly SharingKey[] {
  switch (key.type) {
    case 'priority':
    case 'nested':
      return key.groups.map((group) => group.key);
    case 'combined':
      return key.steps;
    case 'twoSided':
      return [key.scarce, key.abundant];
    case 'calendar':
      return key.rows.map((row) => row.key);
    default:
      return [];
  }
}

/** Whether coefficients come from a file. */
export function isFileCoefficients(
  coefficients: Coefficients | PairCoefficients,
): coefficients is FileCoefficients {
  const { file } = coefficients as { readonly file?: unknown };
  return typeof file === 'string' && isFileName(file);
}

/** Whether coefficients go by the calendar. */
export function isCalendarCoefficients(
  coefficients: Coefficients,
): coefficients is CalendarCoefficients {
  return Array.isArray((coefficients as { readonly calendar?: unknown }).calendar);
}

/** Names of a contract's files: one path segment with an extension, so that none reads as a number. */
const FILE_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,120}\.(?:txt|csv|json|ya?ml)$/;

/** Whether a text names a file of a contract. */
export function isFileName(text: string): boolean {
  return FILE_NAME.test(text);
}
