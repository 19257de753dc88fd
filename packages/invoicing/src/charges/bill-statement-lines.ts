import type { StatementCharge, StatementLine } from '@microgrid/events';
import {
  addFractions,
  formatFraction,
  multiplyFractions,
  parseFraction,
  picoOf,
  roundFraction,
  ZERO,
  type BillLine,
  type Fraction,
  type VatCategory,
} from '@microgrid/tariff';
import { roundToCents, type Pico } from '@microgrid/units';
import type { PointBill } from './point-bills.js';

/** Amounts finer than 10^-12 currency units are brought there half to even, by name. */
const PICO_STEP = { decimals: 12, mode: 'half-even' } as const;
const HUNDREDTH: Fraction = { numerator: 1n, denominator: 100n };

function pico(amount: Fraction): Pico {
  return picoOf(roundFraction(amount, PICO_STEP));
}

/** A number as a decimal without zeros at its end. */
function shown(value: Fraction): string {
  return formatFraction(value, 12).replace(/\.?0+$/, '');
}

/** The account that VAT of an id is owed to. */
export function vatAccount(vat: string): string {
  return `vat:${vat}`;
}

/**
 * The statement lines of a member's bills: one per charge, price period, price and VAT rate of each
 * metering point, one per VAT and rate, and `rounding` where the total was rounded elsewhere than in
 * the lines. Together they come to the bills' rounded gross amounts, in whole cents.
 */
export function billStatementLines(bills: readonly PointBill[]): StatementLine[] {
  const lines = bills.flatMap((one) => [
    ...one.bill.lines.map((line) => chargeLine(one.meteringPoint, line)),
    ...one.bill.categories.flatMap((category) => vatLine(one, category)),
  ]);
  const gross = bills.reduce((sum, { bill }) => addFractions(sum, bill.total.gross), ZERO);
  const total = lines.reduce((sum, { amountPico }) => sum + BigInt(amountPico), 0n);
  // A statement is paid in cents, whatever finer point its charges are rounded at.
  const difference = roundToCents(pico(gross)) - total;
  if (difference === 0n) return lines;
  return [
    ...lines,
    {
      line: 'rounding',
      energyMilliwattHours: '0',
      exactPico: '0',
      amountPico: difference.toString(),
    },
  ];
}

function statementLine(
  line: 'charge' | 'vat',
  exact: Fraction,
  amount: Fraction,
  charge: Omit<StatementCharge, 'key'>,
): StatementLine {
  const { meteringPoint, charge: id, on, period, price, vat, vatPercent } = charge;
  const key = [line, meteringPoint, id, on, period, price, vat, vatPercent]
    .map((part = '') => part.replaceAll('%', '%25').replaceAll('/', '%2F'))
    .join('/')
    .replace(/\/+$/, '');
  return {
    line,
    energyMilliwattHours: '0',
    exactPico: pico(exact).toString(),
    amountPico: pico(amount).toString(),
    charge: { key, ...charge },
  };
}

/** The statement line of a line of a point's bill. */
export function chargeLine(meteringPoint: string, line: BillLine): StatementLine {
  const { charge, on, payTo, period, unit, quantity, price, amount, net, vat, vatPercent } = line;
  return statementLine('charge', amount, net, {
    meteringPoint,
    account: payTo,
    charge,
    on,
    ...(period !== undefined && { period }),
    unit,
    quantity: shown(quantity),
    ...(price !== undefined && { price: shown(price) }),
    ...(vat !== undefined && { vat }),
    ...(vatPercent !== undefined && { vatPercent }),
  });
}

/** The statement line of a VAT category of a point's bill; none for what is outside the scope of VAT. */
export function vatLine(
  { meteringPoint, bill }: PointBill,
  { vat, vatPercent = '0', net, vatAmount }: VatCategory,
): StatementLine[] {
  if (vat === undefined) return [];
  const rate = multiplyFractions(parseFraction(vatPercent), HUNDREDTH);
  const exact = bill.lines
    .filter((line) => line.vatCategory === vat && line.vatPercent === vatPercent)
    .reduce((sum, line) => addFractions(sum, multiplyFractions(line.amount, rate)), ZERO);
  return [
    statementLine('vat', exact, vatAmount, {
      meteringPoint,
      account: vatAccount(vat),
      vat,
      vatPercent,
      netPico: pico(net).toString(),
    }),
  ];
}
