import { readExactNumber, type ChargePart, type Transaction } from '@microgrid/invoicing';
import { formatFraction } from '@microgrid/tariff';
import { formatKilowattHours, formatMoney, formatPrice } from '@microgrid/units';
import type { Explanation, PointStory } from './explain.js';
import type { ExplainedCharges, ExplainedStatementLine } from './explain-charges.js';

const LINE_NAMES = {
  supply: 'from the supplier',
  sharedIn: 'from the community',
  sharedOut: 'to the community',
  surplus: 'to the supplier',
  ownSurplus: 'own part, sold',
} as const;

/** What each quality of a validated interval means. */
const VALIDATED: Readonly<Record<string, string>> = {
  measured: 'as the meter counted it',
  corrected: 'measured, and corrected by a rule',
  substituted: 'put in from another source',
  estimated: 'estimated, since nothing was measured',
  missing: 'nothing to settle; never taken as zero',
};

function kWh(energy: number | bigint): string {
  return `${formatKilowattHours(energy)} kWh`;
}

/** An explanation for people: one step a paragraph. */
export function renderExplanation(explanation: Explanation): string {
  const { community, member, start, end, currency, points, costPico } = explanation;
  const { charges, lines, postings, periodPostings } = explanation;
  const text = [
    `${member} of ${community}, ${start} to ${end}`,
    ...points.flatMap((point) => pointLines(point, currency)),
    '',
    `Cost of the interval: ${formatMoney(BigInt(costPico))} ${currency} (positive: the member pays)`,
    ...(charges === undefined ? [] : chargeLines(charges, currency)),
    ...(lines.length === 0 ? [] : roundingLines(lines, charges, currency)),
    '',
    'Posting (the whole period; the interval is part of these statement lines)',
    ...postings.flatMap(postingLines),
    ...(postings.length === 0 ? ['  none: the interval carries no money'] : []),
    ...(periodPostings.length === 0
      ? []
      : ['', 'Posting of what is due for the whole period, whatever the energy']),
    ...periodPostings.flatMap(postingLines),
  ];
  return `${text.join('\n')}\n`;
}

function postingLines({ id, line, end, postings, currency }: Transaction): string[] {
  const name =
    line === 'charge' || line === 'vat' ? id.slice(id.indexOf(`/${end}/`) + end.length + 2) : line;
  return [
    `  ${name}`,
    ...postings.map(
      ({ account, side, amountPico }) =>
        `    ${side.padEnd(6)} ${account.padEnd(20)} ${formatMoney(BigInt(amountPico))} ${currency}`,
    ),
  ];
}

/** An exact number to 12 decimals; marked where that is not all of it. */
function decimal(text: string, scale = 0): string {
  const { numerator, denominator } = readExactNumber(text);
  const value = { numerator, denominator: denominator * 10n ** BigInt(scale) };
  const whole = (numerator * 10n ** 12n) % value.denominator === 0n;
  const shown = formatFraction(value, 12).replace(/\.?0+$/, '');
  return whole ? shown : `about ${shown}`;
}

/** An exact amount of money, from 10^-12 units. */
function money(pico: string): string {
  return /^-?\d+$/.test(pico) ? formatMoney(BigInt(pico)) : decimal(pico, 12);
}

function chargeLines(charges: ExplainedCharges, currency: string): string[] {
  const part = (one: ChargePart): string => {
    const { meteringPoint, charge, on, period, unit, quantity, price, exactPico, vat } = one;
    const of = on === 'point' ? '' : ` of ${on}`;
    const unitName = unit === 'currency' ? currency : unit;
    const taxed =
      vat === undefined
        ? 'without VAT'
        : `VAT ${vat.id} ${vat.percent} % = ${money(vat.exactPico)} ${currency}`;
    return `  ${meteringPoint} ${charge}${period === undefined ? '' : ` (${period})`}: ${decimal(quantity)} ${unitName}${of} x ${decimal(price)} = ${money(exactPico)} ${currency} with ${one.account}, ${taxed}`;
  };
  const { interval, period, exactPico, vatPico } = charges;
  return [
    '',
    'Charges on the energy of the interval, at the price of its time',
    ...interval.map(part),
    interval.length === 0
      ? '  none'
      : `  together ${money(exactPico)} ${currency}, and VAT ${money(vatPico)} ${currency}`,
    ...(period.length === 0 ? [] : ['', 'Due for the whole period, whatever the energy']),
    ...period.map(part),
  ];
}

const SUMS = { category: 'per VAT category', total: 'in the total' } as const;

function roundingLines(
  lines: readonly ExplainedStatementLine[],
  charges: ExplainedCharges | undefined,
  currency: string,
): string[] {
  const where = (line: ExplainedStatementLine): string => {
    if (line.rounded !== undefined) {
      return `rounded to ${line.rounded.decimals} decimals, ${line.rounded.mode}`;
    }
    const point = line.line === 'vat' ? charges?.rounding.vat : charges?.rounding.point;
    return point === 'line'
      ? 'the sum of VAT rounded line by line'
      : `not rounded itself, but ${SUMS[point ?? 'total']}`;
  };
  return [
    '',
    'Rounding (statement lines of the whole period: exact, then what is paid)',
    ...lines.map(
      (line) =>
        `  ${line.key}: ${money(line.intervalPico)} of the interval in ${money(line.exactPico)}, paid ${money(line.amountPico)} ${currency} (${where(line)})`,
    ),
  ];
}

/** A market may give an amount without a price. */
function pricedAt(price: number | undefined, currency: string): string {
  return price === undefined ? 'in the market' : `x ${formatPrice(price)} ${currency}/kWh`;
}

function pointLines(point: PointStory, currency: string): string[] {
  const { reading, claim, share, source } = point;
  const { importMilliwattHours, exportMilliwattHours, quality } = reading;
  const metered =
    importMilliwattHours === undefined || exportMilliwattHours === undefined
      ? 'none: the point takes no part'
      : `import ${kWh(importMilliwattHours)}, export ${kWh(exportMilliwattHours)}, ${quality}`;
  const where = source ? ` (${source.file}:${source.line})` : '';
  const key = share.coefficient === undefined ? share.key : `${share.key}, ${share.coefficient}`;
  return [
    '',
    `Reading   ${point.meteringPoint}: ${metered}${where}`,
    `Validated quality ${quality}: ${VALIDATED[quality] ?? 'not known'}`,
    `Claim     netting ${claim.netting}: takes ${kWh(claim.claimedMilliwattHours)}, offers ${kWh(claim.offeredMilliwattHours)}${claim.eligible ? '' : ' (takes no part in sharing now)'}`,
    `Share     pool ${kWh(BigInt(share.poolMilliwattHours))}, claims ${kWh(BigInt(share.claimsMilliwattHours))}, shared ${kWh(BigInt(share.sharedMilliwattHours))} (key: ${key}; capacity: ${share.capacity})`,
    `          of it in ${kWh(share.sharedInMilliwattHours)}, out ${kWh(share.sharedOutMilliwattHours)}; left: import ${kWh(share.residualMilliwattHours)}, export ${kWh(share.surplusMilliwattHours)}`,
    ...point.lines.map(
      ({ line, energyMilliwattHours, priceMicroPerKilowattHour, exactPico }, index) =>
        `${(index === 0 ? 'Price' : '').padEnd(9)} ${LINE_NAMES[line].padEnd(19)} ${kWh(energyMilliwattHours)} ${pricedAt(priceMicroPerKilowattHour, currency)} = ${formatMoney(BigInt(exactPico))} ${currency}`,
    ),
    `Fired     ${point.firings.join(' → ')}`,
  ];
}
