import {
  billsFor,
  marketSeries,
  parseCharges,
  parseVat,
  priceSeries,
  type Tariff,
} from './index.js';

const QUARTER_MS = 900_000;
const START = Date.parse('2026-01-01T00:00:00Z');
const END = Date.parse('2027-01-01T00:00:00Z');
const MONTH_END = Date.parse('2026-02-01T00:00:00Z');
const ZONE = 'Europe/Lisbon';

const market = new Map([
  [
    'market',
    marketSeries(
      'market',
      START,
      QUARTER_MS,
      Array.from({ length: (END - START) / QUARTER_MS }, (_, i) => ((i * 7919) % 20_000) / 100).map(
        (price) => price.toFixed(2),
      ),
    ),
  ],
]);

const cycle: Tariff = {
  type: 'cycle',
  cycle: 'PT-weekly-3',
  prices: { ponta: '0.30', cheias: '0.20', vazio: '0.10' },
};
const dayAhead: Tariff = {
  type: 'dayAhead',
  series: 'market',
  factor: '0.85',
  adder: '-0.002',
  resolution: 'PT15M',
};

/** Median CPU seconds of seven runs: wall time would measure the other programs of the machine too. */
function median(run: () => void): number {
  const seconds = Array.from({ length: 7 }, () => {
    const begin = process.cpuUsage();
    run();
    const { user, system } = process.cpuUsage(begin);
    return (user + system) / 1e6;
  });
  return seconds.sort((a, b) => a - b)[3] as number;
}

const prices = (tariff: Tariff): number =>
  median(() => priceSeries(tariff, ZONE, START, END, QUARTER_MS, { market }));

const period = {
  startMs: START,
  endMs: MONTH_END,
  resolutionMs: QUARTER_MS,
  timeZone: ZONE,
  market,
};
const bills = billsFor(
  parseCharges([
    { id: 'energy', on: 'supply', per: 'kWh', rate: cycle, payTo: 'supplier', vat: 'energy' },
    { id: 'access', on: 'sharedIn', per: 'kWh', rate: cycle, payTo: 'dso', vat: 'energy' },
    { id: 'surplus', on: 'surplus', per: 'kWh', rate: dayAhead, payTo: 'aggregator' },
    { id: 'power', on: 'point', per: 'kVA-day', rate: '0.05', payTo: 'supplier', vat: 'energy' },
    { id: 'fee', on: 'point', per: 'percent', rate: '2', of: ['access'], payTo: 'egac' },
  ]),
  [
    parseVat({
      id: 'energy',
      rates: [
        {
          validFrom: '2025-01-01',
          percent: '23',
          block: { percent: '6', firstKilowattHoursPer30Days: '200', upToKilovoltAmperes: '6.9' },
        },
      ],
    }),
  ],
  { point: 'line', decimals: 2, mode: 'half-away' },
  period,
);
const quarters = (MONTH_END - START) / QUARTER_MS;
const column = Float64Array.from({ length: quarters }, (_, i) => (i * 104_729) % 900_000);
const usage = {
  contractedKilovoltAmperes: '6.9',
  energies: { supply: column, sharedIn: column, surplus: column },
};
const BILLS = 100;
const billSeconds = median(() => {
  for (let count = 0; count < BILLS; count++) bills(usage);
});

console.log(
  JSON.stringify({
    bench: 'tariff',
    clock: 'cpu',
    yearOfCyclePricesMs: Math.round(prices(cycle) * 1e4) / 10,
    yearOfDayAheadPricesMs: Math.round(prices(dayAhead) * 1e4) / 10,
    monthBillsPerSecond: Math.round(BILLS / billSeconds),
    quartersPerBill: quarters,
  }),
);
