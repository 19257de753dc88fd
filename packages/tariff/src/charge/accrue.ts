import { startOfLocalDay } from '@microgrid/units/calendar';
import {
  divideFractions,
  fraction,
  multiplyFractions,
  ONE,
  parseFraction,
  subtractFractions,
  sumFractions,
  ZERO,
  type Fraction,
} from '../number/fraction.js';
import { roundFraction, type Rounding, type RoundingStep } from '../number/rounding.js';
import { TariffError } from '../tariff-error.js';
import type { Accrual } from './accrual.js';
import { chargeDirection, type Charge } from './charge.js';
import type { EnergySource } from './energy-source.js';
import type { Segment } from './segments.js';
import type { UsageFacts } from './usage.js';

/** Everything that decides what charges come to. */
export interface AccrualInput {
  readonly segments: readonly Segment[];
  /** The charges that hold in each segment, see {@link chargesInForce}. */
  readonly inForce: readonly (readonly Charge[])[];
  readonly source: EnergySource;
  readonly facts: UsageFacts;
  /** Times that charges per month are due, instead of the prorated months. */
  readonly months?: Fraction;
  readonly rounding?: Pick<Rounding, 'price' | 'energy'>;
}

/** What every charge comes to in every segment in which it holds, exactly, percentages last. */
export function accrue(input: AccrualInput): Accrual[] {
  const direct: Accrual[] = [];
  for (const [position, segment] of input.segments.entries()) {
    for (const charge of input.inForce[position] ?? []) {
      if (charge.per !== 'percent') direct.push(...accrueOne(charge, segment, position, input));
    }
  }
  const { energy } = input.rounding ?? {};
  const accruals = energy === undefined ? direct : roundEnergy(direct, energy);
  for (const [position, charges] of input.inForce.entries()) {
    for (const charge of inOrderOfBase(charges)) {
      const accrual = percentOf(charge, position, accruals);
      if (accrual !== undefined) accruals.push(accrual);
    }
  }
  return accruals;
}

/** The charges whose version holds in each segment; versions begin and end where segments do. */
export function chargesInForce(
  charges: readonly Charge[],
  segments: readonly Segment[],
  timeZone: string,
): Charge[][] {
  const days = new Map<string, number>();
  const midnight = (date: string): number => {
    const ms = days.get(date) ?? startOfLocalDay(timeZone, date);
    days.set(date, ms);
    return ms;
  };
  return segments.map(({ startMs }) =>
    charges.filter(
      ({ validFrom, validTo }) =>
        (validFrom === undefined || midnight(validFrom) <= startMs) &&
        (validTo === undefined || midnight(validTo) > startMs),
    ),
  );
}

function accrueOne(
  charge: Charge,
  segment: Segment,
  position: number,
  input: AccrualInput,
): Accrual[] {
  const sign = chargeDirection(charge) === 'charge' ? ONE : fraction(-1);
  if (charge.per === 'kWh') {
    return input.source.priced(charge, segment).map(({ period, kilowattHours, price, cost }) => ({
      charge,
      segment: position,
      quantity: kilowattHours,
      amount: multiplyFractions(cost, sign),
      ...(period !== undefined && { period }),
      ...(price !== undefined && { price }),
    }));
  }
  const quantity = timeQuantity(charge, segment, input);
  const step = input.rounding?.price;
  const price = step === undefined ? fixedRate(charge) : roundFraction(fixedRate(charge), step);
  const amount = multiplyFractions(multiplyFractions(quantity, price), sign);
  return [{ charge, segment: position, quantity, price, amount }];
}

function fixedRate(charge: Charge): Fraction {
  // The schema lets only charges per kWh have a tariff.
  const rate = parseFraction(typeof charge.rate === 'string' ? charge.rate : '');
  const exemption = parseFraction(charge.exemptionPercent ?? '0');
  return multiplyFractions(
    rate,
    subtractFractions(ONE, multiplyFractions(exemption, fraction(1, 100))),
  );
}

function timeQuantity(charge: Charge, segment: Segment, input: AccrualInput): Fraction {
  if (charge.per === 'day') return segment.days;
  if (charge.per === 'kVA-day') {
    return multiplyFractions(segment.days, contractedPower(input.facts, `charge ${charge.id}`));
  }
  if (input.months === undefined) return segment.months;
  const all = sumFractions(input.segments.map(({ months }) => months));
  return multiplyFractions(input.months, divideFractions(segment.months, all));
}

/** The contracted power. @throws TariffError `bad-usage` where it is not given. */
export function contractedPower(facts: UsageFacts, reader: string): Fraction {
  if (facts.contractedKilovoltAmperes !== undefined) {
    return parseFraction(facts.contractedKilovoltAmperes);
  }
  throw new TariffError(
    'bad-usage',
    `contractedKilovoltAmperes: got none, expected the contracted power: ${reader} goes by it`,
  );
}

/**
 * Rounds the kWh of each line once and spreads the change over its segments in proportion. Lines
 * whose price changes from interval to interval have no one price for a rounded quantity, and keep it.
 */
function roundEnergy(accruals: readonly Accrual[], step: RoundingStep): Accrual[] {
  const totals = new Map<string, Fraction>();
  const keyOf = (accrual: Accrual): string | undefined => {
    const { charge, period, price } = accrual;
    if (charge.per !== 'kWh' || price === undefined) return undefined;
    return JSON.stringify([charge.id, period, String(price.numerator), String(price.denominator)]);
  };
  for (const accrual of accruals) {
    const key = keyOf(accrual);
    if (key === undefined) continue;
    totals.set(key, sumFractions([totals.get(key) ?? ZERO, accrual.quantity]));
  }
  return accruals.map((accrual) => {
    const key = keyOf(accrual);
    const total = key === undefined ? undefined : totals.get(key);
    if (total === undefined || total.numerator === 0n) return accrual;
    const ratio = divideFractions(roundFraction(total, step), total);
    return {
      ...accrual,
      quantity: multiplyFractions(accrual.quantity, ratio),
      amount: multiplyFractions(accrual.amount, ratio),
    };
  });
}

/** Percent charges, each after those it is a percentage of. */
function inOrderOfBase(charges: readonly Charge[]): Charge[] {
  const percents = charges.filter(({ per }) => per === 'percent');
  const order: Charge[] = [];
  const visit = (charge: Charge): void => {
    if (order.includes(charge)) return;
    for (const base of percents) if (charge.of?.includes(base.id) === true) visit(base);
    order.push(charge);
  };
  for (const charge of percents) visit(charge);
  return order;
}

/** The accruals a percentage in a segment is taken of. */
export function baseOf(charge: Charge, segment: number, accruals: readonly Accrual[]): Accrual[] {
  return accruals.filter(
    (accrual) => accrual.segment === segment && charge.of?.includes(accrual.charge.id) === true,
  );
}

function percentOf(
  charge: Charge,
  segment: number,
  accruals: readonly Accrual[],
): Accrual | undefined {
  const base = baseOf(charge, segment, accruals);
  if (base.length === 0) return undefined;
  // A percentage of earnings is of their size: what is earned counts as positive here.
  const quantity = sumFractions(
    base.map(({ charge: of, amount }) =>
      chargeDirection(of) === 'charge' ? amount : multiplyFractions(amount, fraction(-1)),
    ),
  );
  const sign = chargeDirection(charge) === 'charge' ? 1 : -1;
  const price = multiplyFractions(fixedRate(charge), fraction(1, 100));
  const amount = multiplyFractions(multiplyFractions(quantity, price), fraction(sign));
  return { charge, segment, quantity, price, amount };
}
