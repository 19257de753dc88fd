export { planBlocks, type PlannedBlock, type Rate } from './block-plan.js';
export { modbusDeviceConfig, type ModbusDeviceConfig } from './config.js';
export { controlWrites, type Lookup, type WritePlan } from './control-writes.js';
export {
  decode,
  profileDecoder,
  type InspectedPoint,
  type ProfileDecoder,
  type ReadRegisters,
} from './decode.js';
export {
  DriverModbusError,
  isDriverModbusError,
  type DriverModbusErrorCode,
} from './driver-modbus-error.js';
export { controlInterpreter, interpretControls, type SetPoints } from './interpret-controls.js';
export { modbusDriver } from './modbus-driver.js';
export { modbusTwin } from './modbus-twin.js';
export type { Reply } from './point-decoder.js';
export { encodePoints, RegisterImage } from './register-image.js';
export { safetyTable } from './safety-table.js';
export { wantedPoints } from './wanted-points.js';
