/**
 * Largest remainder with every product as a bigint, for totals and weights whose products are no safe
 * integers. Inputs are trusted; some weight is above 0.
 */
export function allocateExactly(
  total: number,
  weights: ArrayLike<number>,
  out: Float64Array,
): void {
  const exact = Array.from(weights, BigInt);
  const sum = exact.reduce((a, b) => a + b, 0n);
  const remainders: bigint[] = [];
  let left = total;
  for (const [index, weight] of exact.entries()) {
    const product = BigInt(total) * weight;
    const part = Number(product / sum);
    out[index] = part;
    remainders.push(product % sum);
    left -= part;
  }
  const order = [...remainders.keys()].sort((a, b) => {
    const x = remainders[a] as bigint;
    const y = remainders[b] as bigint;
    if (x === y) return a - b;
    return x > y ? -1 : 1;
  });
  for (const index of order.slice(0, left)) out[index] = (out[index] as number) + 1;
}
