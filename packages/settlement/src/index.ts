export { columnarNet, intervalMarking } from './columnar-net.js';
export { columnsBytes, columnsHash } from './columns-bytes.js';
export { explainPoint, type ExplainedLine, type PointExplanation } from './explain-point.js';
export type { ClearedCase, IntervalCase, RuledCase } from './interval-case.js';
export { addAmounts, NO_AMOUNTS, type MemberAmounts } from './member-amounts.js';
export {
  intervalCost,
  memberDays,
  memberTotals,
  pointCost,
  type IntervalTotals,
  type MemberDay,
} from './member-days.js';
export { settle, type SettledPeriod, type SettleOptions } from './settle.js';
export {
  settlementContract,
  type IntervalPrices,
  type SettlementContract,
} from './settlement-contract.js';
export {
  isSettlementError,
  SettlementError,
  type SettlementErrorCode,
} from './settlement-error.js';
export {
  contractEvent,
  contractHash,
  settlementEvents,
  type ChainedEvent,
  type EventChain,
} from './settlement-events.js';
export type { SettlementGrid } from './settlement-grid.js';
export {
  CONSUMPTION_PLACES,
  CONTROL_PLACES,
  GENERATION_PLACES,
  SETTLEMENT_LAWS,
  settlementNet,
  type ConsumptionPlace,
  type ControlPlace,
  type EnergyMove,
  type EnergyPlace,
  type GenerationPlace,
  type SettlementNet,
  type SettlementStep,
  type StepName,
} from './settlement-net.js';
export {
  settlementSummary,
  type EnergyAndCost,
  type SettlementSummary,
} from './settlement-summary.js';
export type { SharingRule } from './sharing-rule.js';
export { orderPlace, outcomePlace, unitNet, unitPlace, type MoveSide } from './unit-net.js';
