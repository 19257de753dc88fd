import {
  multiplyFractions,
  parseCharges,
  parseVat,
  type Fraction,
  type Vat,
} from '@microgrid/tariff';
import { NotUnderstood } from '../case-error.js';
import { decimalText, numberOf } from '../decimal.js';
import { isRecord, type Json, type JsonRecord } from '../json.js';
import type { BillInput } from './bill-input.js';
import { percent } from './bill-vat.js';
import { letters, priceUnit, rateOf, withoutPriceUnit } from './price-unit.js';

const NETS = ['net', 'amount', 'base', 'value', 'netamount', 'lineamount', 'fee'];
const QUANTITIES = [
  'kwh',
  'energy',
  'energykwh',
  'quantity',
  'qty',
  'consumption',
  'consumptionkwh',
];
const PRICES = ['price', 'rate', 'unitprice', 'tariff', 'workingprice', ''];
const VATS = ['vat', 'vatpercent', 'vatpct', 'vatrate', 'iva', 'ivapercent', 'tax', 'taxpercent', 'ust', 'mwst']; // prettier-ignore
const LABELS = [
  'id',
  'text',
  'name',
  'label',
  'description',
  'position',
  'item',
  'unit',
  'line',
  'period',
];

type Field = readonly [name: string, value: Json];

function fieldOf(record: JsonRecord, of: (name: string) => boolean): Field | undefined {
  return Object.entries(record).find(([name]) => of(name));
}

const isNet = (name: string): boolean =>
  priceUnit(name).per === undefined && NETS.includes(withoutPriceUnit(name));
const isQuantity = (name: string): boolean => QUANTITIES.includes(letters(name));
const isPrice = (name: string): boolean =>
  !isQuantity(name) &&
  PRICES.includes(withoutPriceUnit(name)) &&
  [undefined, 'kWh'].includes(priceUnit(name).per);
const isVat = (name: string): boolean => VATS.includes(letters(name));

/** The net of a line, said or energy times price. */
function netOf(line: JsonRecord, what: string): Fraction {
  for (const name of Object.keys(line)) {
    if (isNet(name) || isQuantity(name) || isPrice(name) || isVat(name)) continue;
    if (!LABELS.includes(letters(name)))
      throw new NotUnderstood(`${what}: the field ${name} means nothing here`);
  }
  const net = fieldOf(line, isNet);
  if (net !== undefined) return rateOf(...net);
  const [quantity, price] = [fieldOf(line, isQuantity), fieldOf(line, isPrice)];
  if (quantity === undefined || price === undefined)
    throw new NotUnderstood(`${what}: expected its net, or a quantity and a price`);
  return multiplyFractions(numberOf(quantity[1], what), rateOf(...price));
}

/** `lines: [{ net, vat_percent }]`, `[{ kWh, price, vat }]` or their nets with one VAT for all. */
export function linesForm(
  lines: readonly Json[],
  input: JsonRecord,
): Pick<BillInput, 'charges' | 'vat'> {
  const shared = fieldOf(
    input,
    (name) => isVat(name) || ['rate', 'percent'].includes(letters(name)),
  );
  const vats = new Map<string, Vat>();
  const charges = lines.map((one, index) => {
    const line: JsonRecord = isRecord(one) ? one : { net: one };
    const own = fieldOf(line, isVat) ?? shared;
    const rate = own === undefined ? undefined : percent(own[1], own[0]);
    if (rate !== undefined && !vats.has(rate)) {
      const rates = [{ validFrom: '2000-01-01', percent: rate }];
      vats.set(rate, parseVat({ id: `vat-${rate}`, rates }));
    }
    return {
      id: `line-${String(index).padStart(4, '0')}`,
      on: 'point',
      per: 'month',
      rate: decimalText(netOf(line, `line ${index}`)),
      payTo: 'supplier',
      ...(rate !== undefined && { vat: `vat-${rate}` }),
    };
  });
  return { charges: parseCharges(charges), vat: [...vats.values()] };
}
