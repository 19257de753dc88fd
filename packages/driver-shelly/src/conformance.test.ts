import { describeDriver } from '@microgrid/driver-kit';
import { driver } from './shelly-driver.js';

jest.setTimeout(30_000);

const NO_SWITCH = 'this component is a meter: it has no switch';
const except = {
  'safety-table': NO_SWITCH,
  commands: NO_SWITCH,
  'read-back': NO_SWITCH,
  bounds: NO_SWITCH,
  refresh: NO_SWITCH,
  expiry: NO_SWITCH,
  release: NO_SWITCH,
} as const;

describe('a switch', () => {
  describeDriver(driver);
});
describe('a switch whose safe state is on', () => {
  describeDriver(driver, { config: { safeState: 'on' } });
});
describe('a three-phase meter', () => {
  describeDriver(driver, { config: { component: 'em:0' }, except });
});
describe('a single-phase meter with its transformer reversed', () => {
  describeDriver(driver, { config: { component: 'em1:1', reversed: true }, except });
});
