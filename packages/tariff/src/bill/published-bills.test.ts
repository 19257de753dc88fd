import { parseCharges, parseVat } from '../parse-rules.js';
import { formatFraction, type Rounding } from '../number/rounding.js';
import { bill, type Bill } from './bill.js';

const TOTAL: Rounding = { point: 'total', decimals: 2, mode: 'half-away' };
const text = (amounts: Bill['total'], decimals = 2): string[] =>
  [amounts.net, amounts.gross].map((amount) => formatFraction(amount, decimals));

/** VAT of Portuguese electricity from December 2020 to September 2022, from the regulator's leaflet. */
const PORTUGUESE_VAT = [
  {
    id: 'energy',
    rates: [
      {
        validFrom: '2020-12-01',
        percent: '23',
        block: {
          percent: '13',
          firstKilowattHoursPer30Days: '100',
          largeFamilyKilowattHoursPer30Days: '150',
          upToKilovoltAmperes: '6.9',
          limitRounding: { decimals: 0, mode: 'half-even' },
        },
      },
    ],
  },
  {
    id: 'network-fixed',
    rates: [
      {
        validFrom: '2019-07-01',
        percent: '23',
        block: { percent: '6', upToKilovoltAmperes: '3.45' },
      },
    ],
  },
  { id: 'normal', rates: [{ validFrom: '2011-01-01', percent: '23' }] },
  { id: 'reduced', rates: [{ validFrom: '2011-01-01', percent: '6' }] },
].map((vat) => parseVat(vat));

function portuguese(
  rate: unknown,
  networkPerDay: string,
  supplierPerDay: string,
): ReturnType<typeof parseCharges> {
  const supplier = { payTo: 'supplier' };
  return parseCharges([
    { id: 'energy', on: 'import', per: 'kWh', rate, vat: 'energy', ...supplier },
    {
      id: 'power: network',
      on: 'point',
      per: 'day',
      rate: networkPerDay,
      vat: 'network-fixed',
      ...supplier,
    },
    {
      id: 'power: supplier',
      on: 'point',
      per: 'day',
      rate: supplierPerDay,
      vat: 'normal',
      ...supplier,
    },
    { id: 'special tax', on: 'import', per: 'kWh', rate: '0.001', vat: 'normal', ...supplier },
    { id: 'broadcasting', on: 'point', per: 'month', rate: '2.85', vat: 'reduced', ...supplier },
    { id: 'DGEG', on: 'point', per: 'month', rate: '0.07', vat: 'normal', ...supplier },
  ]);
}

describe('published Portuguese bills', () => {
  const days = { timeZone: 'Europe/Lisbon', months: '1' };

  test('one price, 160 kWh in 30 days at 3.45 kVA: 31.84 and 36.43 with VAT', () => {
    const result = bill(portuguese('0.1486', '0.1480', '0.018'), PORTUGUESE_VAT, TOTAL, {
      ...days,
      from: '2021-03-01',
      to: '2021-03-31',
      contractedKilovoltAmperes: '3.45',
      registers: [{ on: 'import', kilowattHours: '160' }],
    });
    expect(text(result.total)).toEqual(['31.84', '36.43']);
    expect(text(result.exact, 6)).toEqual(['31.836000', '36.432980']);
    const energy = result.lines.filter(({ charge }) => charge === 'energy');
    expect(
      energy.map(({ vatPercent, quantity }) => [vatPercent, formatFraction(quantity, 0)]),
    ).toEqual([
      ['13', '100'],
      ['23', '60'],
    ]);
  });

  test('one price, 167 kWh in 31 days: the block is 103 kWh and the bill 39.26', () => {
    const result = bill(portuguese('0.1542', '0.0904', '0.0758'), PORTUGUESE_VAT, TOTAL, {
      ...days,
      from: '2022-08-16',
      to: '2022-09-16',
      contractedKilovoltAmperes: '3.45',
      registers: [{ on: 'import', kilowattHours: '167' }],
    });
    expect(text(result.total)[1]).toBe('39.26');
  });

  test('two periods, 170 and 80 kWh at 6.9 kVA: 51.13 and 60.86 with VAT', () => {
    const rate = {
      type: 'cycle',
      cycle: 'PT-daily-2',
      prices: { 'fora de vazio': '0.1815', vazio: '0.0958' },
    };
    const result = bill(portuguese(rate, '0.2959', '0.0188'), PORTUGUESE_VAT, TOTAL, {
      ...days,
      from: '2021-03-01',
      to: '2021-03-31',
      contractedKilovoltAmperes: '6.9',
      registers: [
        { on: 'import', period: 'fora de vazio', kilowattHours: '170' },
        { on: 'import', period: 'vazio', kilowattHours: '80' },
      ],
    });
    expect(text(result.total)).toEqual(['51.13', '60.86']);
  });
});

describe('a published community of two homes', () => {
  // One quarter-hour of a month of 31 days. Home 1 produces 7 and uses 5, home 2 uses 7 kWh.
  const start = Date.parse('2025-03-13T08:00:00Z');
  const period = {
    startMs: start,
    endMs: start + 900_000,
    resolutionMs: 900_000,
    timeZone: 'UTC',
  };
  const kilowattHours = (amount: number): Float64Array => Float64Array.of(amount * 1_000_000);
  // In cents; the fees are on what comes from the grid.
  const grid = (fees: boolean): ReturnType<typeof parseCharges> =>
    parseCharges([
      { id: 'market maker rate', on: 'supply', per: 'kWh', rate: '30', payTo: 'grid' },
      { id: 'feed-in', on: 'surplus', per: 'kWh', rate: '7', payTo: 'grid' },
      { id: 'grid import fee', on: 'supply', per: 'kWh', rate: '0.1', payTo: 'grid' },
      ...(fees
        ? [
            { id: 'fee 1', on: 'supply', per: 'kWh', rate: '0.01', payTo: 'grid' },
            { id: 'fee 2', on: 'supply', per: 'kWh', rate: '0.2', payTo: 'grid' },
          ]
        : []),
      { id: 'monthly', on: 'point', per: 'month', rate: '0.3', payTo: 'grid' },
      { id: 'community in', on: 'sharedIn', per: 'kWh', rate: '30.072', payTo: 'community' },
      { id: 'community out', on: 'sharedOut', per: 'kWh', rate: '30.072', payTo: 'community' },
    ]);
  const exactly: Rounding = { point: 'total', decimals: 12, mode: 'half-even' };
  const gross = (energies: Record<string, Float64Array>): number =>
    Number(formatFraction(bill(grid(true), [], exactly, { ...period, energies }).exact.gross, 9));

  test('gives both homes the bills of the peer', () => {
    const zero = kilowattHours(0);
    const home1 = gross({
      supply: zero,
      sharedIn: zero,
      surplus: kilowattHours(1.2),
      sharedOut: kilowattHours(0.8),
    });
    const home2 = gross({
      supply: kilowattHours(6.2),
      sharedIn: kilowattHours(0.8),
      surplus: zero,
      sharedOut: zero,
    });
    expect(home1).toBeCloseTo(-32.45749919354839, 8);
    // The peer prints the bill of home 2 to three decimals, without the monthly fee of 0.0001.
    expect(Math.abs(home2 - 211.979)).toBeLessThan(0.001);
    expect(home1 + home2).toBeCloseTo(179.52220161290325, 3);
  });
});
