import { canonicalTariff, flatTariff, type Tariff } from '@microgrid/tariff';
import { compareIds, formatPrice, formatRatio, parsePrice, parseRatio } from '@microgrid/units';
import type { MarketKeyInput } from './market-key-schema.js';
import type { KeyGroupInput, SharingKeyInput } from './sharing-key-schema.js';
import {
  isCalendarCoefficients,
  isFileCoefficients,
  type CalendarConditions,
  type Coefficients,
  type CoefficientSum,
  type ConstantCoefficients,
  type FixedKey,
  type KeyGroup,
  type MarketKey,
  type PairCoefficients,
  type SharingKey,
} from './sharing-key.js';

/** A decimal in its one spelling. */
export function decimal(text: string): string {
  return formatRatio(parseRatio(text));
}

/** A price or tariff in its one form. */
export function normalTariff(price: string | Tariff): Tariff {
  return canonicalTariff(typeof price === 'string' ? flatTariff(price) : price);
}

/** A record in id order with its values brought into their one form. */
function normalRecord<V, N>(record: Readonly<Record<string, V>>, normal: (value: V) => N) {
  const entries = Object.entries(record).sort(([a], [b]) => compareIds(a, b));
  return Object.fromEntries(entries.map(([id, value]) => [id, normal(value)]));
}

function constant(coefficients: ConstantCoefficients): ConstantCoefficients {
  return normalRecord(coefficients, decimal);
}

function normalCoefficients(coefficients: Coefficients): Coefficients {
  if (isFileCoefficients(coefficients)) return coefficients;
  if (!isCalendarCoefficients(coefficients)) return constant(coefficients);
  return {
    calendar: coefficients.calendar.map(({ coefficients: row, ...conditions }) => ({
      ...normalConditions(conditions),
      coefficients: constant(row),
    })),
  };
}

/** What a row of a calendar asks, in its one form. */
function normalConditions({
  seasons,
  dayTypes,
  hours,
}: Unspelled<CalendarConditions>): CalendarConditions {
  return {
    ...(seasons && { seasons }),
    ...(dayTypes && { dayTypes: [...new Set(dayTypes)].sort(compareIds) }),
    ...(hours && { hours: [...hours].sort((a, b) => compareIds(a.from, b.from)) }),
  };
}

/** As read: fields may be there and undefined. */
type Unspelled<T> = { readonly [K in keyof T]?: T[K] | undefined };

function normalPairs(pairs: PairCoefficients): PairCoefficients {
  if (isFileCoefficients(pairs)) return pairs;
  return normalRecord(pairs, constant);
}

/** The default is not spelled out, so that contracts from before this field keep their bytes. */
function normalSum(sum: CoefficientSum | undefined): { sum?: CoefficientSum } {
  return sum === undefined || sum === 'at-most-1' ? {} : { sum };
}

/** Ids of the points that a key shares out among, and of those it would share out among as a producers' key. */
export interface KeySides {
  /** Those that are no producers. */
  readonly takers: readonly string[];
  /** Those that are no consumers. */
  readonly givers: readonly string[];
}

function normalGroup(group: KeyGroupInput, sides: KeySides): KeyGroup {
  const inside = new Set(group.points);
  return {
    id: group.id,
    points: [...group.points].sort(compareIds),
    key: normalKey(group.key, {
      ...sides,
      takers: sides.takers.filter((id) => inside.has(id)),
    }),
  };
}

/** `equal` written out: 1 for each that takes, divided by their number. */
function normalFixed(
  { coefficients, sum }: Extract<SharingKeyInput, { type: 'fixed' }>,
  { takers }: KeySides,
): FixedKey {
  if (coefficients !== 'equal') {
    return { type: 'fixed', coefficients: normalCoefficients(coefficients), ...normalSum(sum) };
  }
  const ones = Object.fromEntries([...takers].sort(compareIds).map((id) => [id, '1']));
  return { type: 'fixed', coefficients: ones, sum: 'renormalise' };
}

function normalMarket({ bids, asks, ...rule }: MarketKeyInput): MarketKey {
  const { options } = rule as { options?: Readonly<Record<string, string | undefined>> };
  const spelled = Object.entries(options ?? {}).filter(([, text]) => text !== undefined);
  return {
    type: 'market',
    mechanism: rule.mechanism,
    ...(bids && { bids: normalRecord(bids, normalTariff) }),
    ...(asks && { asks: normalRecord(asks, normalTariff) }),
    ...(spelled.length > 0 && {
      options: Object.fromEntries(
        spelled.map(([name, text]) => [name, normalOption(rule.mechanism, name, text ?? '')]),
      ),
    }),
  } as MarketKey;
}

function normalOption(mechanism: string, name: string, text: string): string {
  if (['divider', 'compensation', 'k'].includes(name)) return ratio(text);
  return mechanism === 'muda' && name === 'price' ? formatPrice(parsePrice(text)) : text;
}

function ratio(text: string): string {
  return text.includes('/') ? text : decimal(text);
}

/**
 * A sharing key in its one form: ids in order where order means nothing, one spelling of decimals.
 * @param sides who has a part where all have equal ones.
 */
export function normalKey(key: SharingKeyInput, sides: KeySides): SharingKey {
  const inner = (step: SharingKeyInput): SharingKey => normalKey(step, sides);
  switch (key.type) {
    case 'proportional':
    case 'exPost':
      return key;
    case 'fixed':
      return normalFixed(key, sides);
    case 'priority':
      return {
        type: 'priority',
        groups: key.groups.map((group) => normalGroup(group, sides)),
      };
    case 'nested': {
      const groups = key.groups.map((group) => ({
        ...normalGroup(group, sides),
        share: decimal(group.share),
      }));
      return { type: 'nested', groups: groups.sort((a, b) => compareIds(a.id, b.id)) };
    }
    case 'pairs':
      return { type: 'pairs', coefficients: normalPairs(key.coefficients), ...normalSum(key.sum) };
    case 'combined':
      return { type: 'combined', steps: key.steps.map(inner) };
    case 'twoSided':
      return {
        type: 'twoSided',
        scarce: inner(key.scarce),
        abundant: normalKey(key.abundant, { ...sides, takers: sides.givers }),
      };
    case 'calendar':
      return {
        type: 'calendar',
        rows: key.rows.map(({ key: row, ...conditions }) => ({
          ...normalConditions(conditions),
          key: inner(row),
        })),
      };
    case 'market':
      return normalMarket(key);
  }
}
