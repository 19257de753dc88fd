export { qualityOfCauses, QUALITY_OF_CAUSE, worseQuality, type IntervalCause } from './cause.js';
export { rowAt, type Columns, type Row } from './columns.js';
export {
  advanceIntervals,
  type IntervalState,
  type IntervalStep,
  type ReadingRejection,
  type RejectedReading,
} from './counter-intervals.js';
export type { CounterReading, ReadingClock } from './counter-reading.js';
export {
  IntervalLedger,
  type LedgerMemory,
  type LedgerSettings,
  type LedgerStep,
} from './interval-ledger.js';
export { withLateData } from './late-data.js';
export {
  intervals,
  intervalsOf,
  type IntervalsOfReadings,
  type ReadingsSettings,
} from './intervals-of-readings.js';
export {
  correctInterval,
  intervalCorrection,
  restoreInterval,
  type CorrectedEnergies,
  type IntervalCorrection,
} from './interval-correction.js';
export { asKnownOn, withCorrection, type KnownInterval } from './known-series.js';
export {
  chooseSource,
  printSourceChoice,
  SOURCE_PRECEDENCE,
  type SourceChoice,
  type SourceContract,
  type SourceKind,
  type SourceSeries,
  type SourceShare,
} from './source-precedence.js';
export {
  meterAt,
  meterHistory,
  readingsOfMeters,
  type MeterHistory,
  type MeterPeriod,
  type RegisterValues,
} from './meter-history.js';
export type { OpenInterval } from './open-interval.js';
export { registerSums } from './register-sums.js';
export {
  registerTotals,
  type PhaseSum,
  type RegisterPart,
  type RegisterSnapshot,
  type RegisterTotals,
  type RegisterTotalSettings,
} from './register-totals.js';
export { placeInTime, type PlacedReadings } from './place-in-time.js';
export { CSV_COLUMNS, CSV_HEADER } from './csv-format.js';
export {
  canonicalBatches,
  CsvReader,
  readCanonicalCsv,
  safeReadCanonicalCsv,
  type BatchOptions,
  type CsvOptions,
  type SafeMeteringResult,
} from './csv-reader.js';
export { OrderWatch, sortColumns } from './canonical-order.js';
export {
  batchesCsvChunks,
  canonicalCsvChunks,
  CsvWriter,
  gridCsvChunks,
  writeCanonicalCsv,
} from './csv-writer.js';
export {
  mergeBatches,
  type MergeCounts,
  type MergeHooks,
  type ReplacedRow,
} from './merge-batches.js';
export type { GridPoint, GridSpan } from './grid-span.js';
export { canonicalGrid, CanonicalGridReader } from './canonical-grid.js';
export { intervalGrid, type IntervalGrid } from './interval-grid.js';
export {
  intervalOptions,
  type IntervalOptions,
  type IntervalSettings,
} from './interval-options.js';
export { localDayIntervals } from './local-day-intervals.js';
export {
  isMeteringError,
  MeteringError,
  type MeteringErrorCode,
  type MeteringProblem,
} from './metering-error.js';
export type { SeriesQuery, SeriesStore } from './series-store.js';
export {
  checkColumns,
  checkSeries,
  type CheckContext,
  type CheckResult,
} from './validation/check-columns.js';
export { sunElevation } from './validation/sun-elevation.js';
export type { KnownSum } from './validation/check-sums.js';
export { FindingSink } from './validation/finding-sink.js';
export { ABSENT, pointSeries, type PointSeries } from './validation/point-series.js';
export {
  RULE_SEVERITY,
  validationRule,
  type Finding,
  type FindingSeverity,
  type RuleOf,
  type ValidationRule,
  type ValidationRuleName,
} from './validation/rules.js';
export {
  validate,
  validator,
  type StreamRule,
  type ValidatedInterval,
  type Validator,
} from './validation/validate.js';
export { ZoneCalendar } from './validation/zone-calendar.js';
export {
  fillMethod,
  QUALITY_OF_METHOD,
  type Filled,
  type FillMethod,
  type FillMethodName,
} from './estimation/fill-methods.js';
export {
  extendSeries,
  fillSeries,
  type FillContext,
  type FillResult,
} from './estimation/fill-series.js';
export type { Profile } from './estimation/profile.js';
export { seriesColumns } from './estimation/series-columns.js';
export {
  defaultRuleSet,
  fillColumns,
  ruleSet,
  ruleSetBytes,
  type FillColumnsContext,
  type FilledColumns,
  type RuleSet,
} from './rule-set.js';
