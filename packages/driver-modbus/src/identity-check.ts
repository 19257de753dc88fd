import type { Profile } from '@microgrid/devices';
import type { Reply } from './point-decoder.js';
import type { UnitLink } from './unit-link.js';

/** Whether a device is the one its profile describes. */
export type IdentityVerdict =
  | { readonly kind: 'match' }
  | { readonly kind: 'mismatch'; readonly reason: string }
  | { readonly kind: 'unreachable'; readonly reason: string };

const hex = (registers: ArrayLike<number>): string =>
  Array.from(registers, (register) => register.toString(16).padStart(4, '0')).join(' ');

const same = (found: Reply, wanted: readonly number[]): boolean =>
  wanted.every((register, index) => found[index] === register);

/** Reads the registers that identify a device and compares them; reads only. */
export async function checkIdentity(
  profile: Profile,
  link: UnitLink,
  signal?: AbortSignal,
): Promise<IdentityVerdict> {
  for (const { table, address, anyOf, meaning } of profile.identity?.match ?? []) {
    const count = anyOf[0]?.length ?? 1;
    const result = await link.read(table, address, count, signal);
    if (!result.ok) {
      const { answered, cause } = result.failure;
      const reason = `${meaning} at ${address}: ${cause}`;
      return { kind: answered ? 'mismatch' : 'unreachable', reason: answered ? reason : cause };
    }
    if (!anyOf.some((wanted) => same(result.value, wanted))) {
      const found = hex(result.value as ArrayLike<number>);
      return { kind: 'mismatch', reason: `register ${address}: got ${found}, expected ${meaning}` };
    }
  }
  return { kind: 'match' };
}
