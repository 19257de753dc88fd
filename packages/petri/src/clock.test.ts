import { createHash } from 'node:crypto';
import fc from 'fast-check';
import {
  bind,
  createMarking,
  journalToJson,
  net,
  nextDueMs,
  parseJournal,
  replay,
  restore,
  run,
  snapshot,
  step,
  token,
  type RunInput,
} from './index.js';
import { randomCase } from './random-net.test-data.js';

const scale = Number(process.env['MICROGRID_TEST_SCALE'] ?? '1');
const hash = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest();

const intake = net('intake')
  .place('waiting', token<string>())
  .place('reading', token<string>())
  .place('actual', token<string>())
  .place('estimated', token<string>())
  .transition('receive', {
    in: { waiting: { key: '$', withinMs: 900 }, reading: { key: '$' } },
    out: { actual: 1 },
  })
  .transition('estimate', { in: { waiting: { afterMs: 900 } }, out: { estimated: 1 } })
  .build();
const bound = bind(intake, {
  receive: { out: ({ reading }) => ({ actual: reading }) },
  estimate: { out: ({ waiting }) => ({ estimated: waiting }) },
});
const start = createMarking(bound, { waiting: ['p1', 'p2'] }, { nowMs: 100 });

describe('the clock', () => {
  test('a delay ends at its instant, whatever instant the host asks for', () => {
    const { marking, firings } = run(bound, start, [
      { nowMs: 500 },
      { place: 'reading', token: 'p1' },
      { nowMs: 10_000 },
    ]);
    expect(firings).toEqual([
      {
        transition: 'receive',
        tokens: { waiting: [0], reading: [2] },
        produced: { actual: [3] },
        atMs: 500,
      },
      {
        transition: 'estimate',
        tokens: { waiting: [1] },
        produced: { estimated: [4] },
        atMs: 1000,
      },
    ]);
    expect(marking.nowMs).toBe(10_000);
    expect(marking.places.estimated[0]?.atMs).toBe(1000);
  });

  test('at the instant of a deadline both may fire, and the order decides', () => {
    const late = run(bound, start, [{ nowMs: 999 }, { place: 'reading', token: 'p2' }]);
    expect(late.firings.map(({ transition }) => transition)).toEqual(['receive']);
    const there = createMarking(bound, { waiting: ['p1'], reading: [] }, { nowMs: 0 });
    const withReading = run(bound, there, [{ nowMs: 899 }, { place: 'reading', token: 'p1' }]);
    expect(withReading.firings).toHaveLength(1);
    const tooLate = run(bound, there, [{ nowMs: 901 }, { place: 'reading', token: 'p1' }]);
    expect(tooLate.firings.map(({ transition }) => transition)).toEqual(['estimate']);
  });

  test('nextDueMs names the next instant at which time alone enables something', () => {
    expect(nextDueMs(bound, start)).toBe(1000);
    expect(nextDueMs(bound, run(bound, start, [{ nowMs: 1000 }]).marking)).toBeUndefined();
    expect(step(bound, start)).toBeUndefined();
  });

  test('a clock that goes back or stands between milliseconds is refused', () => {
    expect(() => run(bound, start, [{ nowMs: 99 }])).toThrow('set to 99 ms');
    expect(() => run(bound, start, [{ nowMs: 100.5 }])).toThrow('expected an integer from 100');
  });

  test('a span of time cut in any way gives the same run', () => {
    let waited = 0;
    fc.assert(
      fc.property(randomCase, fc.array(fc.nat(8), { maxLength: 4 }), (random, cuts) => {
        const end = 30;
        const pieces: RunInput[] = [...cuts].sort((a, b) => a - b).map((nowMs) => ({ nowMs }));
        let whole;
        try {
          whole = run(random.net, random.marking, [{ nowMs: end }], { firingLimit: 60 });
        } catch {
          return;
        }
        const cut = run(random.net, random.marking, [...pieces, { nowMs: end }]);
        waited += whole.firings.filter(({ atMs = 0 }) => atMs > 0).length;
        expect(cut).toEqual(whole);
      }),
      { numRuns: 200 * scale },
    );
    expect(waited).toBeGreaterThan(5);
  });

  test('journals and snapshots carry the clock', () => {
    const result = run(bound, start, [{ nowMs: 2000 }], { journal: { hash } });
    const json: unknown = JSON.parse(JSON.stringify(journalToJson(bound, result.journal as never)));
    const journal = parseJournal(bound, json);
    expect(journal.entries.map(({ kind }) => kind)).toEqual(['firing', 'firing', 'clock']);
    expect(replay(bound, journal, { hash })).toMatchObject({ ok: true, marking: result.marking });
    const stored: unknown = JSON.parse(JSON.stringify(snapshot(bound, result.marking)));
    expect(restore(bound, stored)).toEqual(result.marking);
  });
});

describe('a journal of inputs alone', () => {
  test('reproduces the run, and a changed input differs there', () => {
    let entries = 0;
    fc.assert(
      fc.property(randomCase, ({ net: random, marking, inputs }) => {
        let result;
        try {
          result = run(random, marking, inputs, {
            journal: { hash, record: 'inputs' },
            firingLimit: 60,
          });
        } catch {
          return;
        }
        const { journal } = result;
        if (journal === undefined) throw new Error('no journal');
        expect(journal.entries.map(({ kind }) => kind)).not.toContain('firing');
        expect(journal.entries).toHaveLength(inputs.length);
        entries += inputs.length;
        const stored: unknown = JSON.parse(JSON.stringify(journalToJson(random, journal)));
        const again = replay(random, parseJournal(random, stored), { hash });
        expect(again).toMatchObject({ ok: true, marking: result.marking });
        expect(again.ok && again.firings).toEqual(result.firings);
        const [first] = journal.entries;
        if (first === undefined) return;
        const changed = [{ ...first, markingHash: 'beef' }, ...journal.entries.slice(1)];
        expect(replay(random, { ...journal, entries: changed }, { hash })).toMatchObject({
          difference: { index: 0, what: 'markingHash' },
        });
      }),
      { numRuns: 150 * scale },
    );
    expect(entries).toBeGreaterThan(50);
  });
});
