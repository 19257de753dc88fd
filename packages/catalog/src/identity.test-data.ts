import { isRegisterPoint, type Profile } from '@microgrid/devices';

/** Registers of a device by table and address. */
export type Registers = ReadonlyMap<string, number>;

type Match = NonNullable<Profile['identity']>['match'][number];

const SIZES: Readonly<Record<string, number>> = { u16: 1, s16: 1, u32: 2, s32: 2 };

function split(value: number, size: number, little: boolean): number[] {
  const registers = Array.from(
    { length: size },
    (_, index) =>
      Math.floor((value < 0 ? value + 2 ** (16 * size) : value) / 2 ** (16 * (size - 1 - index))) %
      65_536,
  );
  return little ? registers.reverse() : registers;
}

/**
 * What a device of a profile shows at rest: the values its twin starts with, then what identifies it.
 * @param least whether ranges of an identity show their least number or their greatest.
 */
export function registersOf(profile: Profile, least = true): Registers {
  const registers = new Map<string, number>();
  const put = (table: string, address: number, values: readonly number[]): void => {
    values.forEach((value, index) => registers.set(`${table}/${address + index}`, value));
  };
  for (const point of profile.points.filter(isRegisterPoint)) {
    const size = SIZES[point.encoding];
    if (size === undefined || point.twin === undefined) continue;
    const raw = Math.round(point.twin / (point.scale ?? 1));
    put(point.table, point.address, split(raw, size, point.wordOrder === 'little'));
  }
  for (const match of profile.identity?.match ?? []) {
    if ('anyOf' in match) put(match.table, match.address, match.anyOf[0] ?? []);
    else {
      const size = SIZES[match.encoding] ?? 1;
      const value = least ? match.minimum : match.maximum;
      put(match.table, match.address, split(value, size, match.wordOrder === 'little'));
    }
  }
  return registers;
}

function fits(match: Match, registers: Registers): boolean {
  const at = (index: number): number =>
    registers.get(`${match.table}/${match.address + index}`) ?? 0;
  if ('anyOf' in match) {
    return match.anyOf.some((wanted) => wanted.every((value, index) => at(index) === value));
  }
  const size = SIZES[match.encoding] ?? 1;
  const order = Array.from({ length: size }, (_, index) => index);
  if (match.wordOrder === 'little') order.reverse();
  let value = order.reduce((sum, index) => sum * 65_536 + at(index), 0);
  if (match.encoding.startsWith('s') && value >= 2 ** (16 * size - 1)) value -= 2 ** (16 * size);
  return value >= match.minimum && value <= match.maximum;
}

/** Whether registers are those of a device of this profile, as far as it can tell. */
export function identifies(profile: Profile, registers: Registers): boolean {
  return (profile.identity?.match ?? []).every((match) => fits(match, registers));
}
