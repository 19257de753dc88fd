import fc from 'fast-check';
import { parseMarketPrices } from './market/parse-market-prices.js';
import { parseCharges, parseRounding, parseVat } from './parse-rules.js';
import { parseTariff } from './parse-tariff.js';
import { isTariffError } from './tariff-error.js';

const RUNS = 400 * Number(process.env['MICROGRID_TEST_SCALE'] ?? '1');

const week = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
const flat = { type: 'flat', price: '0.25' };
const cycle = {
  type: 'cycle',
  cycle: 'PT-daily-2',
  prices: { vazio: '0.1', 'fora de vazio': '0.2' },
  holidays: { calendar: 'PT', add: ['06-13'] },
};
const timeOfUse = {
  type: 'timeOfUse',
  holidays: ['2026-06-10'],
  seasons: [
    {
      id: 'all',
      from: '01-01',
      to: '12-31',
      days: [
        {
          weekdays: [...week, 'holiday'],
          periods: [
            { from: '00:00', to: '08:00', price: '0.1', name: 'night' },
            { from: '08:00', to: '24:00', price: '0.2' },
          ],
        },
      ],
    },
  ],
};
const dayAhead = {
  type: 'dayAhead',
  series: 's',
  factor: '1',
  adder: '0',
  resolution: 'PT60M',
  floor: '0',
  cap: '1',
};
const tip = { type: 'tip', series: 's', powerKilowatts: '20', region: 'north', photovoltaic: true };
const access = {
  type: 'access',
  voltageLevel: 'BTN',
  levels: { BTN: { network: cycle, cieg: flat } },
  exemptionPercent: '50',
};
const dated = {
  type: 'dated',
  versions: [
    { tariff: { type: 'sum', parts: [flat, access] } },
    { validFrom: '2026-01-01', tariff: tip },
  ],
};
const charges = [
  { id: 'a', on: 'supply', per: 'kWh', rate: dated, payTo: 's', vat: 'v', validTo: '2026-01-01' },
  {
    id: 'a',
    on: 'supply',
    per: 'kWh',
    rate: dayAhead,
    payTo: 's',
    vat: 'v',
    validFrom: '2026-01-01',
  },
  { id: 'b', on: 'point', per: 'percent', rate: '5', of: ['a'], payTo: 's', direction: 'charge' },
];
const vat = {
  id: 'v',
  category: 'S',
  rates: [
    {
      validFrom: '2025-01-01',
      percent: '23',
      block: {
        percent: '6',
        firstKilowattHoursPer30Days: '200',
        upToKilovoltAmperes: '6.9',
        periodShares: { a: '40', b: '60' },
        flows: ['supply'],
        limitRounding: { decimals: 0, mode: 'half-even' },
      },
    },
  ],
};
const rounding = { point: 'line', decimals: 2, mode: 'half-even', vat: 'total' };

/** Values that are wrong in most places, and nearly right in some. */
const junk = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    '',
    'x',
    '-1',
    '1e3',
    '0.1',
    '24:00',
    '25:61',
    '13-41',
    '2026-02-30',
    0,
    -1,
    0.5,
    [],
    {},
    true,
  ),
  fc.string({ maxLength: 5 }),
  fc.double(),
);

/** The data with the value at one place, chosen by number, changed or taken out. */
function mutated(data: unknown, place: number, value: unknown, remove: boolean): unknown {
  const copy = structuredClone(data);
  const places: [Record<string, unknown>, string][] = [];
  const walk = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    for (const key of Object.keys(node)) {
      places.push([node as Record<string, unknown>, key]);
      walk((node as Record<string, unknown>)[key]);
    }
  };
  walk(copy);
  const [node, key] = places[place % places.length] as [Record<string, unknown>, string];
  if (remove) Reflect.deleteProperty(node, key);
  else node[key] = value;
  return copy;
}

/** Whether it was read; anything thrown but the package's own error fails the test. */
function reads(read: () => unknown): boolean {
  try {
    read();
    return true;
  } catch (error) {
    if (!isTariffError(error)) throw error;
    expect(error.message).not.toMatch(/undefined|\[object/);
    return false;
  }
}

test('data that is wrong somewhere is refused with the package’s own error, or read', () => {
  let refused = 0;
  fc.assert(
    fc.property(
      fc.constantFrom<readonly [unknown, (value: unknown) => unknown]>(
        [cycle, (value) => parseTariff(value)],
        [timeOfUse, (value) => parseTariff(value)],
        [dayAhead, (value) => parseTariff(value)],
        [tip, (value) => parseTariff(value)],
        [access, (value) => parseTariff(value)],
        [dated, (value) => parseTariff(value)],
        [charges, (value) => parseCharges(value)],
        [vat, (value) => parseVat(value)],
        [rounding, (value) => parseRounding(value)],
      ),
      fc.nat(),
      junk,
      fc.boolean(),
      ([data, read], place, value, remove) => {
        if (!reads(() => read(mutated(data, place, value, remove)))) refused++;
      },
    ),
    { numRuns: RUNS },
  );
  expect(refused).toBeGreaterThan(RUNS / 3);
});

test('files of prices that are wrong somewhere are refused with the package’s own error, or read', () => {
  const texts = [
    'start,price_per_mwh,area\n2026-01-01T00:00:00Z,1.5,PT\n2026-01-01T01:00:00Z,-2,PT\n2026-01-01T02:00:00Z,3,PT\n',
    `market_date,period,price_per_mwh\n${Array.from({ length: 23 }, (_, hour) => `2026-03-29,${hour + 1},1.5`).join('\n')}\n`,
  ];
  let refused = 0;
  fc.assert(
    fc.property(
      fc.constantFrom(...texts),
      fc.nat(),
      fc.constantFrom('', ',', '\n', 'x', '9', '-', '.', 'Z', '\u0000', '"'),
      (text, place, piece) => {
        const at = place % text.length;
        const wrong = text.slice(0, at) + piece + text.slice(at + 1);
        if (!reads(() => parseMarketPrices(wrong))) refused++;
      },
    ),
    { numRuns: RUNS },
  );
  expect(refused).toBeGreaterThan(RUNS / 3);
});
