import { parseCharges } from '../parse-rules.js';
import { marketSeries } from '../market/market-series.js';
import { formatFraction } from '../number/rounding.js';
import { chargeLines, chargeLinesFor } from './charge-lines.js';
import type { IntervalUsage } from './usage.js';

const HOUR = 3_600_000;

/** Hours of one kWh each in Lisbon. */
function hours(from: string, count: number, flow = 'supply'): IntervalUsage {
  const startMs = Date.parse(from);
  return {
    startMs,
    endMs: startMs + count * HOUR,
    resolutionMs: HOUR,
    timeZone: 'Europe/Lisbon',
    energies: { [flow]: new Float64Array(count).fill(1_000_000) },
  };
}

function amounts(charges: unknown, usage: IntervalUsage): string[] {
  return chargeLines(parseCharges(charges), usage).map(
    ({ charge, period, quantity, amount }) =>
      `${charge}${period === undefined ? '' : ` ${period}`}: ${formatFraction(quantity, 3)} = ${formatFraction(amount, 6)}`,
  );
}

const energy = { id: 'energy', on: 'supply', per: 'kWh', payTo: 'supplier' };

describe('event-time pricing', () => {
  test('back-dated energy takes the version that held then, not the newest', () => {
    const charges = [
      { ...energy, rate: '0.20', validTo: '2026-02-01' },
      { ...energy, rate: '0.30', validFrom: '2026-02-01' },
    ];
    expect(amounts(charges, hours('2026-01-15T00:00:00Z', 10))).toEqual([
      'energy: 10.000 = 2.000000',
    ]);
    expect(amounts(charges, hours('2026-01-31T20:00:00Z', 10))).toEqual([
      'energy: 4.000 = 0.800000',
      'energy: 6.000 = 1.800000',
    ]);
  });

  test('a new version does not rewrite what was billed before it', () => {
    const before = [{ ...energy, rate: '0.20' }];
    const after = [
      { ...energy, rate: '0.20', validTo: '2026-02-01' },
      { ...energy, rate: '0.30', validFrom: '2026-02-01' },
    ];
    const january = hours('2026-01-01T00:00:00Z', 744);
    expect(amounts(after, january)).toEqual(amounts(before, january));
  });

  test('versions change at local midnight', () => {
    const charges = [
      { ...energy, rate: '1', validTo: '2026-07-02' },
      { ...energy, rate: '2', validFrom: '2026-07-02' },
    ];
    expect(amounts(charges, hours('2026-07-01T22:00:00Z', 2))).toEqual([
      'energy: 1.000 = 1.000000',
      'energy: 1.000 = 2.000000',
    ]);
  });

  test('a charge costs nothing where none of its versions holds', () => {
    const charges = [{ ...energy, rate: '1', validFrom: '2026-07-02', validTo: '2026-07-03' }];
    expect(amounts(charges, hours('2026-07-01T00:00:00Z', 12))).toEqual([]);
    expect(amounts(charges, hours('2026-07-01T00:00:00Z', 72))).toEqual([
      'energy: 24.000 = 24.000000',
    ]);
  });
});

describe('directions', () => {
  test('energy given back is earned at its own price, never charged at the price of use', () => {
    const charges = [
      { ...energy, rate: '0.25' },
      { id: 'surplus', on: 'surplus', per: 'kWh', rate: '0.05', payTo: 'aggregator' },
      {
        id: 'selling fee',
        on: 'surplus',
        per: 'kWh',
        rate: '0.001',
        payTo: 'aggregator',
        direction: 'charge',
      },
    ];
    const usage = hours('2026-01-15T00:00:00Z', 2);
    const both = { ...usage, energies: { ...usage.energies, surplus: Float64Array.of(3e6, 0) } };
    expect(amounts(charges, both)).toEqual([
      'energy: 2.000 = 0.500000',
      'selling fee: 3.000 = 0.003000',
      'surplus: 3.000 = -0.150000',
    ]);
  });

  test('a negative market price is paid by who feeds in', () => {
    const usage = hours('2026-01-15T00:00:00Z', 2, 'surplus');
    const market = new Map([['m', marketSeries('m', usage.startMs, HOUR, ['-40', '10'])]]);
    const rate = { type: 'dayAhead', series: 'm', factor: '0.9', adder: '0', resolution: 'PT60M' };
    const charge = { id: 'surplus', on: 'surplus', per: 'kWh', rate, payTo: 'aggregator' };
    expect(amounts([charge], { ...usage, market })).toEqual(['surplus: 2.000 = 0.027000']);
    const floored = { ...charge, rate: { ...rate, floor: '0' } };
    expect(amounts([floored], { ...usage, market })).toEqual(['surplus: 2.000 = -0.009000']);
  });

  test('a percentage of earnings is of their size', () => {
    const usage = hours('2026-01-15T00:00:00Z', 10, 'surplus');
    const charges = [
      { id: 'surplus', on: 'surplus', per: 'kWh', rate: '0.05', payTo: 'aggregator' },
      { id: 'commission', on: 'point', per: 'percent', rate: '10', of: ['surplus'], payTo: 'egac' },
    ];
    expect(amounts(charges, usage)).toEqual([
      'commission: 0.500 = 0.050000',
      'surplus: 10.000 = -0.500000',
    ]);
  });
});

describe('fees', () => {
  const month = (from: string, to: string): IntervalUsage => {
    const startMs = Date.parse(from);
    const endMs = Date.parse(to);
    return {
      startMs,
      endMs,
      resolutionMs: HOUR,
      timeZone: 'Europe/Lisbon',
      energies: {},
      contractedKilovoltAmperes: '6.9',
    };
  };
  const fees = [
    { id: 'power', on: 'point', per: 'kVA-day', rate: '0.05', payTo: 's' },
    { id: 'meter', on: 'point', per: 'day', rate: '0.01', payTo: 's' },
    { id: 'member', on: 'point', per: 'month', rate: '3.10', payTo: 'egac' },
  ];

  test('count local days and months, whatever the length of a day', () => {
    expect(amounts(fees, month('2026-03-01T00:00:00Z', '2026-03-31T23:00:00Z'))).toEqual([
      'member: 1.000 = 3.100000',
      'meter: 31.000 = 0.310000',
      'power: 213.900 = 10.695000',
    ]);
    // The day of 23 hours counts as a day; of the day cut at noon the part counts that it was.
    expect(
      amounts(fees.slice(1, 2), month('2026-03-29T00:00:00Z', '2026-03-29T23:00:00Z')),
    ).toEqual(['meter: 1.000 = 0.010000']);
    expect(amounts(fees.slice(1), month('2026-01-01T00:00:00Z', '2026-01-01T12:00:00Z'))).toEqual([
      'member: 0.016 = 0.050000',
      'meter: 0.500 = 0.005000',
    ]);
  });

  test('need the contracted power they go by', () => {
    const { contractedKilovoltAmperes: _, ...usage } = month(
      '2026-03-01T00:00:00Z',
      '2026-03-02T00:00:00Z',
    );
    expect(() => amounts(fees, usage)).toThrow(
      /contractedKilovoltAmperes: got none, expected the contracted power: charge power goes by it/,
    );
  });
});

describe('a charge of some points', () => {
  const own = { ...energy, id: 'own', rate: '0.20', points: ['house'] };
  const discount = {
    id: 'discount', on: 'point', per: 'percent', rate: '10', of: ['own'], payTo: 'supplier',
    direction: 'credit',
  }; // prettier-ignore
  const monthly = {
    id: 'fee',
    on: 'point',
    per: 'month',
    rate: '3',
    payTo: 'egac',
    points: ['shop'],
  };
  const usage = hours('2026-06-01T00:00:00Z', 2);

  test('is levied on them alone, and so is what is taken of it', () => {
    const of = (meteringPoint: string): string[] =>
      amounts([own, discount, monthly], { ...usage, meteringPoint });
    expect(of('house')).toEqual(['discount: 0.400 = -0.040000', 'own: 2.000 = 0.400000']);
    expect(of('shop')).toEqual([expect.stringMatching(/^fee: /)]);
    expect(of('barn')).toEqual([]);
  });

  test('asks for the point', () => {
    expect(() => amounts([own], usage)).toThrow(/meteringPoint: got none, .*charge own/);
  });

  test('has the same points in all its versions', () => {
    const versions = [
      { ...own, validTo: '2026-07-01' },
      { ...own, validFrom: '2026-07-01', points: ['shop'] },
    ];
    expect(() => parseCharges(versions)).toThrow(/\[1\]\.points: .*the same points/);
    expect(() => parseCharges([{ ...own, points: [] }])).toThrow(/points: .*leave the field out/);
  });
});

describe('exemptions', () => {
  const access = {
    type: 'access',
    levels: {
      BTN: { network: { type: 'flat', price: '0.04' }, cieg: { type: 'flat', price: '0.02' } },
    },
  };

  test('take the percentage off the CIEG part of an access tariff, off all of another rate', () => {
    const tar = { id: 'tar', on: 'supply', per: 'kWh', payTo: 'dso', exemptionPercent: '50' };
    const usage = { ...hours('2026-01-15T00:00:00Z', 100), voltageLevel: 'BTN' };
    expect(amounts([{ ...tar, rate: access }], usage)).toEqual(['tar: 100.000 = 5.000000']);
    expect(amounts([{ ...tar, rate: '0.02' }], usage)).toEqual(['tar: 100.000 = 1.000000']);
    const sum = { type: 'sum', parts: [access, { type: 'flat', price: '0.1' }] };
    expect(amounts([{ ...tar, rate: sum }], usage)).toEqual(['tar: 100.000 = 15.000000']);
    const dated = { type: 'dated', versions: [{ tariff: access }] };
    expect(amounts([{ ...tar, exemptionPercent: '100', rate: dated }], usage)).toEqual([
      'tar: 100.000 = 4.000000',
    ]);
  });

  test('of a fixed fee are of the fee', () => {
    const fee = {
      id: 'fee',
      on: 'point',
      per: 'day',
      rate: '2',
      payTo: 's',
      exemptionPercent: '25',
    };
    expect(amounts([fee], hours('2026-01-15T00:00:00Z', 24))).toEqual(['fee: 1.000 = 1.500000']);
  });
});

describe('energy that cannot be billed', () => {
  const charge = parseCharges([{ ...energy, rate: '0.2' }]);
  const usage = hours('2026-01-15T00:00:00Z', 2);
  test.each([
    [
      'a missing interval',
      Float64Array.of(1, NaN),
      /energies.supply at 2026-01-15T01:00:00Z: got no value, expected whole mWh/,
    ],
    ['a negative one', Float64Array.of(-1, 1), /energies.supply at 2026-01-15T00:00:00Z: got -1/],
    ['a fraction of a mWh', Float64Array.of(0.5, 0.5), /got 0.5, expected whole mWh/],
    ['too few', Float64Array.of(1), /got 1 intervals, expected 2 intervals/],
    [
      'none',
      undefined,
      /energies.supply: got none, expected 2 intervals: a charge is levied on this flow/,
    ],
  ])('is refused: %s', (_, supply, message) => {
    expect(() => chargeLines(charge, { ...usage, energies: supply ? { supply } : {} })).toThrow(
      message,
    );
  });

  test('sums of energies past 2^53 stay exact', () => {
    const huge = 2 ** 53 - 1;
    const supply = new Float64Array(48).fill(huge);
    const lines = chargeLines(charge, {
      ...hours('2026-01-15T00:00:00Z', 48),
      energies: { supply },
    });
    expect(lines[0]?.quantity).toEqual({
      numerator: (48n * BigInt(huge)) / 16n,
      denominator: 1_000_000n / 16n,
    });
  });

  test('many points of one period have the lines each has alone', () => {
    const rate = {
      type: 'cycle',
      cycle: 'PT-daily-2',
      prices: { vazio: '0.1', 'fora de vazio': '0.2' },
    };
    const charges = parseCharges([{ ...energy, rate }]);
    const linesOf = chargeLinesFor(charges, usage);
    for (const amount of [0, 1, 1e6]) {
      const energies = { supply: Float64Array.of(amount, 2 * amount) };
      expect(linesOf({ energies })).toEqual(chargeLines(charges, { ...usage, energies }));
    }
  });
});
