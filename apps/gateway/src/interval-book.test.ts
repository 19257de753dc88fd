import { intervalId, type IntervalV1 } from '@microgrid/events';
import { createJournal } from '@microgrid/journal';
import { nodeHash } from '@microgrid/journal/node';
import { createMemoryJournalStore, type MemoryJournalStore } from '@microgrid/journal/testing';
import { IntervalBook } from './interval-book.js';
import type { IntervalSource } from './interval-source.js';

const HOUR_MS = 3_600_000;
const NOON_MS = Date.UTC(2026, 5, 21, 12);

let nowMs = NOON_MS;
let store: MemoryJournalStore;
let published: IntervalV1[];

function interval(
  source: 'gw' | 'meter',
  quality: IntervalV1['quality'],
  wattHours = 100,
  revision = 1,
): IntervalV1 {
  const period = {
    meteringPoint: 'PT-1',
    start: '2026-06-21T11:45:00Z',
    end: '2026-06-21T12:00:00Z',
    revision,
  };
  const energies =
    quality === 'missing'
      ? {}
      : { importMilliwattHours: wattHours * 1000, exportMilliwattHours: 0 };
  return {
    kind: 'interval',
    version: 1,
    id: intervalId(period),
    ...period,
    ...energies,
    quality,
    source,
  };
}

/** A book as after a start of the gateway; the journal stays what it was. */
async function open(sources: readonly IntervalSource[]): Promise<IntervalBook> {
  const saltKey = (): Uint8Array => new Uint8Array(32);
  const journal = await createJournal({ log: store.log, hash: nodeHash, saltKey, epoch: 1 });
  const book = new IntervalBook({
    sources,
    fallbackAfterMs: HOUR_MS,
    gateway: 'gw',
    journal,
    find: (id) => store.log.findById(id),
    clock: { nowMs: () => nowMs, monotonicMs: () => nowMs },
    log: () => undefined,
  });
  book.intervals$.subscribe((each) => published.push(each));
  return book;
}

const told = (): unknown[] =>
  published.map(({ source, revision, quality }) => [source, revision, quality]);
const since = { sinceMs: NOON_MS };

beforeEach(() => {
  nowMs = NOON_MS;
  store = createMemoryJournalStore();
  published = [];
});

describe('what stands of a period', () => {
  it('is the preferred source’s, and the other’s is dropped', async () => {
    const book = await open(['loadProfile', 'registers']);
    const made = { interval: interval('gw', 'measured', 101), ...since };
    expect(await book.offer('registers', made)).toBe(false);
    const own = { interval: interval('meter', 'measured', 100), ...since };
    expect(await book.offer('loadProfile', own)).toBe(true);
    expect(await book.offer('registers', made)).toBe(true);
    expect(told()).toEqual([['meter', 1, 'measured']]);
  });

  it('is the next source’s when the preferred one did not come in time, for good', async () => {
    const book = await open(['loadProfile', 'registers']);
    const made = { interval: interval('gw', 'measured', 101), ...since };
    nowMs += HOUR_MS - 1;
    expect(await book.offer('registers', made)).toBe(false);
    nowMs += 1;
    expect(await book.offer('registers', made)).toBe(true);
    expect(
      await book.offer('loadProfile', { interval: interval('meter', 'measured'), ...since }),
    ).toBe(true);
    expect(told()).toEqual([['gw', 1, 'measured']]);
  });

  it('is replaced by a revision when the preferred source knows it better', async () => {
    const book = await open(['loadProfile', 'registers']);
    nowMs += HOUR_MS;
    await book.offer('registers', { interval: interval('gw', 'estimated', 50), ...since });
    await book.offer('loadProfile', { interval: interval('meter', 'measured'), ...since });
    await book.offer('loadProfile', { interval: interval('meter', 'measured', 130, 2), ...since });
    expect(told()).toEqual([
      ['gw', 1, 'estimated'],
      ['meter', 2, 'measured'],
      ['meter', 3, 'measured'],
    ]);
    expect(published.map(({ id }) => id)).toEqual(published.map((each) => intervalId(each)));
  });

  it('is not changed by a worse or second-best source, unless it is missing', async () => {
    const book = await open(['loadProfile', 'registers']);
    await book.offer('loadProfile', { interval: interval('meter', 'estimated'), ...since });
    await book.offer('registers', { interval: interval('gw', 'measured'), ...since });
    expect(told()).toEqual([['meter', 1, 'estimated']]);
    store = createMemoryJournalStore();
    published = [];
    const other = await open(['loadProfile', 'registers']);
    const lost = { interval: interval('meter', 'missing'), ...since };
    expect(await other.offer('loadProfile', lost)).toBe(false);
    nowMs += HOUR_MS;
    expect(await other.offer('loadProfile', lost)).toBe(true);
    await other.offer('registers', { interval: interval('gw', 'estimated'), ...since });
    expect(told()).toEqual([
      ['meter', 1, 'missing'],
      ['gw', 2, 'estimated'],
    ]);
  });

  it('is told once, also after a restart and when everything is offered again', async () => {
    const first = await open(['registers', 'loadProfile']);
    await first.offer('registers', { interval: interval('gw', 'estimated'), ...since });
    await first.offer('loadProfile', { interval: interval('meter', 'measured'), ...since });
    const second = await open(['registers', 'loadProfile']);
    for (const each of [interval('gw', 'estimated'), interval('meter', 'measured')]) {
      const from = each.source === 'gw' ? 'registers' : 'loadProfile';
      expect(await second.offer(from, { interval: each, ...since })).toBe(true);
    }
    expect(told()).toEqual([['gw', 1, 'estimated']]);
  });

  it('is offered from two sides at once and still told once', async () => {
    const book = await open(['loadProfile', 'registers']);
    const own = { interval: interval('meter', 'measured'), ...since };
    const made = { interval: interval('gw', 'measured', 101), sinceMs: NOON_MS - HOUR_MS };
    await Promise.all([
      book.offer('registers', made),
      book.offer('loadProfile', own),
      book.offer('loadProfile', own),
    ]);
    expect(told()).toEqual([['gw', 1, 'measured']]);
  });
});
