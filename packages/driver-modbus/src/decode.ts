import { pointSize, type Profile } from '@microgrid/devices';
import {
  compileProfile,
  completeValues,
  decodeBlock,
  decodeTexts,
  type Causes,
  type Values,
} from './compiled-profile.js';
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
  const decoded: Record<string, number> = {};
  for (const [id, { value }] of profileDecoder(profile, phases)(read)) {
    if (value !== undefined) decoded[id] = value;
  }
  return decoded;
}

/** Everything that registers say of one point. */
export interface InspectedPoint {
  /** In the published unit and sign; absent where there is none. */
  readonly value?: number;
  /** A text, the name of a state, or the names of the bits that are set. */
  readonly text?: string;
  /** Why there is no value, where it is not simply not implemented. */
  readonly cause?: string;
  /** The registers (bits as 0 and 1) as they came; absent for a sum and for what was not read. */
  readonly raw?: readonly number[];
}

/** Answers all that registers at hand say of each point, in the order of the profile. */
export type ProfileDecoder = (read: ReadRegisters) => ReadonlyMap<string, InspectedPoint>;

/**
 * {@link decode} with all that can be said of each point, for tools that show a device to a person.
 * The profile is looked at once; the result decodes as often as needed.
 */
export function profileDecoder(profile: Profile, phases: 1 | 3 = profile.phases): ProfileDecoder {
  const compiled = compileProfile(profile, phases);
  return (read) => {
    const values: Values = Array.from({ length: compiled.indexOf.size });
    const causes: Causes = Array.from({ length: compiled.indexOf.size });
    const texts = new Map<string, string>();
    const raws = new Map<string, readonly number[]>();
    for (const block of compiled.blocks) {
      const reply = read(block.table, block.address, block.count);
      if (reply === undefined) continue;
      decodeBlock(block, reply, 'once', values, causes);
      decodeTexts(block, reply, texts);
      for (const point of block.points) {
        const start = point.address - block.address;
        const cells = Array.from({ length: pointSize(point) }, (_, index) => reply[start + index]);
        raws.set(point.id, cells.map(Number));
      }
    }
    completeValues(compiled, values, causes);
    const inspected = new Map<string, InspectedPoint>();
    for (const [id, index] of compiled.indexOf) {
      const [value, cause] = [values[index], causes[index]];
      const found = { value, text: texts.get(id), cause, raw: raws.get(id) };
      const known = Object.entries(found).filter(([, part]) => part !== undefined);
      inspected.set(id, Object.fromEntries(known));
    }
    return inspected;
  };
}
