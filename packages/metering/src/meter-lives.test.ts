import type { IntervalV1 } from '@microgrid/events';
import { parseInstant } from '@microgrid/units';
import { IntervalLedger, intervals } from './index.js';
import { Dice, meterLife, type MeterLife } from './meter-life.test-data.js';

const SCALE = Number(process.env['MICROGRID_TEST_SCALE'] ?? '1');
const LIVES = 10_000 * SCALE;

function found(life: MeterLife, readings = life.readings): readonly IntervalV1[] {
  const meters = life.history === undefined ? {} : { meters: [life.history] };
  return intervals(readings, { ...life.settings, ...meters }).intervals;
}

/** How far an interval may be from the truth, or what is wrong with it. */
function check(life: MeterLife, interval: IntervalV1, unit: number): boolean {
  const from = (parseInstant(interval.start) - life.startMs) / 1000;
  const to = (parseInstant(interval.end) - life.startMs) / 1000;
  const [a, b] = [life.truth(from), life.truth(to)];
  // Two meters in one interval are two registers, of a unit each.
  const exact =
    life.history === undefined &&
    interval.quality === 'measured' &&
    life.readAt.has(from) &&
    life.readAt.has(to);
  const stated = exact ? unit : (interval.uncertaintyMilliwattHours ?? NaN);
  const { hidden } = life;
  const touches =
    hidden !== undefined &&
    parseInstant(interval.start) < hidden.toMs &&
    parseInstant(interval.end) > hidden.fromMs;
  // What a torn reading between its neighbours moves over a boundary no register can tell.
  const allowed = stated + (touches ? hidden.milliwattHours : 0);
  for (const [energy, truth] of [
    [interval.importMilliwattHours, b.imported - a.imported],
    [interval.exportMilliwattHours, b.exported - a.exported],
  ] as const) {
    const off = Math.abs((energy ?? NaN) - truth);
    if (energy !== undefined && energy >= 0 && off <= allowed) continue;
    throw new Error(
      `${interval.id} (${life.faults.join(' ')}): ${String(energy)}, truly ${truth}, ${off} off, allowed ${allowed}, ${(interval.causes ?? []).join(' ')}`,
    );
  }
  return exact;
}

describe('generated meter lives', () => {
  it(`give ${LIVES} times intervals within the uncertainty they state, never negative, whatever the order`, () => {
    const counts: Record<string, number> = { intervals: 0, measured: 0, missing: 0, exact: 0 };
    const count = (name: string): void => {
      counts[name] = (counts[name] ?? 0) + 1;
    };
    for (let seed = 1; seed <= LIVES; seed++) {
      const life = meterLife(seed);
      const unit = life.settings.counterUnitMilliwattHours ?? 1;
      for (const fault of life.faults) count(fault);
      const series = found(life);
      try {
        for (const interval of series) {
          count('intervals');
          if (interval.quality === 'measured') count('measured');
          if (interval.quality === 'missing') count('missing');
          else if (check(life, interval, unit)) count('exact');
        }
        const shuffled = new Dice(seed).shuffle(life.readings);
        if (seed % 10 === 0) expect(found(life, shuffled)).toEqual(series);
      } catch (error) {
        throw new Error(`seed ${seed}: ${String(error)}`, { cause: error });
      }
    }
    console.log(`meter lives: seeds 1 to ${LIVES}`, JSON.stringify(counts));
    for (const fault of [
      'reset',
      'rollover',
      'replacement',
      'outage',
      'zeros',
      'torn',
      'clock',
      'unset',
      'duplicates',
    ])
      expect(counts[fault]).toBeGreaterThan(LIVES / 20);
    expect(counts['hidden']).toBeGreaterThan(LIVES / 200);
    expect(counts['intervals']).toBeGreaterThan(LIVES * 5);
    expect(counts['measured']).toBeGreaterThan(LIVES * 2);
    expect(counts['exact']).toBeGreaterThan(LIVES / 5);
  });

  it('give a ledger the same series for every order of arrival, and never change what was published', () => {
    let revised = 0;
    let lives = 0;
    for (let seed = 1; seed <= 100 * SCALE; seed++) {
      const life = meterLife(seed * 31);
      // A ledger weighs everything anew for a late reading: short lives are enough.
      if (life.readings.length > 250) continue;
      lives += 1;
      const { history, settings } = life;
      const whole = found(life).map(({ revision: _r, id: _i, ...content }) => content);
      const dice = new Dice(seed);
      const late = life.readings.map((reading, index) => ({
        reading,
        rank: index + (dice.chance(3) ? dice.next(1, 200) : 0),
      }));
      late.sort((a, b) => a.rank - b.rank);
      const orders = [life.readings, late.map(({ reading }) => reading)];
      if (seed % 10 === 0) orders.push(dice.shuffle(life.readings));
      for (const order of orders) {
        const ledger = new IntervalLedger({
          ...settings,
          ...(history === undefined ? {} : { history }),
        });
        const revisions = new Map<string, number>();
        for (const reading of order) {
          for (const interval of ledger.add(reading).intervals) {
            expect(interval.revision).toBe((revisions.get(interval.start) ?? 0) + 1);
            revisions.set(interval.start, interval.revision);
            if (interval.revision > 1) revised += 1;
          }
        }
        const series = ledger.series().map(({ revision: _r, id: _i, ...content }) => content);
        if (JSON.stringify(series) !== JSON.stringify(whole)) {
          const at = whole.findIndex((one, i) => JSON.stringify(one) !== JSON.stringify(series[i]));
          throw new Error(
            `seed ${seed * 31} (${life.faults.join(' ')}), order ${orders.indexOf(order)}: ${JSON.stringify(series[at])}, expected ${JSON.stringify(whole[at])}`,
          );
        }
      }
    }
    console.log(`ledgers: ${lives} lives, ${revised} revisions`);
    expect(revised).toBeGreaterThan(lives);
  });
});
