import { intervalV1, type IntervalV1 } from '@microgrid/events';
import { parseInstant } from '@microgrid/units';
import { from, lastValueFrom, toArray } from 'rxjs';
import {
  asKnownOn,
  correctInterval,
  IntervalLedger,
  intervals,
  isMeteringError,
  restoreInterval,
  withCorrection,
  withLateData,
  type CounterReading,
  type KnownInterval,
  type LedgerMemory,
  type LedgerSettings,
  type RejectedReading,
} from './index.js';
import { Dice, meterLife, type MeterLife } from './meter-life.test-data.js';
import { revisedIntervals } from './rxjs.js';
import { MemorySeriesStore } from './testing.js';

const SCALE = Number(process.env['MICROGRID_TEST_SCALE'] ?? '1');
const T0 = Date.UTC(2026, 5, 21);
const MINUTE = 60_000;
const DAY = 86_400_000;
const SETTINGS: LedgerSettings = {
  resolutionMs: 15 * MINUTE,
  source: 'gw-01',
  maximumWatts: 20_000,
};

const reading = (minute: number, energy = minute * 1000): CounterReading => ({
  meteringPoint: 'home-01',
  atMs: T0 + minute * MINUTE,
  importMilliwattHours: 1_000_000 + energy,
  exportMilliwattHours: 0,
  quality: 'good',
});
const content = ({ revision: _r, id: _i, ...rest }: IntervalV1): unknown => rest;
const by = { author: 'M. Silva', reason: 'read off the display' };

/** Readings in an order in which some come late. */
function lateOrder(life: MeterLife, dice: Dice): CounterReading[] {
  return life.readings
    .map((each, index) => ({ each, rank: index + (dice.chance(4) ? dice.next(1, 60) : 0) }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ each }) => each);
}
const ledgerSettings = ({ settings, history }: MeterLife): LedgerSettings => ({
  ...settings,
  ...(history === undefined ? {} : { history }),
});

describe('a ledger over restarts', () => {
  it('publishes what one without restarts does, also where a crash came between store and memory', async () => {
    let restarts = 0;
    let revised = 0;
    for (let seed = 1; seed <= 60 * SCALE; seed++) {
      const life = meterLife(seed * 17);
      if (life.readings.length > 200) continue;
      const dice = new Dice(seed);
      const order = lateOrder(life, dice);
      const settings = ledgerSettings(life);
      const whole = new IntervalLedger(settings);
      const store = new MemorySeriesStore();
      let memory: LedgerMemory | undefined;
      let ledger = await IntervalLedger.open('home-01', settings, store, memory);
      const told: IntervalV1[] = [];
      const expected: IntervalV1[] = [];
      for (const each of order) {
        expected.push(...whole.add(each).intervals);
        const step = ledger.add(each);
        await store.put(step.intervals);
        told.push(...step.intervals);
        if (!dice.chance(5)) {
          memory = JSON.parse(JSON.stringify(ledger.memory())) as LedgerMemory;
          if (!dice.chance(10)) continue;
        }
        restarts += 1;
        // Without the last memory the reading is not known to have been taken: it comes again.
        ledger = await IntervalLedger.open('home-01', settings, store, memory);
        const again = ledger.add(each).intervals;
        if (again.length > 0)
          throw new Error(`seed ${seed * 17}: told twice ${again[0]?.id ?? ''}`);
        memory = ledger.memory();
      }
      revised += told.filter(({ revision }) => revision > 1).length;
      try {
        expect(told).toEqual(expected);
        expect(ledger.series()).toEqual(whole.series());
      } catch (error) {
        throw new Error(`seed ${seed * 17}: ${String(error)}`, { cause: error });
      }
    }
    console.log(`ledgers over restarts: ${restarts} restarts, ${revised} revisions`);
    expect(restarts).toBeGreaterThan(100 * SCALE);
    expect(revised).toBeGreaterThan(20 * SCALE);
  });

  it('that settle end with the series of all readings, and keep no more than the window', () => {
    const dice = new Dice(5);
    const keepMs = DAY;
    const ledger = new IntervalLedger({ ...SETTINGS, keepMs });
    const count = 6 * 1440;
    const late = Array.from({ length: count }, (_, minute) => ({
      minute,
      rank: minute + (dice.chance(2) ? dice.next(1, 600) : 0),
    })).sort((a, b) => a.rank - b.rank);
    const newest = new Map<string, IntervalV1>();
    let most = 0;
    for (const [at, { minute }] of late.entries()) {
      // A late reading weighs the window anew: let most of the time pass without one.
      for (const each of ledger.add(reading(minute)).intervals) newest.set(each.start, each);
      if (at % 720 === 0) ledger.settle();
      most = Math.max(most, ledger.memory().readings.length);
    }
    const all = intervals(
      late.map(({ minute }) => reading(minute)),
      SETTINGS,
    ).intervals;
    const kept = [...newest.values()].sort((a, b) => parseInstant(a.start) - parseInstant(b.start));
    expect(kept.map(content)).toEqual(all.map(content));
    expect(most).toBeLessThan(1440 + 720 + 700);
    expect(ledger.series().length).toBeLessThan(250);
    const { intervals: none, rejected } = ledger.add(reading(10));
    expect([none, rejected.map(({ reason }) => reason)]).toEqual([[], ['too-late']]);
  });

  it('that were settled go on after a restart, and never publish a settled interval again', async () => {
    const store = new MemorySeriesStore();
    const settings = { ...SETTINGS, keepMs: 60 * MINUTE };
    let ledger = await IntervalLedger.open('home-01', settings, store, undefined);
    for (let minute = 0; minute <= 300; minute++) {
      if (minute === 290) continue;
      await store.put(ledger.add(reading(minute)).intervals);
    }
    ledger.settle();
    const memory = JSON.parse(JSON.stringify(ledger.memory())) as LedgerMemory;
    expect(memory.readings).toHaveLength(59);
    ledger = await IntervalLedger.open('home-01', settings, store, memory);
    await store.put(ledger.add(reading(290)).intervals);
    for (let minute = 301; minute <= 330; minute++) {
      await store.put(ledger.add(reading(minute)).intervals);
    }
    const series = await store.read({ startMs: T0, endMs: T0 + DAY });
    const whole = Array.from({ length: 331 }, (_, minute) => reading(minute));
    expect(series.map(content)).toEqual(intervals(whole, SETTINGS).intervals.map(content));
    expect(series.filter(({ revision }) => revision > 1)).toEqual([]);
  });
});

describe('late data after a correction', () => {
  const before = [0, 5, 10, 16, 20, 25, 30, 35, 40, 46];
  const energies = { importMilliwattHours: 17_000, exportMilliwattHours: 0 };

  function corrected() {
    const ledger = new IntervalLedger(SETTINGS);
    for (const minute of before) ledger.add(reading(minute));
    const first = ledger.series()[0] as IntervalV1;
    const correction = correctInterval(first, energies, by);
    ledger.correct(correction);
    return { ledger, first, correction };
  }

  it('leaves it standing in a next revision that is flagged, and tells what the data says', () => {
    const { ledger, correction } = corrected();
    // More flowed before the boundary than was thought.
    const { intervals: told, overruled } = ledger.add(reading(15, 15_900));
    expect(told.map(({ id }) => id)).toEqual([
      'home-01/2026-06-21T00:00:00Z/PT15M/3',
      'home-01/2026-06-21T00:15:00Z/PT15M/2',
    ]);
    expect(told[0]).toMatchObject({
      ...energies,
      quality: 'corrected',
      causes: ['manual-correction', 'late-data'],
    });
    expect(intervalV1.parse(told[0])).toEqual(told[0]);
    expect(overruled).toMatchObject([{ importMilliwattHours: 15_900, quality: 'measured' }]);
    expect(correction.after.revision).toBe(2);
    // What is flagged stays flagged: more late data makes no further revision of it.
    const more = ledger.add(reading(14, 15_000));
    expect(more.intervals.map(({ start }) => start)).not.toContain('2026-06-21T00:00:00Z');
    expect(ledger.series()[0]).toMatchObject({ ...energies, revision: 3 });
  });

  it('also when it comes after a restart, whether or not the memory knew of the correction', async () => {
    for (const knew of [true, false]) {
      const store = new MemorySeriesStore();
      const ledger = await IntervalLedger.open('home-01', SETTINGS, store, undefined);
      for (const minute of before) await store.put(ledger.add(reading(minute)).intervals);
      const old = ledger.memory();
      const correction = correctInterval(ledger.series()[0] as IntervalV1, energies, by);
      await store.put([ledger.correct(correction)]);
      const memory = knew ? ledger.memory() : old;
      const next = await IntervalLedger.open('home-01', SETTINGS, store, memory);
      const { intervals: told } = next.add(reading(15, 15_900));
      await store.put(told);
      const series = await store.read({ startMs: T0, endMs: T0 + 15 * MINUTE });
      expect(series).toMatchObject([{ ...energies, revision: 3, quality: 'corrected' }]);
      expect((await store.revisions('home-01', T0)).map(({ quality }) => quality)).toEqual([
        'estimated',
        'corrected',
        'corrected',
      ]);
    }
  });

  it('speaks again once a person restored what the readings say', () => {
    const { ledger, first, correction } = corrected();
    ledger.correct(restoreInterval(correction.after, first, by));
    const { intervals: told, overruled } = ledger.add(reading(15, 15_900));
    expect(told[0]).toMatchObject({
      importMilliwattHours: 15_900,
      quality: 'measured',
      revision: 4,
    });
    expect(overruled).toEqual([]);
  });

  it('a correction of what is not the newest revision is refused', () => {
    const { ledger, correction } = corrected();
    let code: string | undefined;
    try {
      ledger.correct(correction);
    } catch (error) {
      code = isMeteringError(error) ? error.code : String(error);
    }
    expect(code).toBe('conflicting-interval');
  });

  it('in a series as known: the correction stands, what came is kept beside it, as known before stays', () => {
    const [slot = {} as IntervalV1, other = {} as IntervalV1] = intervals(
      [0, 15, 30].map((minute) => reading(minute)),
      SETTINGS,
    ).intervals;
    const late = (energy: number, of = slot): IntervalV1 => ({
      ...of,
      importMilliwattHours: energy,
    });
    let series: readonly KnownInterval[] = [{ interval: slot, knownMs: 1 }];
    series = withLateData(series, late(16_000), 2);
    expect(asKnownOn(series, 2)).toMatchObject([{ importMilliwattHours: 16_000, revision: 2 }]);
    series = withCorrection(
      series,
      correctInterval(asKnownOn(series, 2)[0] as IntervalV1, energies, by),
      3,
    );
    expect(withLateData(series, late(16_000), 4)).toBe(series);
    series = withLateData(series, late(18_000), 4);
    series = withLateData(series, other, 5);
    expect(asKnownOn(series, 5)).toMatchObject([
      {
        ...energies,
        revision: 4,
        quality: 'corrected',
        causes: ['manual-correction', 'late-data'],
      },
      { start: other.start, revision: 1 },
    ]);
    expect(series.find(({ overruled }) => overruled)?.overruled?.importMilliwattHours).toBe(18_000);
    expect(withLateData(series, late(18_000), 6)).toBe(series);
    expect(asKnownOn(series, 3)).toMatchObject([{ ...energies, revision: 3 }]);
  });
});

describe('revisedIntervals', () => {
  it('tells what a ledger of each point tells, and hears what was not used', async () => {
    const order = [0, 5, 10, 16, 5, 20, 30, 31, 15, 46].map((minute) => reading(minute));
    const both = order.flatMap((each) => [each, { ...each, meteringPoint: 'home-02' }]);
    const rejected: RejectedReading[] = [];
    const told = await lastValueFrom(
      from(both).pipe(
        revisedIntervals({ ...SETTINGS, onRejected: (each) => rejected.push(each) }),
        toArray(),
      ),
    );
    for (const id of ['home-01', 'home-02']) {
      const ledger = new IntervalLedger(SETTINGS);
      const alone = order.flatMap((each) => ledger.add({ ...each, meteringPoint: id }).intervals);
      expect(told.filter(({ meteringPoint }) => meteringPoint === id)).toEqual(alone);
      expect(alone.some(({ revision }) => revision > 1)).toBe(true);
    }
    expect(rejected.map(({ reason }) => reason)).toEqual(['duplicate', 'duplicate']);
  });
});
