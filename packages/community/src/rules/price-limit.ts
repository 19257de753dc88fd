import { formatPrice, parsePrice, type MicroPerKilowattHour } from '@microgrid/units';
import type { PriceLimits } from '../contract-rules.js';
import type { Verdict } from './verdict.js';

/** The internal price of an interval after the contract's limits. */
export interface LimitedPrice {
  /** Micro-currency per kWh. */
  readonly price: MicroPerKilowattHour;
  readonly verdict: Verdict;
}

/**
 * Holds an internal price against the contract's limits. With `outside: limit` a price outside moves to
 * the bound; with `refuse` the verdict is `refused` and the price stays. Where the minimum is above the
 * maximum (surplus earns more than supply costs) no price can hold, and both policies refuse.
 * @param prices of the same interval, micro-currency per kWh.
 */
export function limitPrice(
  limits: PriceLimits | undefined,
  prices: {
    readonly internal: MicroPerKilowattHour;
    readonly import: MicroPerKilowattHour;
    readonly export: MicroPerKilowattHour;
  },
): LimitedPrice {
  const { internal } = prices;
  const minimum = bound(limits?.minimum, prices, -Infinity);
  const maximum = bound(limits?.maximum, prices, Infinity);
  if (internal >= minimum && internal <= maximum) {
    return { price: internal, verdict: { outcome: 'eligible', rule: 'priceLimit', reason: '' } };
  }
  const reason = `internal price ${formatPrice(internal)}, expected ${span(minimum, maximum)}`;
  if (limits?.outside !== 'limit' || minimum > maximum) {
    return { price: internal, verdict: { outcome: 'refused', rule: 'priceLimit', reason } };
  }
  const price = internal < minimum ? minimum : maximum;
  return {
    price,
    verdict: {
      outcome: 'eligible',
      rule: 'priceLimit',
      reason: `${reason}; limited to ${formatPrice(price)}`,
    },
  };
}

function bound(
  text: string | undefined,
  prices: { readonly import: number; readonly export: number },
  none: number,
): number {
  if (text === undefined) return none;
  return text === 'import' || text === 'export' ? prices[text] : parsePrice(text);
}

function span(minimum: number, maximum: number): string {
  if (minimum > maximum) return 'a minimum that is not above the maximum';
  const least = minimum === -Infinity ? '' : `at least ${formatPrice(minimum)}`;
  const most = maximum === Infinity ? '' : `at most ${formatPrice(maximum)}`;
  return [least, most].filter((text) => text !== '').join(' and ');
}
