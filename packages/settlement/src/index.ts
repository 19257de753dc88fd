export type { CaseEffect } from './case-behaviour.js';
export { agreementPlace, type ControlToken } from './case-net.js';
export { columnsBytes, columnsHash } from './columns-bytes.js';
export type {
  ClearedCase,
  EnergyCase,
  IntervalReading,
  IssuedCase,
  RuledCase,
  SupersededVersion,
} from './energy-case.js';
export { contractParameters, energyMarking, energyNet } from './energy-net.js';
export { explainPoint, type ExplainedLine, type PointExplanation } from './explain-point.js';
export {
  advanceJointly,
  closeManually,
  type Billing,
  type JoinedCases,
  type JointDecisions,
} from './joined-cases.js';
export { addAmounts, NO_AMOUNTS, type MemberAmounts } from './member-amounts.js';
export {
  intervalCost,
  memberDays,
  memberTotals,
  pointCost,
  pointSurplus,
  type MemberDay,
} from './member-days.js';
export { foldedNet } from './folded-net.js';
export { casesSharing } from './cases-sharing.js';
export type { AmountMessage, PaymentCase, PaymentMessages } from './payment-case.js';
export { paymentMarking, paymentNet, type PaymentStart } from './payment-net.js';
export {
  beginCase,
  caseHash,
  caseJournal,
  continueCase,
  isReadyFor,
  whereabouts,
  type RunningCase,
} from './running-case.js';
export { marketRule } from './market/community-market.js';
export { clearedAmounts, clearMarket, Market } from './market/market.js';
export {
  MARKET_RESIDUAL_ACCOUNT,
  type ClearedColumns,
  type MarketBook,
  type MarketClearing,
  type MarketMechanism,
  type MarketRule,
  type OrderColumns,
  type PoolPrice,
} from './market/market-rule.js';
export {
  clearOrderBook,
  type ClearedOrderBook,
  type MarketFill,
  type MarketOrder,
} from './market/order-book.js';
export { affectedIntervals, type RunBasis } from './runs/affected-intervals.js';
export { completeness, type Completeness, type KnownShare } from './runs/completeness.js';
export {
  checkPeriod,
  type ConservationFault,
  type ConservationVerdict,
  type ConservedAccounts,
  type EnergyAccount,
  type MoneyAccount,
} from './runs/conservation.js';
export { contractAsKnown, type RunPeriod } from './runs/contract-as-known.js';
export { intervalCase } from './runs/interval-case.js';
export { readingsAsKnown, type GridFrame, type PeriodReadings } from './runs/period-readings.js';
export {
  resettle,
  settleVersions,
  type Resettlement,
  type ResettleRequest,
} from './runs/resettle.js';
export {
  DEFAULT_RUN_CALENDAR,
  parseRunCalendar,
  RUN_CALENDAR_SCHEMA,
  runCalendar,
  runDueMs,
  runKindDue,
  safeParseRunCalendar,
  type RunCalendar,
  type RunRule,
} from './runs/run-calendar.js';
export {
  inputsAsKnownOn,
  knownInstants,
  type KnownContract,
  type KnownPrice,
  type KnownReadings,
  type RunInputs,
} from './runs/run-inputs.js';
export { runKind, runKindOrder, type RunKind } from './runs/run-kind.js';
export { settleRun, type RunRequest, type SettlementRun } from './runs/settlement-run.js';
export type { KnownStatesOfCharge } from './runs/states-of-charge.js';
export {
  substituteMissing,
  type SubstitutedGrid,
  type SubstitutionPolicy,
} from './runs/substitute-missing.js';
export { settle, type SettleOptions } from './settle.js';
export { intervalRecords, type IntervalRecords, type SettledOutline } from './interval-records.js';
export type { IntervalTotalColumns, IntervalTotals } from './interval-totals.js';
export { joinSettled, settledColumns, type SettledColumns } from './settled-columns.js';
export {
  joinStretches,
  packStretch,
  StretchedPeriod,
  unpackStretch,
  type JoinedStretches,
  type PackedStretch,
  type SettledStretch,
} from './settled-stretch.js';
export type { InternalAmounts, SettledPeriod } from './settled-period.js';
export {
  settlementContract,
  type ContractInputs,
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
  recordedEvents,
  settlementEvents,
  type ChainedEvent,
  type EventChain,
} from './settlement-events.js';
export type { SettlementGrid } from './settlement-grid.js';
export {
  CONTROL_PLACES,
  FLAG_PLACES,
  SETTLEMENT_LAWS,
  STEP_NAMES,
  VALUE_PLACES,
  type ControlArc,
  type ControlPlace,
  type IndexName,
  type Indices,
  type LawName,
  type MessageName,
  type SettlementCase,
  type SettlementScope,
  type SettlementStep,
  type StepName,
  type ValueMove,
  type ValuePlace,
} from './settlement-net.js';
export {
  DEFAULT_PARAMETERS,
  settlementParameters,
  type SettlementParameters,
} from './settlement-parameters.js';
export { settlementPnml } from './settlement-pnml.js';
export {
  proveSettlement,
  settlementProperties,
  type ProofOptions,
  type ProvedProperty,
  type SettlementProof,
} from './settlement-proofs.js';
export {
  settlementRequirements,
  type RequirementSubject,
  type SettlementRequirement,
} from './settlement-requirements.js';
export { SETTLEMENT_STEPS } from './settlement-steps.js';
export {
  recordedSummary,
  settlementSummary,
  type EnergyAndCost,
  type SettlementSummary,
} from './settlement-summary.js';
export type { StatesOfCharge } from './sharing/export-bounds.js';
export type { MarketAmounts, SharingRule, SharingWork } from './sharing/sharing-rule.js';
export { earlierVersions, type OtherReadings, type OtherRules } from './shadow/hypothesis.js';
export type {
  AllocatedInterval,
  OperatorAllocation,
  SharedFlow,
} from './shadow/operator-allocation.js';
export {
  DIFFERENCE_TYPES,
  type Difference,
  type DifferenceSum,
  type DifferenceType,
  type Evidence,
  type ShadowReport,
  type ShadowSum,
} from './shadow/shadow-report.js';
export { shadowSettlement, type ShadowOptions } from './shadow/shadow-settlement.js';
export {
  complementPlace,
  unitControlPlace,
  unitNet,
  unitValuePlace,
  type UnitAmounts,
  type UnitNet,
  type UnitNetOptions,
} from './unit-net.js';
export type { ColumnName, ColumnSource } from './workspace.js';
