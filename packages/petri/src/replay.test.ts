import { createHash } from 'node:crypto';
import fc from 'fast-check';
import {
  bind,
  createMarking,
  encodeToken,
  isPetriError,
  journalToJson,
  markingHash,
  net,
  parseJournal,
  replay,
  restore,
  run,
  safeParseJournal,
  snapshot,
  token,
  type Journal,
  type JournalEntry,
  type RunResult,
} from './index.js';
import { randomCase, type RandomCase } from './random-net.test-data.js';

const runs = (atScaleOne: number) => ({
  numRuns: atScaleOne * Number(process.env['MICROGRID_TEST_SCALE'] ?? '1'),
});

const hash = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest();
const journal = { hash };
const firingLimit = 60;

function recorded({ net, marking, inputs }: RandomCase): RunResult<never> | undefined {
  try {
    return run(net, marking, inputs, { journal, firingLimit }) as RunResult<never>;
  } catch (error) {
    if (isPetriError(error) && error.code === 'firing-limit') return undefined;
    throw error;
  }
}

function withEntries(original: Journal, entries: readonly JournalEntry[]): Journal {
  return { ...original, entries };
}

describe('replay', () => {
  test('reaches the same marking and the same hash, also through JSON', () => {
    let entries = 0;
    fc.assert(
      fc.property(randomCase, (random) => {
        const result = recorded(random);
        if (result?.journal === undefined) return;
        entries += result.journal.entries.length;
        const { net } = random;
        const expected = {
          ok: true,
          marking: result.marking,
          markingHash: markingHash(net, result.marking, hash),
          firings: result.firings,
          effects: result.effects,
        };
        expect(replay(net, result.journal, journal)).toEqual(expected);
        const json: unknown = JSON.parse(JSON.stringify(journalToJson(net, result.journal)));
        expect(replay(net, parseJournal(net, json), journal)).toEqual(expected);
      }),
      runs(150),
    );
    expect(entries).toBeGreaterThan(60);
  });

  test('a changed entry is named by its index, and nothing after it is looked at', () => {
    let changed = 0;
    fc.assert(
      fc.property(randomCase, fc.nat(), (random, pick) => {
        const result = recorded(random);
        if (result?.journal === undefined || result.journal.entries.length === 0) return;
        const { net } = random;
        const entries: readonly JournalEntry[] = result.journal.entries;
        const at = pick % entries.length;
        const entry = entries[at];
        if (entry === undefined) return;
        const put = (other: JournalEntry) =>
          replay(net, withEntries(result.journal as Journal, entries.with(at, other)), journal);
        const first = (what: string) => ({ ok: false, difference: { index: at, what } });
        expect(put({ ...entry, markingHash: 'beef' })).toMatchObject(first('markingHash'));
        expect(put({ ...entry, index: at + 1 })).toMatchObject(first('index'));
        if (entry.kind === 'firing') {
          expect(put({ ...entry, transition: 'other' })).toMatchObject(first('firing'));
          expect(put({ ...entry, tokens: { a: [999] } })).toMatchObject(first('firing'));
          expect(put({ ...entry, produced: { a: [999] } })).toMatchObject(first('produced'));
        } else if (entry.kind === 'clock') {
          expect(put({ ...entry, nowMs: -1 })).toMatchObject(first('clock'));
        } else {
          expect(put({ ...entry, sequence: 999 })).toMatchObject(first('input'));
          const token = entry.token === null ? 1 : Number(entry.token) + 1;
          expect(put({ ...entry, token })).toMatchObject(first('markingHash'));
        }
        changed += 1;
      }),
      runs(150),
    );
    expect(changed).toBeGreaterThan(30);
  });

  test('a journal that was cut or lost an entry differs there', () => {
    let cut = 0;
    fc.assert(
      fc.property(randomCase, fc.nat(), (random, pick) => {
        const result = recorded(random);
        const entries: readonly JournalEntry[] = result?.journal?.entries ?? [];
        const at = pick % Math.max(1, entries.length);
        const entry = entries[at];
        if (entry?.kind !== 'firing') return;
        const instants = entries.slice(0, at).map((e) => {
          if (e.kind === 'clock') return e.nowMs;
          return e.kind === 'firing' ? (e.atMs ?? 0) : 0;
        });
        // A firing that waited for the clock is no loss as long as the clock is not seen to move.
        if ((entry.atMs ?? 0) > Math.max(0, ...instants)) return;
        cut += 1;
        const shorter = withEntries(result?.journal as Journal, entries.slice(0, at));
        expect(replay(random.net, shorter, journal)).toMatchObject({
          difference: { index: at, what: 'end', found: 'no entry' },
        });
        const holed = entries.toSpliced(at, 1).map((entry, index) => ({ ...entry, index }));
        expect(
          replay(random.net, withEntries(result?.journal as Journal, holed), journal),
        ).toMatchObject({ ok: false, difference: { index: at } });
      }),
      runs(200),
    );
    expect(cut).toBeGreaterThan(10);
  });

  test('another net or another start is named', () => {
    fc.assert(
      fc.property(randomCase, (random) => {
        const original = recorded(random)?.journal as Journal | undefined;
        if (original === undefined) return;
        expect(replay(random.net, { ...original, netHash: 'beef' }, journal)).toMatchObject({
          difference: { index: -1, what: 'net', found: 'beef' },
        });
        expect(replay(random.net, { ...original, startHash: 'beef' }, journal)).toMatchObject({
          difference: { index: -1, what: 'start', found: 'beef' },
        });
      }),
      runs(20),
    );
  });

  test('a run that stops, is stored and goes on elsewhere ends like one that never stopped', () => {
    fc.assert(
      fc.property(randomCase, fc.nat(), (random, pick) => {
        const whole = recorded(random);
        if (whole === undefined) return;
        const { net, marking, inputs } = random;
        const at = pick % (inputs.length + 1);
        const before = run(net, marking, inputs.slice(0, at));
        const stored = JSON.stringify(snapshot(net, before.marking));
        const after = run(net, restore(net, JSON.parse(stored)), inputs.slice(at));
        expect(after.marking).toEqual(whole.marking);
        expect([...before.firings, ...after.firings]).toEqual(whole.firings);
      }),
      runs(150),
    );
  });

  test('a snapshot or journal with the wrong form is refused by path', () => {
    fc.assert(
      fc.property(randomCase, (random) => {
        const { net, marking } = random;
        const json = snapshot(net, marking);
        expect(() => restore(net, { ...json, net: 'other' })).toThrow("$.net is 'other'");
        expect(() => restore(net, { ...json, places: { z: [] } })).toThrow('$.places.z');
        const twice = [{ sequence: 0, token: null }];
        expect(() =>
          restore(net, { ...json, nextSequence: 1, places: { a: twice, c: twice } }),
        ).toThrow('each token number once');
        expect(() => restore(net, { ...json, nextSequence: 0, places: { a: twice } })).toThrow(
          '$.places.a[0].sequence is 0',
        );
        const bad = safeParseJournal(net, { schema: 'microgrid/petri-journal/1' });
        expect(bad.success).toBe(false);
      }),
      runs(10),
    );
  });
});

describe('marking hash', () => {
  test('is the documented construction, recomputed here by hand', () => {
    fc.assert(
      fc.property(randomCase, ({ net, marking }) => {
        const places = net.structure.places.map(({ name }) => {
          const list = marking.places[name] ?? [];
          const ages = list.map((token) => marking.nowMs - token.atMs);
          const timed = net.plan.timed && list.length > 0 ? `,"ages":[${ages.join(',')}]` : '';
          const head = Buffer.from(`{"place":"${name}","tokens":${list.length}${timed}}`);
          const hashes = list.map((token) => hash(Buffer.from(String(token.value))));
          return hash(Buffer.concat([head, ...hashes]));
        });
        expect(markingHash(net, marking, hash)).toBe(
          Buffer.from(hash(Buffer.concat(places))).toString('hex'),
        );
      }),
      runs(50),
    );
  });

  test('a value that is passed on is encoded once, a new value again', () => {
    const pass = net('pass')
      .place('in', token<readonly number[]>())
      .place('out', token<readonly number[]>())
      .transition('move', { in: { in: 1 }, out: { out: 1 } })
      .build();
    const encodings = (out: (value: readonly number[]) => readonly number[]) => {
      let count = 0;
      const encode = (value: unknown) => {
        count += 1;
        return encodeToken(value);
      };
      const bound = bind(pass, { move: { out: (t) => ({ out: out(t.in) }) } });
      const start = createMarking(bound, { in: [[1, 2]] });
      const { journal: log } = run(bound, start, [], { journal: { hash, encode } });
      expect(log?.entries).toHaveLength(1);
      return count;
    };
    expect(encodings((value) => value)).toBe(1);
    expect(encodings((value) => [...value])).toBe(2);
  });

  test('an own encoder is used for every token', () => {
    fc.assert(
      fc.property(randomCase, ({ net, marking }) => {
        const seen: unknown[] = [];
        markingHash(net, marking, hash, (token) => {
          seen.push(token);
          return new Uint8Array(Number(token));
        });
        expect(seen).toHaveLength(Object.values(marking.places).flat().length);
      }),
      runs(20),
    );
  });
});
