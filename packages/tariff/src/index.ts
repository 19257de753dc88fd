export { canonicalTariff } from './canonical-tariff.js';
export { DAY_TYPES, type DayType } from './day-type.js';
export { parseTariff, safeParseTariff, type TariffResult } from './parse-tariff.js';
export { priceAt, priceSeries } from './price-series.js';
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
