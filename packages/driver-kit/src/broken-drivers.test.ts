import { brokenDrivers } from './broken-drivers.test-data.js';
import { KIT_RULES, runDriverChecks, type KitRule } from './index.js';
import { hasSocat } from './pseudo-terminal.js';

// Some rules are about real milliseconds on a wire, which a busy machine may stretch.
jest.retryTimes(2, { logErrorsBeforeRetry: true });

describe('a driver that is broken on purpose', () => {
  const runnable = brokenDrivers.filter(({ rule }) => rule !== 'twin-rtu' || hasSocat());

  it.each(runnable.map((one) => [one.rule, one.how, one] as const))(
    'breaks %s and nothing else: it %s',
    async (rule, _how, { driver, options }) => {
      const { failed } = await runDriverChecks(driver, options);
      expect(failed.map((one) => `${one.rule}: ${one.message}`)).toEqual([
        expect.stringContaining(`${rule}: `),
      ]);
      expect(failed[0]?.rule).toBe(rule);
      expect(failed[0]?.message).toMatch(/: got [^]+, expected /);
    },
    30_000,
  );

  it('exists for every rule', () => {
    const known = new Set<string>(brokenDrivers.map(({ rule }) => rule));
    const without = (Object.keys(KIT_RULES) as KitRule[]).filter((rule) => !known.has(rule));
    expect(without).toEqual([]);
  });
});
