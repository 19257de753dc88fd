import fc from 'fast-check';
import type { Charge } from '../charge/charge.js';
import type { EnergyFlow } from '../charge/charge-base.js';
import type { IntervalUsage } from '../charge/usage.js';
import { marketSeries } from '../market/market-series.js';
import type { Rounding } from '../number/rounding.js';
import type { Tariff } from '../tariff.js';
import type { Vat } from './vat.js';

/** A generated bill. */
export interface GeneratedBill {
  readonly charges: Charge[];
  readonly vat: Vat[];
  readonly rounding: Rounding;
  readonly usage: IntervalUsage;
}

export const HOUR = 3_600_000;
export const FLOWS: readonly EnergyFlow[] = [
  'import',
  'supply',
  'sharedIn',
  'export',
  'surplus',
  'sharedOut',
];

const decimal = (least: number, most: number, decimals: number): fc.Arbitrary<string> =>
  fc.integer({ min: least * 10 ** decimals, max: most * 10 ** decimals }).map((value) => {
    const digits = String(Math.abs(value)).padStart(decimals + 1, '0');
    return `${value < 0 ? '-' : ''}${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
  });

const tariffs: fc.Arbitrary<Tariff> = fc.oneof(
  decimal(0, 1, 6).map((price) => ({ type: 'flat', price }) as const),
  fc.tuple(decimal(0, 1, 4), decimal(0, 1, 4)).map(([vazio, rest]): Tariff => ({
    type: 'cycle',
    cycle: 'PT-daily-2',
    prices: { vazio, 'fora de vazio': rest },
  })),
  fc.tuple(decimal(0, 1, 4), decimal(0, 1, 4), decimal(0, 1, 4)).map(([F1, F2, F3]): Tariff => ({
    type: 'cycle',
    cycle: 'IT-F1-F2-F3',
    prices: { F1, F2, F3 },
  })),
  fc.record({
    type: fc.constant('dayAhead' as const),
    series: fc.constant('market'),
    factor: decimal(0, 2, 4),
    adder: decimal(-1, 1, 5),
    resolution: fc.constantFrom('PT60M' as const, 'PT15M' as const),
  }),
);

function chargeOf(id: string): fc.Arbitrary<Charge> {
  const vat = fc.option(fc.constantFrom('energy', 'normal'), { nil: undefined });
  const common = fc.record({ payTo: fc.constantFrom('supplier', 'egac'), vat });
  return fc
    .tuple(
      common,
      fc.oneof(
        fc.record({
          on: fc.constantFrom(...FLOWS),
          per: fc.constant('kWh' as const),
          rate: fc.oneof(
            { arbitrary: decimal(0, 1, 8), weight: 1 },
            { arbitrary: tariffs, weight: 3 },
          ),
        }),
        fc.record({
          on: fc.constant('point' as const),
          per: fc.constantFrom('kVA-day' as const, 'day' as const, 'month' as const),
          rate: decimal(0, 5, 4),
        }),
      ),
    )
    .map(([{ payTo, vat: vatId }, charge]) => ({
      id,
      payTo,
      ...charge,
      ...(vatId !== undefined && { vat: vatId }),
    }));
}

const chargesArb: fc.Arbitrary<Charge[]> = fc
  .integer({ min: 1, max: 5 })
  .chain((count) =>
    fc.tuple(
      fc.tuple(...Array.from({ length: count }, (_, index) => chargeOf(`charge ${index}`))),
      decimal(0, 20, 3),
      fc.boolean(),
    ),
  )
  .map(([charges, percent, ofAll]) => {
    const paid = charges.filter(
      ({ on, per }) => per !== 'kWh' || !['export', 'surplus', 'sharedOut'].includes(on),
    );
    const of = paid.slice(0, ofAll ? undefined : 1).map(({ id }) => id);
    if (of.length === 0) return charges;
    const fee: Charge = {
      id: 'percent',
      on: 'point',
      per: 'percent',
      rate: percent,
      of,
      payTo: 'egac',
      vat: 'energy',
    };
    return [...charges, fee];
  });

/** VAT with a change of rate inside the periods drawn below, and a block. */
function vatOf(change: string): Vat[] {
  return [
    { id: 'normal', rates: [{ validFrom: '2020-01-01', percent: '23' }] },
    {
      id: 'energy',
      rates: [
        {
          validFrom: '2020-01-01',
          percent: '23',
          block: { percent: '13', firstKilowattHoursPer30Days: '100', upToKilovoltAmperes: '6.9' },
        },
        {
          validFrom: change,
          percent: '23',
          block: { percent: '6', firstKilowattHoursPer30Days: '200', upToKilovoltAmperes: '6.9' },
        },
      ],
    },
  ];
}

/** Whole numbers from 0 to below `most`, a fifth of them 0: drawn from a seed, as columns are long. */
function numbers(seed: number, count: number, most: number): number[] {
  let state = seed + 1;
  return Array.from({ length: count }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state % 5 === 0 ? 0 : state % most;
  });
}

/** Market prices from -100 to 500 with two decimals. */
function prices(seed: number, count: number): string[] {
  return numbers(seed + 99, count, 60_000).map((cents) => ((cents - 10_000) / 100).toFixed(2));
}

/** Hours from some local midnight on, over the clock changes and the turn of the year too. */
const periods = fc.record({
  firstDay: fc.constantFrom('2026-03-27', '2026-10-23', '2026-12-30', '2026-06-09', '2026-02-27'),
  days: fc.integer({ min: 2, max: 5 }),
  changeAfter: fc.integer({ min: -1, max: 6 }),
});

/** `YYYY-MM-DD` some days after a date. */
export function addDays(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}

/** The midnight of a Lisbon date, for the dates above. */
export function lisbonMidnight(date: string): number {
  const summer = date > '2026-03-29' && date <= '2026-10-25';
  return Date.parse(`${date}T00:00:00Z`) - (summer ? HOUR : 0);
}

/** Bills over some days in hours, with every kind of charge, a market, VAT and a rounding point. */
export const generatedBills: fc.Arbitrary<GeneratedBill> = periods.chain((period) => {
  const { firstDay, days, changeAfter } = period;
  const startMs = lisbonMidnight(firstDay);
  const endMs = lisbonMidnight(addDays(firstDay, days));
  const hours = (endMs - startMs) / HOUR;
  return fc.record({
    charges: chargesArb,
    vat: fc.constant(vatOf(addDays(firstDay, changeAfter))),
    rounding: fc
      .record({
        point: fc.constantFrom('line' as const, 'category' as const, 'total' as const),
        decimals: fc.integer({ min: 0, max: 6 }),
        mode: fc.constantFrom('half-even' as const, 'half-up' as const, 'half-away' as const),
        later: fc.boolean(),
      })
      .map(({ later, ...rounding }): Rounding =>
        later ? { ...rounding, vat: rounding.point === 'line' ? 'category' : 'total' } : rounding,
      ),
    usage: fc
      .record({
        seed: fc.nat({ max: 1_000_000 }),
        contracted: fc.constantFrom('3.45', '6.9', '10.35'),
      })
      .map(({ seed, contracted }) => ({
        startMs,
        endMs,
        resolutionMs: HOUR,
        timeZone: 'Europe/Lisbon',
        energies: Object.fromEntries(
          FLOWS.map((flow, index) => [
            flow,
            Float64Array.from(numbers(seed + index, hours, 8_000_000)),
          ]),
        ),
        contractedKilovoltAmperes: contracted,
        market: new Map([['market', marketSeries('market', startMs, HOUR, prices(seed, hours))]]),
      })),
  });
});

/** A part of a usage, from a local midnight to another. */
export function cut(usage: IntervalUsage, from: string, to: string): IntervalUsage {
  const [startMs, endMs] = [lisbonMidnight(from), lisbonMidnight(to)];
  const [first, last] = [startMs, endMs].map((ms) => (ms - usage.startMs) / HOUR);
  return {
    ...usage,
    startMs,
    endMs,
    energies: Object.fromEntries(
      Object.entries(usage.energies).map(([flow, column]) => [flow, column.slice(first, last)]),
    ),
  };
}
