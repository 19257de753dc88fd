export {
  canonicalCommunity,
  type Community,
  type Member,
  type MeteringPoint,
} from './community.js';
export {
  CommunityError,
  isCommunityError,
  type CommunityErrorCode,
  type CommunityProblem,
} from './community-error.js';
export { communityPoints, pointsByOperatorId, type CommunityPoint } from './community-points.js';
export { COMMUNITY_SCHEMA } from './community-schema.js';
export { communityJsonSchema } from './json-schema.js';
export { parseCommunity, safeParseCommunity, type CommunityResult } from './parse-community.js';
export {
  coefficientDayType,
  coefficientRowAt,
  communityHolidays,
  type Holidays,
} from './calendar-row.js';
export {
  NOT_EVALUABLE_POLICIES,
  PLANT_ORDERS,
  UNUSED_RULES,
  VOLTAGE_LEVELS,
  type DecidedBy,
  type ExportConstraint,
  type ExportEligibility,
  type NotEvaluablePolicy,
  type ParticipationFactor,
  type PlantOrder,
  type PointConnection,
  type PriceLimits,
  type ProximityRule,
  type ProximityTest,
  type ReserveLevel,
  type UnusedRule,
  type ValidDays,
  type VoltageLevel,
} from './contract-rules.js';
export type { ContractFiles } from './contract-files.js';
export {
  COEFFICIENT_DAY_TYPES,
  COEFFICIENT_SUMS,
  innerKeys,
  isCalendarCoefficients,
  isFileCoefficients,
  type CalendarCoefficients,
  type CoefficientDayType,
  type CoefficientHours,
  type CalendarConditions,
  type CalendarKey,
  type CalendarKeyRow,
  type CoefficientRow,
  type Coefficients,
  type CoefficientSeason,
  type CoefficientSum,
  type CombinedKey,
  type ConstantCoefficients,
  type ExPostKey,
  type FileCoefficients,
  type FixedKey,
  type KeyGroup,
  type LimitPrices,
  type MarketKey,
  type MarketMechanism,
  type NestedKey,
  type PairCoefficients,
  type PairsKey,
  type PriorityKey,
  type ProportionalKey,
  type SharingKey,
  type TwoSidedKey,
} from './sharing-key.js';
export { LocalClock } from './local-clock.js';
export { applyPreset } from './presets/apply-preset.js';
export { findPreset, PRESET_SCHEMA, presets, type Preset } from './presets/preset.js';
export { dominantDirection } from './rules/dominant-direction.js';
export { exportConstraintMilliwattHours } from './rules/export-constraint.js';
export { measuredShareVerdict } from './rules/measured-share.js';
export { participatingMilliwattHours, participationPercent } from './rules/participation.js';
export {
  eligibilityPeriods,
  pointEligibility,
  type EligibilityPeriod,
  type PointEligibility,
} from './rules/point-eligibility.js';
export { limitPrice, type LimitedPrice } from './rules/price-limit.js';
export { proximityVerdict } from './rules/proximity.js';
export { reserveVerdict, type ReserveVerdict, type StateOfCharge } from './rules/reserve-level.js';
export { runKindVerdict, type RunSource } from './rules/decided-by.js';
export { mostSevere, takesPart, type ContractRule, type Verdict } from './rules/verdict.js';
export { activationDate, type Activation } from './files/activation-date.js';
export {
  allocationOfPoints,
  lintAllocationCsv,
  readAllocationCsv,
} from './files/allocation-csv.js';
export {
  ALLOCATION_LAYOUT,
  ENERGY_UNITS,
  type AllocationLayout,
  type EnergyUnit,
} from './files/allocation-layout.js';
export type { AllocatedFlow, AllocatedRow, AllocationFile } from './files/allocation-row.js';
export {
  lintBetaExcerpt,
  lintBetaFile,
  readBetaFile,
  type BetaFile,
  type BetaOptions,
} from './files/beta-file.js';
export {
  BETA_ONE,
  betaText,
  HOURS_OF_LEAP_YEAR,
  HOURS_OF_YEAR,
  isLeapYear,
} from './files/beta-year.js';
export { betaTable, type BetaClock } from './files/beta-table.js';
export {
  COEFFICIENT_SCALE,
  lintCoefficientCsv,
  lintPairCsv,
  readCoefficientCsv,
  readPairCsv,
  type CoefficientFileOptions,
  type PairColumns,
  type PairName,
} from './files/coefficient-csv.js';
export type { CoefficientTable } from './files/coefficient-table.js';
export {
  coefficientTable,
  energyTableOf,
  lintCoefficientTable,
  lintEnergyTable,
  lintPairTable,
  pairTable,
  type ContractFileOptions,
  type EnergyTable,
  type PairTable,
} from './files/contract-tables.js';
export { csvFileKind } from './files/csv-file-kind.js';
export type { CsvSeparator } from './files/csv-rows.js';
export { cupsFault, isCau } from './files/cups.js';
export {
  contentOf,
  fileProblemText,
  type FileProblem,
  type FileReading,
  type NamedText,
} from './files/file-problem.js';
export { betaFileOf, formatBetaFile, type BetaWeights } from './files/generate-beta-file.js';
export type { TimeFormat } from './files/time-field.js';
export type { TimedColumns } from './files/timed-columns.js';
export { lintBetaFiles, MOST_BETA_FILES } from './files/lint-beta-files.js';
export {
  contractFileNames,
  lintContractFiles,
  type NamedFile,
} from './files/lint-contract-files.js';
export { lintFixedKeyCsv } from './files/fixed-key-csv.js';
export { formatHierarchicalFiles, formatPairCsv } from './files/format-key-files.js';
export { lintHierarchicalKey, type HierarchicalFiles } from './files/hierarchical-key.js';
