import { formatKilowattHours, formatMoney, formatPrice } from '@microgrid/units';
import type { Explanation, PointStory } from './explain.js';

const LINE_NAMES = {
  supply: 'from the supplier',
  sharedIn: 'from the community',
  sharedOut: 'to the community',
  surplus: 'to the supplier',
} as const;

function kWh(energy: number | bigint): string {
  return `${formatKilowattHours(energy)} kWh`;
}

/** An explanation for people: one step a paragraph. */
export function renderExplanation(explanation: Explanation): string {
  const { community, member, start, end, currency, points, costPico, postings } = explanation;
  const lines = [
    `${member} of ${community}, ${start} to ${end}`,
    ...points.flatMap((point) => pointLines(point, currency)),
    '',
    `Cost of the interval: ${formatMoney(BigInt(costPico))} ${currency} (positive: the member pays)`,
    '',
    'Posting (the whole period; the interval is part of these statement lines)',
    ...postings.flatMap(({ id, line, end: until, postings: sides }) => [
      `  ${line === 'charge' || line === 'vat' ? id.slice(id.indexOf(`/${until}/`) + until.length + 2) : line}`,
      ...sides.map(
        ({ account, side, amountPico }) =>
          `    ${side.padEnd(6)} ${account.padEnd(20)} ${formatMoney(BigInt(amountPico))} ${currency}`,
      ),
    ]),
    ...(postings.length === 0 ? ['  none: the interval carries no money'] : []),
  ];
  return `${lines.join('\n')}\n`;
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
