import { expandCycle } from './expand-cycle.js';
import { PERIOD_CYCLE_NAMES, PERIOD_CYCLES, type PeriodCycleName } from './period-cycle.js';
import type { CycleTariff } from '../cycle-tariff.js';
import { parseTariff } from '../parse-tariff.js';
import { tariffTable } from '../price/tariff-table.js';

const QUARTER = 900_000;

function cycleOf(cycle: PeriodCycleName, more: Partial<CycleTariff> = {}): CycleTariff {
  const names: readonly string[] = PERIOD_CYCLES[cycle].periods;
  const prices = Object.fromEntries(names.map((name, index) => [name, `0.${index + 1}`]));
  return { type: 'cycle', cycle, prices, ...more };
}

/** Hours of each period in a local day. */
function hoursOn(tariff: CycleTariff, date: string, timeZone = 'Europe/Lisbon'): object {
  const noon = Date.parse(`${date}T12:00:00Z`);
  const hours: Record<string, number> = {};
  const span = { startMs: noon - 14 * 3_600_000, endMs: noon + 14 * 3_600_000, timeZone };
  const { entries, index } = tariffTable(tariff, { ...span, resolutionMs: QUARTER });
  for (const [interval, entry] of index.entries()) {
    const at = span.startMs + interval * QUARTER;
    const local = new Date(at).toLocaleDateString('sv-SE', { timeZone });
    if (local !== date) continue;
    const name = entries[entry]?.name ?? '';
    hours[name] = (hours[name] ?? 0) + 0.25;
  }
  return hours;
}

describe('period cycles', () => {
  test.each(PERIOD_CYCLE_NAMES)('%s with prices is a tariff of every minute', (name) => {
    const tariff = parseTariff(cycleOf(name));
    expect(parseTariff(expandCycle(tariff as CycleTariff))).toMatchObject({ type: 'timeOfUse' });
    expect(parseTariff(expandCycle(cycleOf(name, { holidays: ['2026-12-08'] })))).toMatchObject({
      holidays: ['2026-12-08'],
    });
  });

  test('of Portugal have the hours of each season and kind of day', () => {
    const daily = cycleOf('PT-daily-3');
    expect(hoursOn(daily, '2026-01-14')).toEqual({ vazio: 10, cheias: 10, ponta: 4 });
    expect(hoursOn(daily, '2026-07-15')).toEqual({ vazio: 10, cheias: 10, ponta: 4 });
    expect(hoursOn(cycleOf('PT-daily-2'), '2026-07-15')).toEqual({
      vazio: 10,
      'fora de vazio': 14,
    });
    const weekly = cycleOf('PT-weekly-4');
    expect(hoursOn(weekly, '2026-01-14')).toEqual({
      'vazio normal': 3,
      'super vazio': 4,
      cheias: 12,
      ponta: 5,
    });
    expect(hoursOn(weekly, '2026-07-15')).toEqual({
      'vazio normal': 3,
      'super vazio': 4,
      cheias: 14,
      ponta: 3,
    });
    expect(hoursOn(weekly, '2026-07-18')).toEqual({
      'vazio normal': 13,
      'super vazio': 4,
      cheias: 7,
    });
    expect(hoursOn(weekly, '2026-07-19')).toEqual({ 'vazio normal': 20, 'super vazio': 4 });
  });

  test('change season with legal time: Saturday before and Monday after the change differ', () => {
    const daily = cycleOf('PT-daily-3');
    const nine = (date: string): string | undefined => {
      const startMs = Date.parse(date);
      const { entries, index } = tariffTable(daily, {
        startMs,
        endMs: startMs + QUARTER,
        resolutionMs: QUARTER,
        timeZone: 'Europe/Lisbon',
      });
      return entries[index[0] ?? -1]?.name;
    };
    expect(nine('2026-03-28T09:00:00Z')).toBe('ponta'); // winter, 09:00
    expect(nine('2026-03-29T08:00:00Z')).toBe('cheias'); // summer, 09:00
    expect(nine('2026-10-24T08:00:00Z')).toBe('cheias'); // summer, 09:00
    expect(nine('2026-10-25T09:00:00Z')).toBe('ponta'); // winter, 09:00
  });

  test('treat holidays as Sundays where the tariff or the table names holidays', () => {
    const plain = cycleOf('PT-weekly-3');
    const holiday = cycleOf('PT-weekly-3', { holidays: { calendar: 'PT', add: ['06-24'] } });
    expect(hoursOn(plain, '2026-06-10')).toHaveProperty('ponta');
    expect(hoursOn(holiday, '2026-06-10')).toEqual({ vazio: 24 });
    expect(hoursOn(holiday, '2026-06-24')).toEqual({ vazio: 24 });
    const spanish = cycleOf('ES-2.0TD');
    expect(hoursOn(spanish, '2026-10-12', 'Europe/Madrid')).toEqual({ P3: 24 });
    // Good Friday is a national holiday of no fixed date: it has the prices of a Friday.
    expect(hoursOn(spanish, '2026-04-03', 'Europe/Madrid')).toEqual({ P1: 8, P2: 8, P3: 8 });
    expect(hoursOn(cycleOf('IT-F1-F2-F3'), '2026-06-02', 'Europe/Rome')).toEqual({ F3: 24 });
    expect(hoursOn(cycleOf('IT-F1-F2-F3'), '2026-06-03', 'Europe/Rome')).toEqual({
      F1: 11,
      F2: 5,
      F3: 8,
    });
  });

  test('refuse a price that is missing or of no period', () => {
    const tariff = cycleOf('PT-daily-2');
    expect(() => parseTariff({ ...tariff, prices: { vazio: '0.1', ponta: '0.2' } })).toThrow(
      /prices.fora de vazio: got nothing, expected a price[^]*prices.ponta: got "0.2", expected a period of PT-daily-2: fora de vazio, vazio/,
    );
  });
});
