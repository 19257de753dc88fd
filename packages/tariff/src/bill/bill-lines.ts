import { compareIds, formatRatio, parseRatio } from '@microgrid/units';
import { lineKey, lineOf } from '../charge/charge-lines.js';
import {
  addFractions,
  fraction,
  multiplyFractions,
  parseFraction,
  subtractFractions,
  sumFractions,
  ZERO,
  type Fraction,
} from '../number/fraction.js';
import { roundFraction, type Rounding, type RoundingPoint } from '../number/rounding.js';
import type { Bill, BillLine, BillTotal, VatCategory } from './bill.js';
import type { TaxedAccrual } from './vat-parts.js';

/** The bill of accruals that know their VAT rate. */
export function billOf(parts: readonly TaxedAccrual[], rounding: Rounding): Bill {
  const exactLines = mergeLines(parts);
  const exact = totalOf(exactLines);
  const vatPoint = rounding.vat ?? rounding.point;
  const at = (point: RoundingPoint, when: RoundingPoint, amount: Fraction): Fraction =>
    point === when ? roundFraction(amount, rounding) : amount;
  const lines = exactLines.map((line) => {
    const net = at(rounding.point, 'line', line.net);
    return { ...line, net, vatAmount: at(vatPoint, 'line', vatOn(net, line.vatPercent)) };
  });
  const categories = categoriesOf(lines).map((category) => {
    const net = at(rounding.point, 'category', category.net);
    const vatAmount = vatPoint === 'line' ? category.vatAmount : vatOn(net, category.vatPercent);
    return { ...category, net, vatAmount: at(vatPoint, 'category', vatAmount) };
  });
  const sums = totalOf(categories);
  const net = at(rounding.point, 'total', sums.net);
  const gross = at(vatPoint, 'total', sums.gross);
  const total: BillTotal = { net, gross, vat: subtractFractions(gross, net) };
  return {
    lines,
    categories,
    total,
    exact,
    roundingDifference: subtractFractions(gross, exact.gross),
  };
}

function vatOn(net: Fraction, percent: string | undefined): Fraction {
  if (percent === undefined) return ZERO;
  return multiplyFractions(net, multiplyFractions(parseFraction(percent), fraction(1, 100)));
}

/** One exact line for each charge, price period, price and VAT rate. */
function mergeLines(parts: readonly TaxedAccrual[]): BillLine[] {
  const lines = new Map<string, BillLine>();
  for (const { accrual, percent: spelled, category } of parts) {
    const percent = spelled === undefined ? undefined : formatRatio(parseRatio(spelled));
    const key = `${lineKey(accrual)}|${percent ?? ''}`;
    const before = lines.get(key);
    const line = lineOf(accrual);
    const amount = addFractions(before?.amount ?? ZERO, line.amount);
    lines.set(key, {
      ...line,
      quantity: addFractions(before?.quantity ?? ZERO, line.quantity),
      amount,
      ...(percent !== undefined && { vatPercent: percent }),
      ...(category !== undefined && { vatCategory: category }),
      net: amount,
      vatAmount: vatOn(amount, percent),
    });
  }
  return [...lines].sort(([a], [b]) => compareIds(a, b)).map(([, line]) => line);
}

function categoriesOf(lines: readonly BillLine[]): VatCategory[] {
  const categories = new Map<string, VatCategory>();
  for (const { vatCategory: vat, vatPercent, net, vatAmount } of lines) {
    const key = JSON.stringify([vat ?? null, vatPercent ?? null]);
    const before = categories.get(key);
    categories.set(key, {
      ...(vat !== undefined && { vat }),
      ...(vatPercent !== undefined && { vatPercent }),
      net: addFractions(before?.net ?? ZERO, net),
      vatAmount: addFractions(before?.vatAmount ?? ZERO, vatAmount),
    });
  }
  return [...categories].sort(([a], [b]) => compareIds(a, b)).map(([, category]) => category);
}

function totalOf(parts: readonly { net: Fraction; vatAmount: Fraction }[]): BillTotal {
  const net = sumFractions(parts.map((part) => part.net));
  const vat = sumFractions(parts.map((part) => part.vatAmount));
  return { net, vat, gross: addFractions(net, vat) };
}
