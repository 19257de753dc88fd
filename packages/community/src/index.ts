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
export { communityPoints, type CommunityPoint } from './community-points.js';
export { COMMUNITY_SCHEMA } from './community-schema.js';
export { communityJsonSchema } from './json-schema.js';
export { parseCommunity, safeParseCommunity, type CommunityResult } from './parse-community.js';
export { coefficientDayType, coefficientRowAt } from './calendar-row.js';
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
  isCalendarCoefficients,
  isFileCoefficients,
  MARKET_MECHANISMS,
  type CalendarCoefficients,
  type CoefficientDayType,
  type CoefficientHours,
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
