export { allocate, allocateById, allocateInto } from './allocate.js';
export { Allocator } from './allocator.js';
export type { Rounding } from './decimal.js';
export {
  formatKilowattHours,
  MILLIWATT_HOURS_PER_KILOWATT_HOUR,
  milliwattHours,
  parseKilowattHours,
  wattHours,
  type MilliwattHours,
} from './energy.js';
export { isUnitsError, UnitsError, type UnitsErrorCode } from './error.js';
export { compareIds } from './id.js';
export { formatInstant, parseInstant, parseInstantLoose, type EpochMs } from './instant.js';
export {
  energyCost,
  formatMoney,
  parseMoney,
  PICO_PER_CENT,
  roundToCents,
  type Pico,
} from './money.js';
export type { Amperes, VoltAmperes, Volts, Watts } from './power.js';
export { formatPrice, parsePrice, type MicroPerKilowattHour } from './price.js';
export { formatRatio, numeratorAt, parseRatio, type Ratio } from './ratio.js';
export { formatResolution, parseResolution, RESOLUTION_MINUTES } from './resolution.js';
export {
  contains,
  overlaps,
  splitInterval,
  timeInterval,
  type TimeInterval,
} from './time-interval.js';
