import { isControlError, parsePolicy, safeParsePolicy } from './index.js';

const fuse = { amperesPerPhase: 25, phases: 1 } as const;

describe('policy', () => {
  it('needs the main fuse only and fills in every documented default', () => {
    const policy = parsePolicy({ mainFuse: fuse });
    expect(policy.battery.reservePercent).toBe(10);
    expect(policy.ev.mode).toBe('surplus');
    expect(policy.ev.allowBatteryDischarge).toBe(false);
    expect(policy.upstream).toEqual({
      obeyPrices: true,
      obeyLimits: true,
      mayShedLoads: true,
      mayDischargeBattery: true,
      mayCurtail: true,
    });
    expect(policy.commands.validForMs).toBe(60_000);
  });

  it('refuses a policy by path, value and expectation', () => {
    const result = safeParsePolicy(
      { mainFuse: { ...fuse, amperesPerPhase: -3 }, baterry: {} },
      'gateway.yaml',
    );
    expect(result.success).toBe(false);
    if (result.success) return;
    expect(isControlError(result.error)).toBe(true);
    expect(result.error.code).toBe('bad-policy');
    expect(result.error.message).toMatch(/gateway\.yaml: mainFuse\.amperesPerPhase: got -3/);
    expect(result.error.message).toMatch(/baterry/);
  });

  it('refuses contradictions: a reserve above the maximum, one load listed twice', () => {
    expect(() =>
      parsePolicy({ mainFuse: fuse, battery: { reservePercent: 90, maximumPercent: 80 } }),
    ).toThrow(/reserve below battery\.maximumPercent/);
    const load = { device: 'boiler', priority: 2 };
    expect(() => parsePolicy({ mainFuse: fuse, loads: [load, load] })).toThrow(/at most once/);
  });
});
