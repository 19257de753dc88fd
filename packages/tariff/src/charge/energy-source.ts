import type { EpochMs } from '@microgrid/units';
import type { Fraction } from '../number/fraction.js';
import type { PricedEnergy } from './accrual.js';
import type { Charge } from './charge.js';
import type { EnergyFlow } from './charge-base.js';
import type { Segment } from './segments.js';

/** Where the kWh of a bill come from: intervals or registers. */
export interface EnergySource {
  /** The energy a charge per kWh is levied on in a segment, by price. */
  priced(charge: Charge, segment: Segment): PricedEnergy[];
  /** The kWh of a flow in [startMs, endMs). */
  total(flow: EnergyFlow, startMs: EpochMs, endMs: EpochMs): Fraction;
}
