import { describeDriver, driverChecks, KIT_RULES } from './index.js';
import { sampleCharger } from './sample-charger.test-data.js';
import { sampleHttpMeter } from './sample-http-meter.test-data.js';
import { sampleMqttMeter } from './sample-mqtt-meter.test-data.js';

describeDriver(sampleCharger, { config: { pin: '4711' } });
describeDriver(sampleHttpMeter);
describeDriver(sampleMqttMeter);

describe('the kit', () => {
  it('lists every rule once, and says why it skips one', () => {
    for (const driver of [sampleCharger, sampleHttpMeter]) {
      const checks = driverChecks(driver as never, { except: { crc: 'its line has none' } });
      expect(checks.map(({ rule }) => rule)).toEqual(Object.keys(KIT_RULES));
      expect(checks.find(({ rule }) => rule === 'crc')?.skipped).toBe('its line has none');
      for (const { skipped } of checks) expect(skipped).not.toBe('');
    }
  });

  it('applies every rule to some driver', () => {
    const all = [sampleCharger, sampleHttpMeter, sampleMqttMeter].flatMap((driver) =>
      driverChecks(driver as never),
    );
    const run = new Set(all.filter(({ skipped }) => skipped === undefined).map(({ rule }) => rule));
    const never = Object.keys(KIT_RULES).filter((rule) => !run.has(rule as 'crc'));
    expect(never.sort()).toEqual(['profile-lint', 'vectors']);
  });
});
