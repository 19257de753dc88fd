import fc from 'fast-check';
import { reconnectDelayMs } from './reconnect-delay.js';

describe('reconnectDelayMs', () => {
  it('doubles up to its maximum', () => {
    const options = { reconnectMinimumMs: 100, reconnectMaximumMs: 1000 };
    const delays = [1, 2, 3, 4, 5, 2000].map((failures) =>
      reconnectDelayMs(failures, options, 0.5),
    );
    expect(delays).toEqual([75, 150, 300, 600, 750, 750]);
  });

  it('stays between half of its bound and its bound', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 10_000 }),
        fc.integer({ min: 1, max: 1000 }),
        fc.integer({ min: 1000, max: 600_000 }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (failures, reconnectMinimumMs, reconnectMaximumMs, random) => {
          const options = { reconnectMinimumMs, reconnectMaximumMs };
          const delayMs = reconnectDelayMs(failures, options, random);
          expect(delayMs).toBeGreaterThanOrEqual(reconnectMinimumMs / 2);
          expect(delayMs).toBeLessThanOrEqual(reconnectMaximumMs);
        },
      ),
    );
  });
});
