export type { Clock } from './clock.js';
export type { CommandOutcome, CommandStatus } from './command-outcome.js';
export { CONTROLS, isControlName, type ControlDefinition, type ControlName } from './control.js';
export type { Device } from './device.js';
export { DevicesError, isDevicesError, type DevicesErrorCode } from './devices-error.js';
export {
  defineDriver,
  type DeviceIdentity,
  type Driver,
  type DriverContext,
  type DriverDefinition,
  type Log,
  type LogLevel,
} from './driver.js';
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
  type Profile,
  type ProfileVector,
  type SafeProfileResult,
} from './profile.js';
export type {
  FieldValue,
  ProfileControl,
  Quantity,
  WriteField,
  WriteStep,
} from './profile-control.js';
export { lintProfile } from './profile-lint.js';
export { PROFILE_RULES, type ProfileProblem, type ProfileRule } from './profile-problems.js';
export {
  isRegisterPoint,
  pointSize,
  type ProfilePoint,
  type RegisterPoint,
  type SumPoint,
} from './profile-point.js';
export {
  boundsCause,
  isUsable,
  missingReading,
  readingOf,
  staleReading,
  type ReadingOrigin,
  type ValueBounds,
} from './reading.js';
