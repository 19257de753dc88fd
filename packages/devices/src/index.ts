export type { Clock } from './clock.js';
export { CommandGate, type CommandGateOptions, type CommandTime } from './command-gate.js';
export type { CommandOutcome, CommandStatus } from './command-outcome.js';
export { CONTROLS, isControlName, type ControlDefinition, type ControlName } from './control.js';
export {
  STORED_DWELL_MS,
  STORED_WRITES_PER_DAY,
  type ControlSafety,
  type SafetyTable,
  type SafetyValue,
} from './control-safety.js';
export { DeviceAlarms, type DeviceAlarm, type DeviceAlarmCode } from './device-alarm.js';
export type { DeviceCommand } from './device-command.js';
export type { Device } from './device.js';
export { DevicesError, isDevicesError, type DevicesErrorCode } from './devices-error.js';
export type { DeviceIdentity, DriverContext } from './driver-context.js';
export {
  CONTRACT_VERSION,
  driverManifest,
  transportKind,
  type DriverManifest,
  type TransportKind,
} from './driver-manifest.js';
export type { DriverStore } from './driver-store.js';
export type {
  DriverTwin,
  HttpTwin,
  ModbusTwin,
  MqttTwin,
  TwinDevice,
  TwinSurroundings,
  TwinUnitHandler,
} from './driver-twin.js';
export { defineDriver, type Driver, type DriverDefinition } from './driver.js';
export type { HttpRequest, HttpResponse, HttpTransport, PushStream } from './http-transport.js';
export type { Log, LogLevel } from './log.js';
export type { MqttMessage, MqttTransport } from './mqtt-transport.js';
export {
  isPointName,
  pointDefinition,
  POINTS,
  type PointDefinition,
  type PointName,
  type PointUnit,
} from './point.js';
export {
  parseProfile,
  profileSchema,
  safeParseProfile,
  type IdentityMatch,
  type Profile,
  type ProfileVector,
  type SafeProfileResult,
} from './profile.js';
export type {
  FallbackValue,
  FieldValue,
  ProfileControl,
  StepCondition,
  WriteField,
  WriteStep,
} from './profile-control.js';
export {
  effectOf,
  isFallbackAsSafe,
  type ControlEffect,
  type ResolvedFallback,
} from './profile-fallback.js';
export { lintProfile } from './profile-lint.js';
export { PROFILE_RULES, type ProfileProblem, type ProfileRule } from './profile-problems.js';
export {
  isRegisterPoint,
  pointSize,
  type Confidence,
  type ProfileEncoding,
  type ProfilePoint,
  type Quantity,
  type RegisterPoint,
  type Sentinel,
  type SumPoint,
} from './profile-point.js';
export { appliesTo, dependsOnCommand, purposesOf, type StepPurpose } from './profile-steps.js';
export {
  DEFAULT_BLIND_MODE_MS,
  SetPointKeeper,
  type SetPointKeeperOptions,
  type WantedSetPoint,
} from './set-point-keeper.js';
export type {
  SetPointPlan,
  SetPointPort,
  SetPointReadBack,
  SetPointWrite,
  WriteResult,
} from './set-point-port.js';
export { WriteLedger, type WriteLedgerOptions } from './write-ledger.js';
export { configFields, secret, secretPaths, type ConfigField, type SecretPath } from './secret.js';
export {
  boundsCause,
  isUsable,
  missingReading,
  readingOf,
  staleReading,
  type ReadingOrigin,
  type ValueBounds,
} from './reading.js';
