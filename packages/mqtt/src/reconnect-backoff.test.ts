import fc from 'fast-check';
import { reconnectBackoff } from './reconnect-backoff.js';

describe('the wait before a new attempt', () => {
  test('doubles from the first to the longest step and lies between half of it and all of it', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5_000 }),
        fc.integer({ min: 0, max: 100_000 }),
        fc.array(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), { maxLength: 20 }),
        (firstMs, extraMs, draws) => {
          let index = 0;
          const backoff = reconnectBackoff(firstMs, firstMs + extraMs, () => draws[index] ?? 0);
          for (; index < draws.length; index += 1) {
            const step = Math.min(firstMs * 2 ** index, firstMs + extraMs);
            const wait = backoff.next();
            expect(wait).toBeGreaterThanOrEqual(step / 2);
            expect(wait).toBeLessThanOrEqual(step);
          }
          backoff.reset();
          expect(backoff.next()).toBeLessThanOrEqual(firstMs);
        },
      ),
    );
  });
});
