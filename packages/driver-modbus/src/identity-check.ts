import { pointSize, type IdentityMatch, type Profile } from '@microgrid/devices';
import { rawReader, type Reply } from './point-decoder.js';
import type { UnitLink } from './unit-link.js';

/** Whether a device is the one its profile describes. */
export type IdentityVerdict =
  | { readonly kind: 'match' }
  | { readonly kind: 'mismatch'; readonly reason: string }
  | { readonly kind: 'unreachable'; readonly reason: string };

const hex = (registers: ArrayLike<number>): string =>
  Array.from(registers, (register) => register.toString(16).padStart(4, '0')).join(' ');

/** How many registers an identity rule reads. */
export function matchLength(match: IdentityMatch): number {
  if ('anyOf' in match) return Math.max(...match.anyOf.map(({ length }) => length));
  return pointSize(match);
}

const same = (found: Reply, wanted: readonly number[]): boolean =>
  wanted.every((register, index) => found[index] === register);

function matches(match: IdentityMatch, found: Reply): boolean {
  if ('anyOf' in match) {
    const { mask } = match;
    const bits =
      mask === undefined
        ? found
        : Array.from(found as ArrayLike<number>, (register, index) => {
            return register & (mask[index] ?? 0xffff);
          });
    return match.anyOf.some((wanted) => same(bits, wanted));
  }
  const value = rawReader(match, 0)(found);
  return value >= match.minimum && value <= match.maximum;
}

/** Reads the registers that identify a device and compares them; reads only. */
export async function checkIdentity(
  profile: Profile,
  link: UnitLink,
  signal?: AbortSignal,
): Promise<IdentityVerdict> {
  for (const match of profile.identity?.match ?? []) {
    const { table, address, meaning } = match;
    const count = matchLength(match);
    const result = await link.read(table, address, count, { signal });
    if (!result.ok) {
      const { answered, cause } = result.failure;
      const reason = `${meaning} at ${address}: ${cause}`;
      return { kind: answered ? 'mismatch' : 'unreachable', reason: answered ? reason : cause };
    }
    if (!matches(match, result.value)) {
      const found = hex(result.value as ArrayLike<number>);
      return { kind: 'mismatch', reason: `register ${address}: got ${found}, expected ${meaning}` };
    }
  }
  return { kind: 'match' };
}
