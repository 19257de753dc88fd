export { SUNSPEC_ROLES, sunspecConfig, type SunspecConfig } from './config.js';
export {
  decodeModel,
  decodePoint,
  decodeThousandths,
  type Absence,
  type DecodedPoint,
} from './decoded-model.js';
export { parseDeviceDump, type DeviceDump } from './device-dump.js';
export {
  DriverSunspecError,
  isDriverSunspecError,
  type DriverSunspecErrorCode,
} from './driver-sunspec-error.js';
export {
  parseModel,
  type GroupDefinition,
  type ModelDefinition,
  type PointDefinition,
} from './model-definition.js';
export { ModelImage } from './model-image.js';
export { layOutModel, type ModelLayout, type PlacedPoint } from './model-layout.js';
export { MODEL_IDS, modelDefinition } from './model-registry.js';
export {
  absentRegisters,
  decodeRaw,
  encodeRaw,
  type PointType,
  type RawValue,
} from './point-type.js';
export {
  scanModels,
  SUNSPEC_BASES,
  type FoundModel,
  type ModelList,
  type ReadRegisters,
  type ScanResult,
} from './scan.js';
export { driver, driver as default } from './sunspec-driver.js';
export {
  buildMap,
  type GroupValues,
  type MapModel,
  type MapOptions,
  type SunspecMap,
} from './sunspec-map.js';
export { simulateSunspec, type SunspecTwin, type SunspecTwinOptions } from './sunspec-twin.js';
export { twinModels, type TwinRatings } from './twin-values.js';
