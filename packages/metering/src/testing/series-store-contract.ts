import { intervalId, type IntervalV1 } from '@microgrid/events';
import { formatInstant, parseInstant } from '@microgrid/units';
import { isMeteringError } from '../metering-error.js';
import type { SeriesStore } from '../series-store.js';

/** One law of a series store: throws when the store breaks it. */
export interface SeriesStoreLaw {
  readonly name: string;
  check(store: SeriesStore): Promise<void>;
}

const QUARTER_MS = 900_000;
const MIDNIGHT = parseInstant('2026-03-28T00:00:00Z');

function interval(point: string, slot: number, revision = 1, energy = slot * 1000): IntervalV1 {
  const span = {
    meteringPoint: point,
    start: formatInstant(MIDNIGHT + slot * QUARTER_MS),
    end: formatInstant(MIDNIGHT + (slot + 1) * QUARTER_MS),
    revision,
  };
  return {
    kind: 'interval',
    version: 1,
    id: intervalId(span),
    ...span,
    importMilliwattHours: energy,
    exportMilliwattHours: 0,
    quality: 'measured',
    source: 'gw-01',
  };
}

function missing(point: string, slot: number): IntervalV1 {
  const { importMilliwattHours: _i, exportMilliwattHours: _e, ...rest } = interval(point, slot);
  return { ...rest, quality: 'missing', causes: ['no-reading-before'] };
}

function expectEqual(found: unknown, expected: unknown, what: string): void {
  const [a, b] = [JSON.stringify(found), JSON.stringify(expected)];
  if (a !== b) throw new Error(`${what}: got ${a}, expected ${b}`);
}

/** JSON with sorted keys would hide a lost field; ids and energies are what must come back. */
function essence(intervals: readonly IntervalV1[]): unknown {
  return intervals.map((one) => [
    one.id,
    one.meteringPoint,
    one.start,
    one.end,
    one.importMilliwattHours ?? null,
    one.exportMilliwattHours ?? null,
    one.quality,
    one.revision,
    one.source,
    one.uncertaintyMilliwattHours ?? null,
    one.causes ?? null,
  ]);
}

const ALL = { startMs: MIDNIGHT, endMs: MIDNIGHT + 1000 * QUARTER_MS };

/**
 * What every adapter of {@link SeriesStore} must do, as laws to run on a fresh store each:
 * `for (const law of seriesStoreContract) it(law.name, () => law.check(makeStore()))`.
 */
export const seriesStoreContract: readonly SeriesStoreLaw[] = [
  {
    name: 'gives back exactly what was put, by start then metering point, over many days',
    async check(store) {
      const put = [200, 3, 95, 96, 0].flatMap((slot) => [interval('b', slot), interval('a', slot)]);
      const full = {
        ...interval('a', 7),
        uncertaintyMilliwattHours: 4,
        causes: ['wide-bracket'],
        quality: 'estimated' as const,
      };
      await store.put([...put, full, missing('b', 7)]);
      const expected = [0, 3, 7, 95, 96, 200].flatMap((slot) =>
        slot === 7 ? [full, missing('b', 7)] : [interval('a', slot), interval('b', slot)],
      );
      expectEqual(essence(await store.read(ALL)), essence(expected), 'read');
      expectEqual(await store.meteringPoints(), ['a', 'b'], 'metering points');
    },
  },
  {
    name: 'reads only the points and the half-open span asked for',
    async check(store) {
      await store.put([0, 1, 2, 3].flatMap((slot) => [interval('a', slot), interval('b', slot)]));
      const startMs = MIDNIGHT + QUARTER_MS;
      const found = await store.read({
        meteringPoints: ['b'],
        startMs,
        endMs: startMs + 2 * QUARTER_MS,
      });
      expectEqual(essence(found), essence([interval('b', 1), interval('b', 2)]), 'read');
      expectEqual(await store.read({ ...ALL, meteringPoints: ['c'] }), [], 'unknown point');
    },
  },
  {
    name: 'takes the same interval again without change',
    async check(store) {
      await store.put([interval('a', 1), interval('a', 1)]);
      await store.put([interval('a', 1)]);
      expectEqual(essence(await store.read(ALL)), essence([interval('a', 1)]), 'read');
    },
  },
  {
    name: 'refuses other content under a known id and keeps nothing of that call',
    async check(store) {
      await store.put([interval('a', 1)]);
      try {
        await store.put([interval('a', 2), interval('a', 1, 1, 99)]);
      } catch (error) {
        if (!isMeteringError(error) || error.code !== 'conflicting-interval') throw error;
        expectEqual(essence(await store.read(ALL)), essence([interval('a', 1)]), 'read');
        return;
      }
      throw new Error('accepted other content under a known id');
    },
  },
  {
    name: 'reads the highest revision and keeps the others',
    async check(store) {
      await store.put([interval('a', 1, 3, 30), interval('a', 1, 1, 10)]);
      await store.put([interval('a', 1, 2, 20)]);
      expectEqual(essence(await store.read(ALL)), essence([interval('a', 1, 3, 30)]), 'read');
      const startMs = MIDNIGHT + QUARTER_MS;
      const found = await store.revisions('a', startMs);
      expectEqual(
        found.map(({ revision }) => revision),
        [1, 2, 3],
        'revisions',
      );
      expectEqual(await store.revisions('b', startMs), [], 'revisions of another point');
    },
  },
];
