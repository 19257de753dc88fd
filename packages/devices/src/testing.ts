export { fakeDevice, type FakeDevice, type FakeDeviceOptions } from './testing/fake-device.js';
export { memoryBroker, type MemoryBroker } from './testing/memory-broker.js';
export { memoryHttp, type HttpFault, type MemoryHttp } from './testing/memory-http.js';
export { memoryLog, type LogLine, type MemoryLog } from './testing/memory-log.js';
export { memoryStore, type MemoryStore } from './testing/memory-store.js';
export { virtualClock, type VirtualClock } from './testing/virtual-clock.js';
