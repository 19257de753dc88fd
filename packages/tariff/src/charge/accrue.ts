import { startOfLocalDay } from '@microgrid/units/calendar';
import {
  divideFractions,
  fraction,
  multiplyFractions,
  ONE,
  sumFractions,
  type Fraction,
} from '../number/fraction.js';
import { roundFraction, type Rounding } from '../number/rounding.js';
import { TariffError } from '../tariff-error.js';
import type { Accrual } from './accrual.js';
import { chargeDirection, type Charge } from './charge.js';
import { contractedPower } from './contracted-power.js';
import type { EnergySource } from './energy-source.js';
import { fixedRate } from './fixed-rate.js';
import { inOrderOfBase, percentOf } from './percent-charges.js';
import { roundEnergy } from './round-energy.js';
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
  const direct = directAccruals(input);
  const { energy } = input.rounding ?? {};
  return withPercents(energy === undefined ? direct : roundEnergy(direct, energy), input);
}

/** What every charge that is no percentage of others comes to, before kWh are rounded. */
export function directAccruals(input: AccrualInput): Accrual[] {
  const direct: Accrual[] = [];
  for (const [position, segment] of input.segments.entries()) {
    for (const charge of input.inForce[position] ?? []) {
      if (charge.per === 'percent' || !isLeviedOn(charge, input.facts)) continue;
      direct.push(...accrueOne(charge, segment, position, input));
    }
  }
  return direct;
}

/** Accruals, and after them the percentages that are taken of them. */
export function withPercents(
  direct: readonly Accrual[],
  { inForce, facts }: Pick<AccrualInput, 'inForce' | 'facts'>,
): Accrual[] {
  const accruals = [...direct];
  for (const [position, charges] of inForce.entries()) {
    for (const charge of inOrderOfBase(charges)) {
      if (!isLeviedOn(charge, facts)) continue;
      const accrual = percentOf(charge, position, accruals);
      if (accrual !== undefined) accruals.push(accrual);
    }
  }
  return accruals;
}

/** Whether a charge is levied on the point at all. @throws TariffError `bad-usage` where the point is not known. */
function isLeviedOn({ id, points }: Charge, { meteringPoint }: UsageFacts): boolean {
  if (points === undefined) return true;
  if (meteringPoint !== undefined) return points.includes(meteringPoint);
  throw new TariffError(
    'bad-usage',
    `meteringPoint: got none, expected the id of the point: charge ${id} is levied on some points alone`,
  );
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

function timeQuantity(charge: Charge, segment: Segment, input: AccrualInput): Fraction {
  if (charge.per === 'day') return segment.days;
  if (charge.per === 'kVA-day') {
    return multiplyFractions(segment.days, contractedPower(input.facts, `charge ${charge.id}`));
  }
  if (input.months === undefined) return segment.months;
  const all = sumFractions(input.segments.map(({ months }) => months));
  return multiplyFractions(input.months, divideFractions(segment.months, all));
}
