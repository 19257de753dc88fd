export { columnarNet, intervalMarking } from './columnar-net.js';
export type { ClearedCase, IntervalCase, RuledCase } from './interval-case.js';
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
export type { SharingRule } from './sharing-rule.js';
