export { ControlError, isControlError, type ControlErrorCode } from './control-error.js';
export { decide, type Decision } from './decide.js';
export {
  RULES,
  type Explanation,
  type FiredRule,
  type Flows,
  type PhaseLoad,
  type RuleName,
  type SetPoint,
} from './explanation.js';
export {
  initialMemory,
  type ChargerMemory,
  type CommandMemory,
  type GridMemory,
  type LoadMemory,
  type Memory,
} from './memory.js';
export {
  parsePolicy,
  policySchema,
  safeParsePolicy,
  type ChargingMode,
  type Policy,
  type PolicyInput,
} from './policy.js';
export type {
  DeviceSnapshot,
  PointReading,
  ReceivedSignal,
  Snapshot,
  UpstreamSignals,
} from './snapshot.js';
