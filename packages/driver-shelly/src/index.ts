export {
  COMPONENT_KINDS,
  componentKey,
  parseComponent,
  type ComponentKind,
  type ShellyComponent,
} from './component.js';
export { shellyConfig, type ShellyConfig } from './config.js';
export {
  discoverShelly,
  driver,
  driver as default,
  type DiscoveredShelly,
} from './shelly-driver.js';
export { isShellyError, ShellyError, type ShellyErrorCode } from './shelly-error.js';
export { shellyTwin, type ShellyTwin } from './twin/shelly-twin.js';
