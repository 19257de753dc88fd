import type { StatementLine, StatementV1 } from '@microgrid/events';
import { fraction, picoOf, roundFraction } from '@microgrid/tariff';
import { parseRatio, type Pico } from '@microgrid/units';
import type { StatementFault } from '../statement-fault.js';

/** 10^-12 units in one. */
const PICO = 1_000_000_000_000n;

type Rounding = NonNullable<StatementV1['rounding']>;

/** A line with its position. */
interface PlacedLine {
  readonly index: number;
  readonly line: StatementLine;
}

/** An amount over a divisor, rounded as charges are. */
export function roundedAsCharge(amount: Pico, { decimals, mode }: Rounding, divisor = 1n): Pico {
  return picoOf(roundFraction(fraction(amount, divisor * PICO), { decimals, mode }));
}

/**
 * What does not add up in the lines of charges and VAT of a statement: quantity times price, VAT from the
 * lines of its rate. Shown quantities and prices have 12 decimals and amounts 10^-12, so a line may be off
 * by what that takes away, and no more.
 */
export function chargeFaults({
  lines,
  rounding,
}: Pick<StatementV1, 'lines' | 'rounding'>): StatementFault[] {
  const all = lines.map((line, index): PlacedLine => ({ index, line }));
  const unread = all.flatMap(decimalFaults);
  const placed = all.filter((one) => decimalFaults(one).length === 0);
  const faults = [...unread, ...placed.flatMap(productFaults)];
  if (rounding === undefined) return faults;
  const groups = new Map<string, PlacedLine[]>();
  for (const one of placed) {
    const { meteringPoint, vatPercent } = one.line.charge ?? {};
    if (vatPercent === undefined) continue;
    const key = JSON.stringify([meteringPoint, vatPercent]);
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return [...faults, ...[...groups.values()].flatMap((group) => vatFaults(group, rounding))];
}

const DECIMAL = /^-?\d{1,30}(?:\.\d{1,12})?$/;

/** Whether a text of a statement is a decimal that can be computed with. */
export function isStatementDecimal(text: string): boolean {
  return DECIMAL.test(text);
}

function decimalFaults({ index, line: { charge } }: PlacedLine): StatementFault[] {
  return (['quantity', 'price', 'vatPercent'] as const).flatMap((field) => {
    const text = charge?.[field];
    if (text === undefined || isStatementDecimal(text)) return [];
    const path = `lines[${index}].charge.${field}`;
    return [{ path, reason: `${path}: got ${JSON.stringify(text)}, expected a decimal` }];
  });
}

/** Quantity times price is the exact amount, of either sign. */
function productFaults({ index, line }: PlacedLine): StatementFault[] {
  const { quantity, price } = line.charge ?? {};
  if (line.line !== 'charge' || quantity === undefined || price === undefined) return [];
  const [q, p] = [pico(quantity), pico(price)];
  const exact = size(BigInt(line.exactPico));
  // Both in 10^-12: each may be half a step off.
  const slack = (size(q) + size(p)) / (2n * PICO) + 2n;
  if (size(exact - size(q * p) / PICO) <= slack) return [];
  return [
    {
      path: `lines[${index}].exactPico`,
      reason: `lines[${index}]: ${quantity} x ${price} is not ${line.exactPico} (exactPico, 10^-12 units)`,
    },
  ];
}

/** The lines of a point at one VAT percentage; where two VATs share it, which lines are whose is not told. */
function vatFaults(group: readonly PlacedLine[], rounding: Rounding): StatementFault[] {
  const charges = group.filter(({ line }) => line.line === 'charge');
  const [vat, ...more] = group.filter(({ line }) => line.line === 'vat');
  if (vat === undefined || more.length > 0) return [];
  const { vatPercent = '0', netPico = '0' } = vat.line.charge ?? {};
  const { numerator, scale } = parseRatio(vatPercent);
  const divisor = 100n * 10n ** BigInt(scale);
  const sum = (field: 'exactPico' | 'amountPico'): Pico =>
    charges.reduce((total, { line }) => total + BigInt(line[field]), 0n);
  const slack = BigInt(charges.length);
  const net = BigInt(netPico);
  const nets = sum('amountPico');
  const faults: StatementFault[] = [];
  const tell = (field: string, found: bigint, expected: bigint): void => {
    const path = `lines[${vat.index}].${field}`;
    faults.push({ path, acrossLines: true, reason: `${path}: got ${found}, expected ${expected}` });
  };
  const least =
    rounding.point === 'category' ? roundedAsCharge(nets - slack, rounding) : nets - slack;
  const most =
    rounding.point === 'category' ? roundedAsCharge(nets + slack, rounding) : nets + slack;
  const exactly = rounding.point === 'line';
  if (exactly ? net !== nets : net < least || net > most) tell('charge.netPico', net, nets);
  const exact = BigInt(vat.line.exactPico);
  const due = (sum('exactPico') * numerator) / divisor;
  if (size(exact - due) > slack + 1n) tell('exactPico', exact, due);
  const amount = BigInt(vat.line.amountPico);
  if (rounding.vat === 'line') {
    const parts = charges.reduce(
      (total, { line }) =>
        total + roundedAsCharge(BigInt(line.amountPico) * numerator, rounding, divisor),
      0n,
    );
    if (amount !== parts) tell('amountPico', amount, parts);
  }
  if (rounding.vat === 'total' && size(amount - (net * numerator) / divisor) > 1n) {
    tell('amountPico', amount, (net * numerator) / divisor);
  }
  return faults;
}

function size(value: bigint): bigint {
  return value < 0n ? -value : value;
}

/** A decimal of at most 12 places as a whole number of 10^-12. */
function pico(text: string): bigint {
  const { numerator, scale } = parseRatio(text.replace(/^-/, ''));
  const value = numerator * 10n ** BigInt(12 - scale);
  return text.startsWith('-') ? -value : value;
}
