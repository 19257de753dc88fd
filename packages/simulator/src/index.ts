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
