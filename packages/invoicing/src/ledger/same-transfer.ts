import type { Transfer } from './transfer.js';

/** A transfer as text, the same for the same content. */
function spelled(transfer: Transfer): string {
  const { worth, ...rest } = transfer as Transfer & {
    worth?: { commodity: string; amount: bigint };
  };
  const fields = Object.entries({
    ...rest,
    linked: undefined,
    worth: worth && `${worth.commodity} ${worth.amount}`,
  })
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => [name, String(value)] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify(fields);
}

/** Whether two transfers say the same; how they are linked to others does not count. */
export function sameTransfer(a: Transfer, b: Transfer): boolean {
  return a === b || spelled(a) === spelled(b);
}
