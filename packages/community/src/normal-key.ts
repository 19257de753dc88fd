import { canonicalTariff, flatTariff, type Tariff } from '@microgrid/tariff';
import { compareIds, formatRatio, parseRatio } from '@microgrid/units';
import type { KeyGroupInput, SharingKeyInput } from './sharing-key-schema.js';
import {
  isCalendarCoefficients,
  isFileCoefficients,
  type Coefficients,
  type CoefficientSum,
  type ConstantCoefficients,
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
    calendar: coefficients.calendar.map(({ seasons, dayTypes, hours, coefficients: row }) => ({
      ...(seasons && { seasons }),
      ...(dayTypes && { dayTypes: [...new Set(dayTypes)].sort(compareIds) }),
      ...(hours && { hours: [...hours].sort((a, b) => compareIds(a.from, b.from)) }),
      coefficients: constant(row),
    })),
  };
}

function normalPairs(pairs: PairCoefficients): PairCoefficients {
  if (isFileCoefficients(pairs)) return pairs;
  return normalRecord(pairs, constant);
}

/** The default is not spelled out, so that contracts from before this field keep their bytes. */
function normalSum(sum: CoefficientSum | undefined): { sum?: CoefficientSum } {
  return sum === undefined || sum === 'at-most-1' ? {} : { sum };
}

function normalGroup({ id, points, key }: KeyGroupInput): KeyGroup {
  return { id, points: [...points].sort(compareIds), key: normalKey(key) };
}

function normalMarket(key: Extract<SharingKeyInput, { type: 'market' }>): MarketKey {
  const { divider, compensation } = key.options ?? {};
  return {
    type: 'market',
    mechanism: key.mechanism,
    ...(key.bids && { bids: normalRecord(key.bids, normalTariff) }),
    ...(key.asks && { asks: normalRecord(key.asks, normalTariff) }),
    ...((divider !== undefined || compensation !== undefined) && {
      options: {
        ...(divider !== undefined && { divider: ratio(divider) }),
        ...(compensation !== undefined && { compensation: ratio(compensation) }),
      },
    }),
  };
}

function ratio(text: string): string {
  return text.includes('/') ? text : decimal(text);
}

/** A sharing key in its one form: ids in order where order means nothing, one spelling of decimals. */
export function normalKey(key: SharingKeyInput): SharingKey {
  switch (key.type) {
    case 'proportional':
    case 'exPost':
      return key;
    case 'fixed':
      return {
        type: 'fixed',
        coefficients: normalCoefficients(key.coefficients),
        ...normalSum(key.sum),
      };
    case 'priority':
      return { type: 'priority', groups: key.groups.map(normalGroup) };
    case 'nested': {
      const groups = key.groups.map((group) => ({
        ...normalGroup(group),
        share: decimal(group.share),
      }));
      return { type: 'nested', groups: groups.sort((a, b) => compareIds(a.id, b.id)) };
    }
    case 'pairs':
      return { type: 'pairs', coefficients: normalPairs(key.coefficients), ...normalSum(key.sum) };
    case 'combined':
      return { type: 'combined', steps: key.steps.map(normalKey) };
    case 'twoSided':
      return {
        type: 'twoSided',
        scarce: normalKey(key.scarce),
        abundant: normalKey(key.abundant),
      };
    case 'market':
      return normalMarket(key);
  }
}
