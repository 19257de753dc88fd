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
} from './charge/charge.js';
export {
  CHARGE_BASES,
  ENERGY_FLOWS,
  type ChargeBase,
  type EnergyFlow,
} from './charge/charge-base.js';
export { chargeLines, chargeLinesFor, type ChargeLine } from './charge/charge-lines.js';
export type {
  BillingPeriod,
  IntervalEnergies,
  IntervalUsage,
  Register,
  RegisterUsage,
  Usage,
  UsageFacts,
} from './charge/usage.js';
export {
  bill,
  billsFor,
  type Bill,
  type BillLine,
  type BillTotal,
  type VatCategory,
} from './bill/bill.js';
export { billParts, type BillPart, type BillParts } from './bill/bill-parts.js';
export { parseCharges, parseRounding, parseVat } from './parse-rules.js';
export { DAY_TYPES, type DayType } from './calendar/day-type.js';
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
} from './number/fraction.js';
export {
  joinMarketSeries,
  marketSeries,
  type MarketSeries,
  type MarketSeriesByName,
} from './market/market-series.js';
export {
  MARKET_TIME_ZONE,
  marketDay,
  marketInstant,
  marketPeriod,
  type MarketDay,
  type MarketPeriod,
} from './market/market-day.js';
export { marketFromFiles, seriesFile, seriesNames } from './market/market-files.js';
export { parseMarketPrices, type MarketPriceOptions } from './market/parse-market-prices.js';
export { parseTariff, safeParseTariff, type TariffResult } from './parse-tariff.js';
export { priceAt, priceSeries } from './price/price-series.js';
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
} from './number/rounding.js';
export {
  accessLevel,
  accessTariff,
  listedTariff,
  type AccessTariff,
  type ListedTariff,
} from './access-tariff.js';
export { cycleTariff, type CycleTariff } from './cycle-tariff.js';
export {
  dayAheadTariff,
  TIP_REGIONS,
  tipTariff,
  type DayAheadTariff,
  type TipRegion,
  type TipTariff,
} from './market-tariff.js';
export {
  datedTariff,
  sumTariff,
  tariffSchema,
  type ComponentTariff,
  type DatedTariff,
  type SumTariff,
  type Tariff,
} from './tariff.js';
export {
  CLOCK_STATES,
  dayGroup,
  flatTariff,
  pricePeriod,
  priceText,
  tariffSeason,
  type DayGroup,
  type FlatTariff,
  type PricePeriod,
  type TariffSeason,
  type TimeOfUseTariff,
} from './time-of-use.js';
export {
  TIP_CLASSES,
  TIP_CORRECTION,
  tipPremium,
  type TipClass,
  type TipPlant,
} from './market/tip.js';
export type { PriceContext, PriceEntry, PriceSpan, PriceTable } from './price/price-table.js';
export { tariffTable } from './price/tariff-table.js';
export { easterDate } from './calendar/easter.js';
export {
  HOLIDAY_CALENDAR_NAMES,
  HOLIDAY_CALENDARS,
  type HolidayCalendar,
  type HolidayRule,
} from './calendar/holiday-calendars.js';
export {
  holidaySet,
  holidayTest,
  nationalHolidays,
  type Holiday,
  type HolidaySet,
} from './calendar/holidays.js';
export type { CycleDays, CycleSeason, PeriodCycle } from './calendar/cycle-table.js';
export {
  PERIOD_CYCLE_NAMES,
  PERIOD_CYCLES,
  type PeriodCycleName,
} from './calendar/period-cycle.js';
export { expandCycle } from './calendar/expand-cycle.js';
export { isTariffError, TariffError, type TariffErrorCode } from './tariff-error.js';
export { vatBlock, vatRate, vatSchema, type Vat, type VatBlock, type VatRate } from './bill/vat.js';
