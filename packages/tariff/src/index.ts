export { canonicalTariff } from './canonical-tariff.js';
export {
  CHARGE_UNITS,
  chargeDirection,
  chargeRate,
  chargeSchema,
  chargesSchema,
  type Charge,
  type ChargeRate,
  type ChargeUnit,
} from './charge.js';
export { CHARGE_BASES, ENERGY_FLOWS, type ChargeBase, type EnergyFlow } from './charge-base.js';
export type { ChargeLine, ChargeLines, IntervalUsage } from './charge-lines.js';
export type {
  Bill,
  BillLine,
  BillOf,
  BillTotal,
  LineVat,
  RegisterUsage,
  Usage,
  VatCategory,
} from './bill.js';
export { DAY_TYPES, type DayType } from './day-type.js';
export {
  addFractions,
  compareFractions,
  divideFractions,
  fraction,
  multiplyFractions,
  ONE,
  parseFraction,
  picoOf,
  subtractFractions,
  sumFractions,
  ZERO,
  type Fraction,
} from './fraction.js';
export type { MarketSeries, MarketSeriesByName } from './market-series.js';
export { parseTariff, safeParseTariff, type TariffResult } from './parse-tariff.js';
export { priceAt, priceSeries } from './price-series.js';
export {
  CENTS_PER_LINE,
  formatFraction,
  ROUNDING_MODES,
  ROUNDING_POINTS,
  roundFraction,
  roundingSchema,
  roundingStep,
  type Rounding,
  type RoundingMode,
  type RoundingPoint,
  type RoundingStep,
} from './rounding.js';
export {
  dayGroup,
  flatTariff,
  pricePeriod,
  priceText,
  tariffSchema,
  tariffSeason,
  type DayGroup,
  type FlatTariff,
  type PricePeriod,
  type Tariff,
  type TariffSeason,
  type TimeOfUseTariff,
} from './tariff.js';
export { isTariffError, TariffError, type TariffErrorCode } from './tariff-error.js';
export { vatBlock, vatRate, vatSchema, type Vat, type VatBlock, type VatRate } from './vat.js';
