import { parseCharges, parseRounding, parseVat } from '../parse-rules.js';
import { isTariffError } from '../tariff-error.js';
import { chargeDirection, type Charge } from './charge.js';

const energy: Charge = { id: 'energy', on: 'supply', per: 'kWh', rate: '0.2', payTo: 'supplier' };
const fee: Charge = {
  id: 'fee',
  on: 'point',
  per: 'percent',
  rate: '5',
  of: ['energy'],
  payTo: 'egac',
};

function problems(...charges: unknown[]): string {
  try {
    parseCharges(charges, 'stack');
    return '';
  } catch (error) {
    if (isTariffError(error) && error.code === 'invalid-charges') return error.message;
    throw error;
  }
}

describe('parseCharges', () => {
  test('reads a stack', () => {
    expect(parseCharges([energy, fee])).toEqual([energy, fee]);
    expect(parseCharges([])).toEqual([]);
  });

  test.each<[string, unknown[], RegExp]>([
    [
      'a price per kWh on no flow',
      [{ ...energy, on: 'point' }],
      /stack: \[0\].on: got "point", expected an energy flow, as the charge is per kWh/,
    ],
    [
      'a fee per day on a flow',
      [{ ...energy, per: 'day' }],
      /\[0\].on: got "supply", expected point, as the charge is per day/,
    ],
    [
      'a tariff per day',
      [{ ...energy, on: 'point', per: 'day', rate: { type: 'flat', price: '1' } }],
      /\[0\].rate: .*expected a decimal, as the charge is per day/,
    ],
    [
      'a percentage of nothing',
      [energy, { ...fee, of: undefined }],
      /\[1\].of: got nothing, expected the ids/,
    ],
    [
      'a percentage of an unknown charge',
      [energy, { ...fee, of: ['energi'] }],
      /\[1\].of\[0\]: got "energi", expected the id of a charge in this list/,
    ],
    [
      'a percentage of a charge twice',
      [energy, { ...fee, of: ['energy', 'energy'] }],
      /each charge once/,
    ],
    ['a percentage of itself', [{ ...fee, of: ['fee'] }], /no percentage of itself: fee → fee/],
    [
      'percentages in a circle',
      [energy, { ...fee, of: ['other'] }, { ...fee, id: 'other', of: ['fee'] }],
      /no percentage of itself: fee → other → fee/,
    ],
    [
      'a percentage of what is paid and what is earned',
      [energy, { ...energy, id: 'sale', on: 'surplus' }, { ...fee, of: ['energy', 'sale'] }],
      /charges of one direction/,
    ],
    [
      'a base for a price',
      [{ ...energy, of: ['energy'] }],
      /\[0\].of: .*only percent charges have it/,
    ],
    ['a float', [{ ...energy, rate: 0.2 }], /\[0\].rate: got 0.2/],
    [
      'a validity that ends before it begins',
      [{ ...energy, validFrom: '2026-02-01', validTo: '2026-02-01' }],
      /validTo: got "2026-02-01", expected a date after validFrom/,
    ],
    [
      'a date that is none',
      [{ ...energy, validFrom: '2026-02-30' }],
      /validFrom: got "2026-02-30", expected a date that exists/,
    ],
    [
      'a gap between versions',
      [
        { ...energy, validTo: '2026-01-01' },
        { ...energy, validFrom: '2026-01-02' },
      ],
      /\[1\].validFrom: got "2026-01-02", expected 2026-01-01, when the version of energy before it ends/,
    ],
    [
      'an overlap of versions',
      [
        { ...energy, validTo: '2026-01-02' },
        { ...energy, validFrom: '2026-01-01' },
      ],
      /expected 2026-01-02, when/,
    ],
    [
      'a second version beside an endless one',
      [energy, { ...energy, validFrom: '2026-01-01' }],
      /no other version of energy without validTo before it/,
    ],
    [
      'versions paid to two accounts',
      [
        { ...energy, validTo: '2026-01-01' },
        { ...energy, validFrom: '2026-01-01', payTo: 'x' },
      ],
      /\[1\].payTo: got "x", expected the same as in the other versions/,
    ],
    [
      'versions of two bases',
      [
        energy,
        { ...energy, id: 'b' },
        { ...fee, validTo: '2026-01-01' },
        { ...fee, of: ['b'], validFrom: '2026-01-01' },
      ],
      /\[3\].of: .*the same charges as in the other versions/,
    ],
    [
      'an exemption above 100',
      [{ ...energy, exemptionPercent: '101' }],
      /exemptionPercent: got "101", expected a percentage of at most 100/,
    ],
    [
      'two exemptions',
      [
        {
          ...energy,
          exemptionPercent: '50',
          rate: {
            type: 'access',
            exemptionPercent: '50',
            voltageLevel: 'BT',
            levels: { BT: { network: { type: 'flat', price: '1' } } },
          },
        },
      ],
      /the access tariff names its exemption itself/,
    ],
    [
      'a field nobody knows',
      [{ ...energy, discount: '1' }],
      /\[0\].discount: got "1", expected no such field/,
    ],
  ])('refuses %s and says where', (_, charges, message) => {
    expect(problems(...charges)).toMatch(message);
  });

  test('takes what flows out as earned and all else as paid, unless a charge says otherwise', () => {
    expect(chargeDirection(energy)).toBe('charge');
    for (const on of ['export', 'surplus', 'sharedOut'] as const) {
      expect(chargeDirection({ ...energy, on })).toBe('credit');
      expect(chargeDirection({ ...energy, on, direction: 'charge' })).toBe('charge');
    }
    expect(chargeDirection(fee)).toBe('charge');
  });
});

describe('parseVat', () => {
  const rate = { validFrom: '2025-01-01', percent: '23' };
  test.each([
    ['no rates', [], /rates/],
    ['a date twice', [rate, rate], /different dates validFrom/],
    [
      'a block without a condition',
      [{ ...rate, block: { percent: '6' } }],
      /at least one condition/,
    ],
    [
      'shares without a limit',
      [
        {
          ...rate,
          block: { percent: '6', upToKilovoltAmperes: '6.9', periodShares: { a: '100' } },
        },
      ],
      /periodShares: .*expected firstKilowattHoursPer30Days beside it/,
    ],
    [
      'shares that are no whole',
      [
        {
          ...rate,
          block: {
            percent: '6',
            firstKilowattHoursPer30Days: '200',
            periodShares: { a: '60', b: '30' },
          },
        },
      ],
      /shares of 100 together/,
    ],
    [
      'a negative limit',
      [{ ...rate, block: { percent: '6', firstKilowattHoursPer30Days: '-1' } }],
      /not negative/,
    ],
  ])('refuses %s', (_, rates, message) => {
    expect(() => parseVat({ id: 'x', rates })).toThrow(message);
  });
});

describe('parseRounding', () => {
  test('refuses a mode nobody knows and VAT rounded before its net', () => {
    expect(() => parseRounding({ point: 'line', decimals: 2, mode: 'up' })).toThrow(
      /mode: got "up", expected one of half-even, half-up, half-away, down/,
    );
    expect(() =>
      parseRounding({ point: 'category', decimals: 2, mode: 'half-up', vat: 'line' }),
    ).toThrow(/vat: got "line", expected the point of the net \(category\) or a later one/);
    expect(() => parseRounding({ point: 'line', decimals: 13, mode: 'half-up' })).toThrow(
      /0 to 12/,
    );
  });
});
