import type { Profile } from '@microgrid/devices';
import { compileProfile, decodeBlock, decodeSums, type Values } from './compiled-profile.js';
import type { Reply } from './point-decoder.js';

/** Answers a read from registers at hand; undefined = this block could not be read. */
export type ReadRegisters = (
  table: 'input' | 'holding' | 'coil' | 'discrete',
  address: number,
  count: number,
) => Reply | undefined;

/**
 * Decodes every point of a profile, internal ones included, from registers: energies in whole mWh,
 * everything in the house's signs. Absent values have no key. Pure; for files, vectors and tests —
 * an opened device does the same with everything looked up beforehand.
 * @param phases default: the profile's.
 */
export function decode(
  profile: Profile,
  read: ReadRegisters,
  phases: 1 | 3 = profile.phases,
): Readonly<Record<string, number>> {
  const compiled = compileProfile(profile, phases);
  const values: Values = Array.from({ length: compiled.indexOf.size });
  for (const block of compiled.blocks) {
    const reply = read(block.table, block.address, block.count);
    if (reply !== undefined) decodeBlock(block, reply, 'once', values);
  }
  decodeSums(compiled, values);
  const decoded: Record<string, number> = {};
  for (const [id, index] of compiled.indexOf) {
    const value = values[index];
    if (value !== undefined) decoded[id] = value;
  }
  return decoded;
}
