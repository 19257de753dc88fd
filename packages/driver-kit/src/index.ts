export { describeDriver } from './describe-driver.js';
export { driverChecks } from './driver-checks.js';
export { DriverKitError, isDriverKitError, type DriverKitErrorCode } from './driver-kit-error.js';
export type { KitCheck } from './kit-check.js';
export type { KitOptions, ModbusEndpoint, ModbusWire } from './kit-options.js';
export { KIT_RULES, type KitRule } from './kit-rule.js';
export { runDriverChecks, type KitReport } from './run-driver-checks.js';
