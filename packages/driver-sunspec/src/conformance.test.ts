import { describeDriver } from '@microgrid/driver-kit';
import { driver } from './sunspec-driver.js';

jest.setTimeout(60_000);

describeDriver(driver);
