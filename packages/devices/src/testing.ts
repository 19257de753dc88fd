export { fakeDevice, type FakeDevice, type FakeDeviceOptions } from './testing/fake-device.js';
export { virtualClock, type VirtualClock } from './testing/virtual-clock.js';
