export {
  checkCoordinatorConfig,
  coordinatorSchema,
  parseCoordinatorConfig,
  type CoordinatorConfig,
  type CoordinatorConfigInput,
  type LimitRequest,
} from './configuration.js';
export { start } from './coordinator.js';
export {
  CoordinatorError,
  isCoordinatorError,
  type CoordinatorErrorCode,
} from './coordinator-error.js';
export type { ClosedPeriod } from './periods.js';
export type { CoordinatorPorts, CoordinatorStatus, OpenTransport, Running } from './ports.js';
export { keyFileOf } from './store.js';
