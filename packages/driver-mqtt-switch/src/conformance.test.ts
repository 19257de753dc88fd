import { describeDriver } from '@microgrid/driver-kit';
import { driver } from './mqtt-switch-driver.js';

jest.setTimeout(30_000);

describe('the only relay of a plug', () => {
  describeDriver(driver, { config: { topic: 'plug' } });
});
describe('the third relay of a board with topics of its own pattern', () => {
  describeDriver(driver, {
    config: { topic: 'board', fullTopic: 'home/%topic%/%prefix%/', relay: 3, deadManSeconds: 11 },
  });
});
