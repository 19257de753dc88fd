import { startOfLocalDay } from '@microgrid/units/calendar';
import {
  compareFractions,
  multiplyFractions,
  parseFraction,
  sumFractions,
  ZERO,
  type Fraction,
} from '../number/fraction.js';
import type { PriceEntry } from '../price/price-table.js';
import { TariffError } from '../tariff-error.js';
import type { PricedEnergy } from './accrual.js';
import type { Charge } from './charge.js';
import type { EnergyFlow } from './charge-base.js';
import type { ChargePrices } from './charge-prices.js';
import type { EnergySource } from './energy-source.js';
import type { Segment } from './segments.js';
import type { BillingPeriod, Register, RegisterUsage } from './usage.js';

/** Energy by register: what a meter counted over the whole period, in all or by price period. */
export class RegisterSource implements EnergySource {
  constructor(
    private readonly prices: ChargePrices,
    private readonly usage: RegisterUsage,
  ) {}

  priced(charge: Charge, segment: Segment): PricedEnergy[] {
    const { startMs, endMs } = this.prices.period;
    // Nothing changes for this charge in the period (see checkRegisterBill): all its energy counts once.
    if (segment.startMs !== startMs) return [];
    const whole = { ...segment, endMs };
    const { entries, index } = this.prices.table(charge, whole, this.usage.voltageLevel);
    const used = [...new Set(index)].map((position) => entries[position] as PriceEntry);
    const registers = this.registersOf(charge.on as EnergyFlow);
    const [only] = used;
    if (used.length === 1 && only?.listed === true) {
      return [pricedAt(only, sumFractions(registers.map(energyOf)))];
    }
    return registers.map((register) => this.pricedRegister(charge, register, used));
  }

  total(flow: EnergyFlow): Fraction {
    return sumFractions(this.registersOf(flow).map(energyOf));
  }

  private pricedRegister(
    charge: Charge,
    register: Register,
    used: readonly PriceEntry[],
  ): PricedEnergy {
    const prices = used.filter(({ name, listed }) => listed && name === register.period);
    const [price] = prices;
    if (prices.length === 1 && price !== undefined) return pricedAt(price, energyOf(register));
    const names = [...new Set(used.map(({ name }) => name ?? 'no name'))].join(', ');
    throw refusal(
      prices.length > 1
        ? `charge ${charge.id}: period ${register.period ?? ''} has ${prices.length} prices in this time, expected one; bill the parts apart, or give intervals`
        : `charge ${charge.id}: register of ${register.on}: got period ${register.period ?? 'none'}, expected one of the tariff's: ${names}; prices that follow a market need intervals`,
    );
  }

  private registersOf(flow: EnergyFlow): readonly Register[] {
    const registers = this.usage.registers.filter(({ on }) => on === flow);
    if (registers.length === 0) {
      throw refusal(
        `registers: got none of ${flow}, expected one: a charge is levied on this flow`,
      );
    }
    return registers;
  }
}

function pricedAt({ price, name }: PriceEntry, kilowattHours: Fraction): PricedEnergy {
  return {
    ...(name !== undefined && { period: name }),
    price,
    kilowattHours,
    cost: multiplyFractions(kilowattHours, price),
  };
}

function energyOf({ on, kilowattHours }: Register): Fraction {
  const energy = parseFraction(kilowattHours);
  if (compareFractions(energy, ZERO) >= 0) return energy;
  throw refusal(
    `register of ${on}: got ${kilowattHours} kWh, expected none below 0: what flows the other way is another flow`,
  );
}

/** The whole days of a bill by registers, in quarter-hours. */
export function registerPeriod(usage: RegisterUsage): BillingPeriod {
  const { from, to, timeZone, market } = usage;
  const startMs = startOfLocalDay(timeZone, from);
  const endMs = startOfLocalDay(timeZone, to);
  if (startMs >= endMs) throw refusal(`to: got ${to}, expected a date after from (${from})`);
  // Prices are looked at by quarter-hours: no price period of a register is shorter.
  return { startMs, endMs, resolutionMs: 900_000, timeZone, ...(market && { market }) };
}

function refusal(message: string): TariffError {
  return new TariffError('bad-usage', message);
}
