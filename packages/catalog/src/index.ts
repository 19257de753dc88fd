export { catalog, findProfile } from './catalog.js';
export { eastronSdm630 } from './eastron-sdm630.js';
export { kebaP30 } from './keba-p30.js';
export { modbusRelay } from './modbus-relay.js';
export { sunspecBattery } from './sunspec-battery.js';
export { sunspecHybrid } from './sunspec-hybrid.js';
export { sunspecPv } from './sunspec-pv.js';
