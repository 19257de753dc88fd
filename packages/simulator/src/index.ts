export {
  generateIntervals,
  type GeneratedInterval,
  type GenerateOptions,
} from './generate-intervals.js';
export {
  startSimulator,
  type Endpoint,
  type Simulator,
  type SimulatorOptions,
  type SiteSnapshot,
} from './simulator.js';
export { isSimulatorError, SimulatorError, type SimulatorErrorCode } from './simulator-error.js';
export { deviceSpeech, type DeviceSpeech, type TwinDrivers } from './device-speech.js';
export { plantedFault, type PlantedFault } from './planted-fault.js';
export { lineConfig, type LineConfig } from './served-line.js';
export type { DeviceSimulation } from './simulated-site.js';
export { parseSiteFile, siteFile, type SimulatedSiteFile, type SiteFile } from './site-file.js';
