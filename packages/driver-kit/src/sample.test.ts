import { describeDriver } from './index.js';
import { sampleCharger } from './sample-charger.test-data.js';

describeDriver(sampleCharger, { config: { pin: '4711' } });
