export { AMR_STATUS_BITS, amrStatus, type AmrStatus, type AmrStatusBit } from './amr-status.js';
export { eredesHanConfig, type EredesHanConfig } from './config.js';
export { clockToEpochMs, decodeClock, type EmiClock } from './emi-clock.js';
export { EMI_REGISTERS, emiRegister, type EmiRegister, type EmiType } from './emi-register.js';
export { driver, driver as default, openEredesHan } from './eredes-han-driver.js';
export { EredesHanError, isEredesHanError, type EredesHanErrorCode } from './eredes-han-error.js';
export type { EredesHanDevice, EredesHanStatus } from './han-device.js';
export { HAN_EXCEPTIONS } from './han-link.js';
export type { LoadProfileEntry } from './load-profile-entry.js';
export type { LoadProfileStatus } from './load-profile-service.js';
export { MEASURES_BY_ID, type Measure } from './load-profile-layout.js';
export {
  HAN_LINES,
  probeHanLine,
  type FoundLine,
  type HanLine,
  type ProbeLineOptions,
} from './probe-line.js';
export type { LabelVerdict } from './quality-check.js';
export type { DeniedRegister } from './register-reader.js';
export { EmiMeter, type Truth } from './twin/emi-meter.js';
export type { EmiMeterOptions, EmiPower } from './twin/emi-options.js';
export { emiTwin, type EmiTwin } from './twin/emi-twin.js';
