import type { Profile, WriteField } from '@microgrid/devices';
import { decode } from '@microgrid/modbus';
import { commandIn } from './control-writes.js';
import { profileDecoder } from './decode.js';
import type { RegisterImage } from './register-image.js';

/** Reads the raw number of a written field. */
export function decodeField(
  { encoding, wordOrder = 'big' }: WriteField,
  registers: ArrayLike<number>,
  at: number,
): number {
  if (encoding === 'bit') return registers[at] ?? NaN;
  return Number(decode(encoding, registers, wordOrder, at));
}

/** Set points by control, in its unit; undefined where none is in force. */
export type SetPoints = Record<string, number | boolean | undefined>;

/** Makes {@link interpretControls} for one profile, to be asked often. */
export function controlInterpreter(profile: Profile): (image: RegisterImage) => SetPoints {
  const decodeAll = profileDecoder(profile);
  return (image) => {
    const values = decodeAll((table, address, count) => {
      if (!image.has(table, address, count)) return undefined;
      const registers = image.read(table, address, count);
      return table === 'coil' || table === 'discrete' ? Array.from(registers, Boolean) : registers;
    });
    return Object.fromEntries(
      profile.controls.map((control) => {
        const command = commandIn(
          control,
          (table, address, count) =>
            image.has(table, address, count) ? image.read(table, address, count) : undefined,
          decodeField,
          (point) => values.get(point)?.value,
        );
        const value = command === undefined || control.unit !== 'bool' ? command : command !== 0;
        return [control.id, value];
      }),
    );
  };
}

/**
 * What the registers of a simulated device say its set points are, in the controls' units; a control
 * without a set point in force is undefined. The inverse of writing a command.
 */
export function interpretControls(profile: Profile, image: RegisterImage): SetPoints {
  return controlInterpreter(profile)(image);
}
