import { parseCharges, parseVat } from '../parse-rules.js';
import type { RegisterUsage } from '../charge/usage.js';
import { formatFraction, type Rounding } from '../number/rounding.js';
import { bill, type Bill } from './bill.js';

const CENTS = { decimals: 2, mode: 'half-away' } as const;
const PER_LINE: Rounding = { point: 'line', ...CENTS };
const EN_16931: Rounding = { point: 'line', vat: 'category', ...CENTS };

const normal = parseVat({ id: 'normal', rates: [{ validFrom: '2020-01-01', percent: '23' }] });

/** Portugal from 2025: 6 % on the first 200 (large families 300) kWh per 30 days up to 6.9 kVA. */
function portugal(more: object = {}): ReturnType<typeof parseVat> {
  return parseVat({
    id: 'energy',
    rates: [
      {
        validFrom: '2020-12-01',
        percent: '23',
        block: { percent: '13', firstKilowattHoursPer30Days: '100', upToKilovoltAmperes: '6.9' },
      },
      {
        validFrom: '2025-01-01',
        percent: '23',
        block: {
          percent: '6',
          firstKilowattHoursPer30Days: '200',
          largeFamilyKilowattHoursPer30Days: '300',
          upToKilovoltAmperes: '6.9',
          ...more,
        },
      },
    ],
  });
}

const energy = { id: 'energy', on: 'import', per: 'kWh', rate: '0.1', payTo: 's', vat: 'energy' };

function registers(kilowattHours: string, more: Partial<RegisterUsage> = {}): RegisterUsage {
  return {
    from: '2025-06-01',
    to: '2025-07-01',
    timeZone: 'Europe/Lisbon',
    contractedKilovoltAmperes: '6.9',
    registers: [{ on: 'import', kilowattHours }],
    ...more,
  };
}

function taxedLines({ lines }: Bill): string[] {
  return lines.map(
    ({ charge, period, vatPercent, quantity }) =>
      `${charge}${period === undefined ? '' : ` ${period}`} ${vatPercent ?? '-'} %: ${formatFraction(quantity, 3)}`,
  );
}

function money(amount: Bill['total']['net'], decimals = 2): string {
  return formatFraction(amount, decimals);
}

describe('VAT of the first kilowatt-hours', () => {
  const block = (usage: RegisterUsage, more: object = {}): string[] =>
    taxedLines(bill(parseCharges([energy]), [portugal(more)], PER_LINE, usage));

  test('holds up to the limit, and prorates it for the days', () => {
    expect(block(registers('150'))).toEqual(['energy 6 %: 150.000']);
    expect(block(registers('200'))).toEqual(['energy 6 %: 200.000']);
    expect(block(registers('250'))).toEqual(['energy 23 %: 50.000', 'energy 6 %: 200.000']);
    expect(block(registers('250', { to: '2025-07-02' }))).toEqual([
      'energy 23 %: 43.333',
      'energy 6 %: 206.667',
    ]);
    expect(block(registers('250', { to: '2025-06-16' }))).toEqual([
      'energy 23 %: 150.000',
      'energy 6 %: 100.000',
    ]);
    const whole = { limitRounding: { decimals: 0, mode: 'half-away' } };
    expect(block(registers('250', { to: '2025-07-02' }), whole)).toEqual([
      'energy 23 %: 43.000',
      'energy 6 %: 207.000',
    ]);
  });

  test('is larger for large families and nothing above the contracted power', () => {
    expect(block(registers('350', { largeFamily: true }))).toEqual([
      'energy 23 %: 50.000',
      'energy 6 %: 300.000',
    ]);
    expect(block(registers('350', { contractedKilovoltAmperes: '10.35' }))).toEqual([
      'energy 23 %: 350.000',
    ]);
    const { contractedKilovoltAmperes: _, ...unknown } = registers('350');
    expect(() => block(unknown)).toThrow(
      /contractedKilovoltAmperes: got none.*the VAT block goes by it/,
    );
  });

  test('falls to price periods in proportion of their kWh, or by named shares', () => {
    const rate = {
      type: 'cycle',
      cycle: 'PT-daily-2',
      prices: { vazio: '0.1', 'fora de vazio': '0.2' },
    };
    const charges = parseCharges([{ ...energy, rate }]);
    const usage = registers('0', {
      registers: [
        { on: 'import', period: 'vazio', kilowattHours: '100' },
        { on: 'import', period: 'fora de vazio', kilowattHours: '300' },
      ],
    });
    expect(taxedLines(bill(charges, [portugal()], PER_LINE, usage))).toEqual([
      'energy fora de vazio 23 %: 150.000',
      'energy fora de vazio 6 %: 150.000',
      'energy vazio 23 %: 50.000',
      'energy vazio 6 %: 50.000',
    ]);
    const shares = portugal({ periodShares: { vazio: '40', 'fora de vazio': '60' } });
    expect(taxedLines(bill(charges, [shares], PER_LINE, usage))).toEqual([
      'energy fora de vazio 23 %: 180.000',
      'energy fora de vazio 6 %: 120.000',
      'energy vazio 23 %: 20.000',
      'energy vazio 6 %: 80.000',
    ]);
    expect(() => bill(parseCharges([energy]), [shares], PER_LINE, registers('300'))).toThrow(
      /charge energy: got period none, expected one of the periods that share the VAT block/,
    );
  });

  test('is filled by several flows together where it says so, and by each alone otherwise', () => {
    const charges = parseCharges([
      { ...energy, id: 'a', on: 'supply' },
      { ...energy, id: 'b', on: 'sharedIn' },
    ]);
    const usage = registers('0', {
      registers: [
        { on: 'supply', kilowattHours: '150' },
        { on: 'sharedIn', kilowattHours: '250' },
      ],
    });
    expect(taxedLines(bill(charges, [portugal()], PER_LINE, usage))).toEqual([
      'a 6 %: 150.000',
      'b 23 %: 50.000',
      'b 6 %: 200.000',
    ]);
    const together = portugal({ flows: ['supply', 'sharedIn'] });
    expect(taxedLines(bill(charges, [together], PER_LINE, usage))).toEqual([
      'a 23 %: 75.000',
      'a 6 %: 75.000',
      'b 23 %: 125.000',
      'b 6 %: 125.000',
    ]);
  });

  test('taxes a discount on the energy as the energy, and a fixed fee in full', () => {
    const charges = parseCharges([
      energy,
      {
        id: 'discount',
        on: 'point',
        per: 'percent',
        rate: '10',
        of: ['energy'],
        direction: 'credit',
        payTo: 's',
        vat: 'energy',
      },
      { id: 'power', on: 'point', per: 'day', rate: '0.5', payTo: 's', vat: 'energy' },
    ]);
    expect(taxedLines(bill(charges, [portugal()], PER_LINE, registers('800')))).toEqual([
      'discount 23 %: 60.000',
      'discount 6 %: 20.000',
      'energy 23 %: 600.000',
      'energy 6 %: 200.000',
      'power 23 %: 30.000',
    ]);
  });

  test('changes with its date: each side has its own days, limit and rate', () => {
    const start = Date.parse('2024-12-17T00:00:00Z');
    const hours = 30 * 24;
    const result = bill(parseCharges([energy]), [portugal()], PER_LINE, {
      startMs: start,
      endMs: start + hours * 3_600_000,
      resolutionMs: 3_600_000,
      timeZone: 'Europe/Lisbon',
      contractedKilovoltAmperes: '6.9',
      energies: { import: new Float64Array(hours).fill(1_000_000) },
    });
    // 15 days of 100 kWh and 15 days of 200 kWh per 30 days.
    expect(taxedLines(result)).toEqual([
      'energy 13 %: 50.000',
      'energy 23 %: 570.000',
      'energy 6 %: 100.000',
    ]);
  });
});

describe('rounding points', () => {
  // Five lines of 1.01 at 23 %: 0.2323 each, 1.1615 together.
  const fiveLines = parseCharges(
    [1, 2, 3, 4, 5].map((line) => ({
      id: `line ${line}`,
      on: 'point',
      per: 'day',
      rate: '1.01',
      payTo: 's',
      vat: 'normal',
    })),
  );
  const usage = registers('0', { to: '2025-06-02' });

  test('VAT per line and VAT per category differ, and each is what it says', () => {
    const perLine = bill(fiveLines, [normal], PER_LINE, usage);
    const perCategory = bill(fiveLines, [normal], EN_16931, usage);
    expect([money(perLine.total.vat), money(perLine.total.gross)]).toEqual(['1.15', '6.20']);
    expect([money(perCategory.total.vat), money(perCategory.total.gross)]).toEqual([
      '1.16',
      '6.21',
    ]);
    expect(money(perLine.roundingDifference, 4)).toBe('-0.0115');
    expect(perCategory.categories).toHaveLength(1);
    expect(money(perCategory.exact.gross, 4)).toBe('6.2115');
  });

  test('VATs of one category are taxed together by percentage', () => {
    const two = (category?: string): Bill => {
      const vats = ['a', 'b'].map((id) =>
        parseVat({ id, rates: [{ validFrom: '2020-01-01', percent: '23' }], category }),
      );
      const charges = ['a', 'b'].map((vat) => ({
        id: vat,
        on: 'point',
        per: 'day',
        rate: '1.01',
        payTo: 's',
        vat,
      }));
      return bill(parseCharges(charges), vats, EN_16931, usage);
    };
    expect(two().categories.map(({ vat, vatAmount }) => [vat, money(vatAmount)])).toEqual([
      ['a', '0.23'],
      ['b', '0.23'],
    ]);
    expect(
      two('S').categories.map(({ vat, net, vatAmount }) => [vat, money(net), money(vatAmount)]),
    ).toEqual([['S', '2.02', '0.46']]);
    expect(two('S').lines.map(({ vat, vatCategory }) => [vat, vatCategory])).toEqual([
      ['a', 'S'],
      ['b', 'S'],
    ]);
  });

  test('at the total net and gross are rounded once, and VAT is between them', () => {
    const result = bill(fiveLines, [normal], { point: 'total', ...CENTS }, usage);
    expect(
      [result.total.net, result.total.gross, result.total.vat].map((amount) => money(amount)),
    ).toEqual(['5.05', '6.21', '1.16']);
    expect(result.lines.map(({ vatAmount }) => money(vatAmount, 4))).toContain('0.2323');
  });

  test('prices and energies are rounded first where a supplier does so', () => {
    const rate = '0.123456';
    const charges = parseCharges([{ ...energy, rate, vat: 'normal' }]);
    const exact = bill(
      charges,
      [normal],
      { point: 'total', decimals: 6, mode: 'half-even' },
      registers('33.337'),
    );
    expect(money(exact.total.net, 6)).toBe('4.115653');
    const price: Rounding = {
      point: 'total',
      decimals: 6,
      mode: 'half-even',
      price: { decimals: 4, mode: 'half-even' },
    };
    expect(money(bill(charges, [normal], price, registers('33.337')).total.net, 6)).toBe(
      '4.117120',
    );
    const rounded: Rounding = { ...price, energy: { decimals: 0, mode: 'half-even' } };
    const both = bill(charges, [normal], rounded, registers('33.337'));
    expect(money(both.total.net, 6)).toBe('4.075500');
    expect(taxedLines(both)).toEqual(['energy 23 %: 33.000']);
  });
});

describe('bills by register', () => {
  test('refuse what registers cannot tell', () => {
    const versions = parseCharges([
      { ...energy, validTo: '2025-06-10' },
      { ...energy, rate: '0.2', validFrom: '2025-06-10' },
    ]);
    expect(() => bill(versions, [portugal()], PER_LINE, registers('1'))).toThrow(
      /charge energy: its rate changes between 2025-06-01 and 2025-07-01, and registers do not tell/,
    );
    expect(() =>
      bill(
        parseCharges([energy]),
        [portugal()],
        PER_LINE,
        registers('1', { from: '2024-12-15', to: '2025-01-15' }),
      ),
    ).toThrow(/VAT of charge energy: its rate changes between/);
    expect(() => bill(parseCharges([energy]), [portugal()], PER_LINE, registers('-1'))).toThrow(
      /register of import: got -1 kWh, expected none below 0/,
    );
    expect(() =>
      bill(parseCharges([{ ...energy, on: 'export' }]), [portugal()], PER_LINE, registers('1')),
    ).toThrow(/registers: got none of export, expected one/);
    const cycle = {
      type: 'cycle',
      cycle: 'PT-daily-2',
      prices: { vazio: '0.1', 'fora de vazio': '0.2' },
    };
    expect(() =>
      bill(parseCharges([{ ...energy, rate: cycle }]), [portugal()], PER_LINE, registers('1')),
    ).toThrow(
      /register of import: got period none, expected one of the tariff's: vazio, fora de vazio/,
    );
    expect(() =>
      bill(parseCharges([energy]), [portugal()], PER_LINE, registers('1', { to: '2025-06-01' })),
    ).toThrow(/to: got 2025-06-01, expected a date after from/);
  });

  test('take a change of a daily fee by days, with the energy beside it whole', () => {
    const fee = { id: 'fee', on: 'point', per: 'day', payTo: 's' };
    const charges = parseCharges([
      { ...energy, vat: undefined },
      { ...fee, rate: '1', validTo: '2025-06-11' },
      { ...fee, rate: '2', validFrom: '2025-06-11' },
    ]);
    const result = bill(charges, [], PER_LINE, registers('100'));
    expect(taxedLines(result)).toEqual([
      'energy - %: 100.000',
      'fee - %: 10.000',
      'fee - %: 20.000',
    ]);
    expect(money(result.total.gross)).toBe('60.00');
  });

  test('are those of intervals with the same energy', () => {
    const rate = {
      type: 'cycle',
      cycle: 'PT-weekly-2',
      prices: { vazio: '0.1', 'fora de vazio': '0.2' },
    };
    const charges = parseCharges([{ ...energy, rate }]);
    const startMs = Date.parse('2025-05-31T23:00:00Z');
    const quarters = 30 * 96;
    const intervals = bill(charges, [portugal()], EN_16931, {
      startMs,
      endMs: startMs + quarters * 900_000,
      resolutionMs: 900_000,
      timeZone: 'Europe/Lisbon',
      contractedKilovoltAmperes: '6.9',
      energies: {
        import: Float64Array.from({ length: quarters }, (_, quarter) => (quarter * 7919) % 300_000),
      },
    });
    const read = (period: string): string => {
      const lines = intervals.lines.filter((line) => line.period === period);
      const [a, b] = lines.map(({ quantity }) => Number(formatFraction(quantity, 6)) * 1e6);
      return (((a ?? 0) + (b ?? 0)) / 1e6).toFixed(6);
    };
    const registerBill = bill(charges, [portugal()], EN_16931, {
      ...registers('0'),
      registers: ['vazio', 'fora de vazio'].map((period) => ({
        on: 'import',
        period,
        kilowattHours: read(period),
      })),
    });
    expect(registerBill.total).toEqual(intervals.total);
  });
});

describe('a bill needs', () => {
  test('the VAT that its charges name, from the first day on', () => {
    expect(() => bill(parseCharges([energy]), [normal], PER_LINE, registers('1'))).toThrow(
      /charge energy: vat: got energy, expected one of normal/,
    );
    const late = parseVat({ id: 'energy', rates: [{ validFrom: '2025-06-02', percent: '23' }] });
    expect(() => bill(parseCharges([energy]), [late], PER_LINE, registers('1'))).toThrow(
      /VAT energy of charge energy: got a first rate from 2025-06-02, expected one at 2025-05-31T23:00:00Z/,
    );
  });
});
