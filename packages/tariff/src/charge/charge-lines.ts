import { compareIds } from '@microgrid/units';
import { addFractions, type Fraction } from '../number/fraction.js';
import { accrue, chargesInForce } from './accrue.js';
import type { Accrual } from './accrual.js';
import type { Charge } from './charge.js';
import type { ChargeBase } from './charge-base.js';
import { ChargePrices } from './charge-prices.js';
import { IntervalSource } from './interval-source.js';
import { segmentsOf } from './segments.js';
import type { BillingPeriod, IntervalEnergies, IntervalUsage } from './usage.js';

/** What one charge comes to over a period, exactly. */
export interface ChargeLine {
  /** Id of the charge. */
  readonly charge: string;
  readonly on: ChargeBase;
  readonly payTo: string;
  /** Name of the price period (peak, off-peak ...), where the rate names its periods. */
  readonly period?: string;
  /** Unit of the quantity; `currency` for percentages, whose quantity is their base. */
  readonly unit: 'kWh' | 'kVA-day' | 'day' | 'month' | 'currency';
  readonly quantity: Fraction;
  /** Currency per unit; absent where it changes from interval to interval, as day-ahead prices do. */
  readonly price?: Fraction;
  /** Exact amount in currency units: positive is paid by the member, negative to the member. */
  readonly amount: Fraction;
  /** Id of the VAT, absent where there is none. */
  readonly vat?: string;
}

/** The dates at which some charge begins or ends to hold. */
export function validityDates(charges: readonly Charge[]): string[] {
  return charges.flatMap(({ validFrom, validTo }) =>
    [validFrom, validTo].filter((date) => date !== undefined),
  );
}

/** The key of the line an accrual belongs to: one for each charge, period and price. */
export function lineKey({ charge, period, price }: Accrual): string {
  const unitPrice = price === undefined ? null : `${price.numerator}/${price.denominator}`;
  return JSON.stringify([charge.id, period ?? null, unitPrice]);
}

/** The line of one accrual. */
export function lineOf(accrual: Accrual): ChargeLine {
  const { charge, period, quantity, price, amount } = accrual;
  return {
    charge: charge.id,
    on: charge.on,
    payTo: charge.payTo,
    ...(period !== undefined && { period }),
    unit: charge.per === 'percent' ? 'currency' : charge.per,
    quantity,
    ...(price !== undefined && { price }),
    amount,
    ...(charge.vat !== undefined && { vat: charge.vat }),
  };
}

/** Accruals of one charge, period and price as one line; lines in order of the charges' ids. */
function merge(accruals: readonly Accrual[]): ChargeLine[] {
  const lines = new Map<string, ChargeLine>();
  for (const accrual of accruals) {
    const key = lineKey(accrual);
    const line = lineOf(accrual);
    const before = lines.get(key);
    lines.set(
      key,
      before === undefined
        ? line
        : {
            ...before,
            quantity: addFractions(before.quantity, line.quantity),
            amount: addFractions(before.amount, line.amount),
          },
    );
  }
  return [...lines].sort(([a], [b]) => compareIds(a, b)).map(([, line]) => line);
}

/**
 * What charges come to for a point or member over a period, exactly and without VAT. Energy is priced
 * at its own time, by the version of each charge that holds then. The order of the charges does not
 * matter; a charge that was split into versions of one rate gives the lines of the unsplit charge.
 * Check charges that come from a file with `parseCharges` first.
 * @throws TariffError `bad-usage` for missing, negative or unfit energy; `missing-price`;
 *   `unaligned-period`.
 */
export function chargeLines(charges: readonly Charge[], usage: IntervalUsage): ChargeLine[] {
  return chargeLinesFor(charges, usage)(usage);
}

/**
 * {@link chargeLines} for many points of one period: prices are looked up once.
 */
export function chargeLinesFor(
  charges: readonly Charge[],
  period: BillingPeriod,
): (usage: IntervalEnergies) => ChargeLine[] {
  const prices = new ChargePrices(period, undefined);
  const segments = segmentsOf(period, validityDates(charges));
  const inForce = chargesInForce(charges, segments, period.timeZone);
  return (usage) =>
    merge(accrue({ segments, inForce, source: new IntervalSource(prices, usage), facts: usage }));
}
