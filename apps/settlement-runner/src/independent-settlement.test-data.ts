/** What an independent settlement finds for one member or for all. */
export interface PlainAmounts {
  importMilliwattHours: bigint;
  exportMilliwattHours: bigint;
  sharedInMilliwattHours: bigint;
  sharedOutMilliwattHours: bigint;
  costPico: bigint;
}

const NOTHING: PlainAmounts = {
  importMilliwattHours: 0n,
  exportMilliwattHours: 0n,
  sharedInMilliwattHours: 0n,
  sharedOutMilliwattHours: 0n,
  costPico: 0n,
};

/** kWh text to mWh, by text alone. */
function mwh(text: string): bigint {
  const [whole = '', decimals = ''] = text.split('.');
  return BigInt(whole) * 1_000_000n + BigInt(decimals.padEnd(6, '0'));
}

/** Largest remainder, ties to the earlier position, the schoolbook way. */
function largestRemainder(total: bigint, weights: readonly bigint[]): bigint[] {
  const sum = weights.reduce((a, b) => a + b, 0n);
  if (total === 0n || sum === 0n) return weights.map(() => 0n);
  const parts = weights.map((weight) => (total * weight) / sum);
  let left = total - parts.reduce((a, b) => a + b, 0n);
  const order = weights
    .map((weight, index) => ({ index, rest: (total * weight) % sum }))
    .sort((a, b) => (a.rest === b.rest ? a.index - b.index : a.rest > b.rest ? -1 : 1));
  for (const { index } of order) {
    if (left === 0n) break;
    parts[index] = (parts[index] as bigint) + 1n;
    left--;
  }
  return parts;
}

/**
 * Settles canonical CSV text by a proportional key without using anything of the project: every
 * member has one metering point of its own name. Prices in micro per kWh.
 */
export function settlePlainly(
  csv: string,
  fromMs: number,
  toMs: number,
  price: { import: bigint; export: bigint; internal: bigint },
): { totals: PlainAmounts; members: Record<string, PlainAmounts>; intervals: number } {
  const slots = new Map<string, { id: string; imported: bigint; exported: bigint }[]>();
  for (const line of csv.split('\n').slice(1)) {
    const [id, start, , imported, exported] = line.split(',');
    if (!id || !start || Date.parse(start) < fromMs || Date.parse(start) >= toMs) continue;
    const rows = slots.get(start) ?? [];
    rows.push({ id, imported: mwh(imported ?? ''), exported: mwh(exported ?? '') });
    slots.set(start, rows);
  }
  const members: Record<string, PlainAmounts> = {};
  const totals = { ...NOTHING };
  for (const rows of slots.values()) {
    rows.sort((a, b) => (a.id < b.id ? -1 : 1));
    const claims = rows.map(({ imported }) => imported);
    const pool = rows.map(({ exported }) => exported);
    const claimed = claims.reduce((a, b) => a + b, 0n);
    const offered = pool.reduce((a, b) => a + b, 0n);
    const shared = claimed < offered ? claimed : offered;
    const sharedIn = largestRemainder(shared, claims);
    const sharedOut = largestRemainder(shared, pool);
    rows.forEach(({ id, imported, exported }, index) => {
      const taken = sharedIn[index] as bigint;
      const given = sharedOut[index] as bigint;
      const cost =
        (imported - taken) * price.import +
        (taken - given) * price.internal -
        (exported - given) * price.export;
      for (const into of [(members[id] ??= { ...NOTHING }), totals]) {
        into.importMilliwattHours += imported;
        into.exportMilliwattHours += exported;
        into.sharedInMilliwattHours += taken;
        into.sharedOutMilliwattHours += given;
        into.costPico += cost;
      }
    });
  }
  return { totals, members, intervals: slots.size };
}
