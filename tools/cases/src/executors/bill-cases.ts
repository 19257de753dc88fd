import {
  bill,
  isTariffError,
  sumFractions,
  type Bill,
  type BillLine,
  type Fraction,
} from '@microgrid/tariff';
import { NotUnderstood } from '../case-error.js';
import { Refused, type Actual } from '../compare.js';
import type { Executor } from '../executor.js';
import { isList, isRecord, plainName, type Json, type JsonRecord } from '../json.js';
import { billInput, type BillInput } from './bill-input.js';

type Amounts = Readonly<Record<string, Actual | undefined>>;

/** Sums of lines under a name that each line has. */
function by(
  lines: readonly BillLine[],
  name: (line: BillLine) => string,
  of: (line: BillLine) => Fraction,
): Amounts {
  const names = [...new Set(lines.map(name))];
  return Object.fromEntries(
    names.map((one) => [one, sumFractions(lines.filter((line) => name(line) === one).map(of))]),
  );
}

const lineRate = (line: BillLine): string =>
  line.vatPercent === undefined ? 'none' : line.vatPercent.replace(/\.0+$/, '');

/** The part of the bill a name means. */
function part(made: Bill, name: string, expected: Json): Actual {
  const energy = made.lines.filter(({ unit }) => unit === 'kWh');
  switch (plainName(name)) {
    case 'net':
    case 'subtotal':
    case 'base':
    case 'totalnet':
    case 'nettotal':
    case 'netsum':
    case 'withoutvat':
    case 'totalwithoutvat':
      return made.total.net;
    case 'vat':
    case 'vatamount':
    case 'totalvat':
    case 'vattotal':
    case 'vatsum':
    case 'iva':
    case 'tax':
      return isRecord(expected)
        ? by(made.lines, lineRate, ({ vatAmount }) => vatAmount)
        : made.total.vat;
    case 'gross':
    case 'total':
    case 'bill':
    case 'topay':
    case 'withvat':
    case 'totalwithvat':
    case 'totalgross':
    case 'grosstotal':
    case 'grandtotal':
      return made.total.gross;
    case 'exact':
    case 'exactgross':
    case 'exacttotal':
      return made.exact.gross;
    case 'roundingdifference':
    case 'residual':
    case 'rounding':
      return made.roundingDifference;
    case 'vatbyrate':
    case 'vatpercategory':
    case 'vatbycategory':
    case 'vatbypercent':
      return Object.fromEntries(
        made.categories.map(({ vatPercent = 'none', vatAmount }) => [vatPercent, vatAmount]),
      );
    case 'netbyrate':
    case 'netbyvat':
    case 'basebyrate':
    case 'vatbase':
      return by(made.lines, lineRate, ({ net }) => net);
    case 'kwhbyrate':
    case 'energybyrate':
      return by(energy, lineRate, ({ quantity }) => quantity);
    case 'lines':
    case 'byline':
      return linesOf(made, expected);
    default:
      throw new NotUnderstood(`expected.${name} is nothing a bill says`);
  }
}

/** Net by charge, or in a list the nets in the order of the lines. */
function linesOf(made: Bill, expected: Json): Actual {
  const nets = by(
    made.lines,
    ({ charge }) => charge,
    ({ net }) => net,
  );
  if (isList(expected))
    return Object.keys(nets)
      .sort()
      .map((id) => nets[id] ?? null);
  if (!isRecord(expected)) throw new NotUnderstood('expected.lines: expected amounts by charge');
  return Object.fromEntries(
    Object.keys(expected).map((name) => [
      name,
      nets[name.toLowerCase().replace(/[^a-z0-9]+/g, '-')],
    ]),
  );
}

function billed({ charges, vat, rounding, usage }: BillInput): Bill | Refused {
  try {
    return bill(charges, vat, rounding, usage);
  } catch (error) {
    if (isTariffError(error)) return new Refused(error.message);
    throw error;
  }
}

function answered(input: JsonRecord, expected: Json): Actual {
  const stated = billInput(input);
  if (stated === undefined) throw new NotUnderstood('a bill without charges');
  const made = billed(stated);
  if (made instanceof Refused) return made;
  if (!isRecord(expected)) return made.total.gross;
  return Object.fromEntries(
    Object.entries(expected).map(([name, value]) => {
      if (stated.vat.length === 0 && /vat|iva|gross/i.test(name))
        throw new NotUnderstood(`expected.${name}: the input states no VAT`);
      return [name, variant(stated, made, name, value)];
    }),
  );
}

/** `vat_per_line` and `vat_per_category` ask for the same bill with VAT rounded at another point. */
function variant(stated: BillInput, made: Bill, name: string, value: Json): Actual {
  const words = /(?:^|_)(?:(?:per|by)_?)?(line|category|total)s?(?:_?round(?:ing|ed))?$/i.exec(
    name,
  );
  const point = words?.[1]?.toLowerCase();
  const isWhole = words !== null && /^_?total$/i.test(words[0]);
  const asked = name.slice(0, words?.index) || 'vat';
  if (point === undefined || isWhole || isRecord(value) || isList(value))
    return part(made, name, value);
  const other = billed({
    ...stated,
    rounding: {
      point: point === 'total' ? 'total' : 'line',
      vat: point === 'line' ? 'line' : point === 'category' ? 'category' : 'total',
      decimals: stated.rounding.decimals === 12 ? 2 : stated.rounding.decimals,
      mode: stated.rounding.mode,
    },
  });
  return other instanceof Refused ? other : part(other, asked, value);
}

/** Bills: charges with VAT and rounding points over a time, one or a list of them. */
export const billCases: Executor = {
  kind: 'bill',
  run({ input, expected }) {
    if (isList(input) && isList(expected)) {
      const bills = input.map((one) => (isRecord(one) ? billInput(one) : undefined));
      if (bills.length === 0 || bills.includes(undefined)) return undefined;
      const actual = input.map((one, at) => answered(one as JsonRecord, expected[at] ?? null));
      return [{ name: '', expected, actual }];
    }
    if (!isRecord(input) || billInput(input) === undefined) return undefined;
    return [{ name: '', expected, actual: answered(input, expected) }];
  },
};
