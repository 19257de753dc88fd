import { commodityScale } from '../ledger/accounts.js';

/** An amount of a commodity as an exact decimal with all its decimals up to the last that counts. */
export function journalNumber(amount: bigint, commodity: string): string {
  const scale = commodityScale(commodity);
  const minimum = scale === 12 ? 2 : 3;
  const negative = amount < 0n;
  const digits = (negative ? -amount : amount).toString().padStart(scale + 1, '0');
  const fraction = digits.slice(-scale).replace(/0+$/, '').padEnd(minimum, '0');
  return `${negative ? '-' : ''}${digits.slice(0, -scale)}.${fraction}`;
}
