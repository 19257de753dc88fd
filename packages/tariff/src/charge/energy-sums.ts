import { TariffError } from '../tariff-error.js';

/** Two addends up to this sum exactly as doubles. */
const SAFE_ADDEND = 2 ** 52;

/**
 * The energy of intervals [first, last) of a column, summed by what `index` says of each interval.
 * @param index entry of each interval, its first one being interval `first`.
 * @throws TariffError `bad-usage` for an energy that is missing, negative or no whole mWh.
 */
export function sumByEntry(
  energies: Float64Array,
  first: number,
  index: Uint32Array,
  entries: number,
  where: (interval: number) => string,
): bigint[] {
  const sums = new Float64Array(entries);
  const large = new Map<number, bigint>();
  for (let interval = 0; interval < index.length; interval++) {
    const energy = energies[first + interval] ?? Number.NaN;
    if (!(energy >= 0) || Math.floor(energy) !== energy) {
      refuse(energy, where(first + interval));
    }
    const entry = index[interval] as number;
    if (energy > SAFE_ADDEND || (sums[entry] as number) > SAFE_ADDEND) {
      large.set(entry, (large.get(entry) ?? 0n) + BigInt(energy) + BigInt(sums[entry] as number));
      sums[entry] = 0;
    } else sums[entry] = (sums[entry] as number) + energy;
  }
  return Array.from(sums, (sum, entry) => BigInt(sum) + (large.get(entry) ?? 0n));
}

function refuse(energy: number, where: string): never {
  const found = Number.isNaN(energy) ? 'no value' : String(energy);
  throw new TariffError(
    'bad-usage',
    `${where}: got ${found}, expected whole mWh, not negative; a missing interval is substituted before it is billed, never priced as 0`,
  );
}
