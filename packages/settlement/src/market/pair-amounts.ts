import type { MeritOrder } from './merit-order.js';

/**
 * Shares what each tier pays or earns out over its orders in proportion to the energy each trades,
 * exactly, by largest remainder with ties to the earlier position. An order's part is never worse than
 * its limit: the limit times its energy is a whole number the tier's mean price does not pass.
 */
export function tierAmounts(
  side: MeritOrder,
  amounts: readonly bigint[],
  traded: Float64Array,
): bigint[] {
  const out = new Array<bigint>(traded.length).fill(0n);
  for (const [tier, amount] of amounts.entries()) {
    const positions = side.order.subarray(side.starts[tier], side.starts[tier + 1]);
    shareAmount(amount, positions, traded, out);
  }
  return out;
}

function shareAmount(
  amount: bigint,
  positions: Int32Array,
  traded: Float64Array,
  out: bigint[],
): void {
  const energies = Array.from(positions, (position) => BigInt(traded[position] as number));
  const sum = energies.reduce((a, b) => a + b, 0n);
  if (sum === 0n) return;
  const remainders: bigint[] = [];
  let left = amount;
  for (const [index, energy] of energies.entries()) {
    const product = amount * energy;
    const remainder = ((product % sum) + sum) % sum;
    const part = (product - remainder) / sum;
    out[positions[index] as number] = part;
    remainders.push(remainder);
    left -= part;
  }
  const order = [...remainders.keys()].sort((a, b) => {
    const x = remainders[a] as bigint;
    const y = remainders[b] as bigint;
    if (x === y) return a - b;
    return x > y ? -1 : 1;
  });
  for (const index of order.slice(0, Number(left))) {
    const position = positions[index] as number;
    out[position] = (out[position] as bigint) + 1n;
  }
}
