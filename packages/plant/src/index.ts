export { sky, transmission, type Sky } from './clouds.js';
export { CELL_MS, type World } from './compile-models.js';
export type {
  ControlName,
  DeviceModel,
  DeviceState,
  Moment,
  Segment,
  SetPoints,
} from './device-model.js';
export { describeDevices } from './describe-devices.js';
export type { EnergyCounter, Linear } from './energy-counter.js';
export { observe, type Observation } from './observe.js';
export { isPlantError, PlantError, type PlantErrorCode } from './plant-error.js';
export type { Inputs } from './set-points.js';
export type {
  BatteryConfig,
  BatteryStore,
  ChargerConfig,
  DeviceConfig,
  EvHabits,
  GridMeterConfig,
  HouseConfig,
  HybridConfig,
  PvArray,
  PvConfig,
  SiteConfig,
  SwitchedLoadConfig,
} from './site-config.js';
export { createSite, type DeviceNow, type Site } from './site.js';
export { step } from './step.js';
export { clearSkyIrradiance, sunPosition, type Plane, type SunPosition } from './sun.js';
