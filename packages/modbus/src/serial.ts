export { openRtuBus } from './rtu-bus.js';
export type { RtuBusOptions } from './rtu-bus.js';
export { startRtuServer } from './rtu-server.js';
export type { RtuServer, RtuServerOptions } from './rtu-server.js';
export { interFrameMs } from './serial-line.js';
export type { SerialLine } from './serial-line.js';
