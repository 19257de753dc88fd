import { describeDriver } from '@microgrid/driver-kit';
import { driver } from './eredes-han-driver.js';

jest.setTimeout(30_000);
describeDriver(driver, { ranges: { powerFactor: [0, 1] } });
