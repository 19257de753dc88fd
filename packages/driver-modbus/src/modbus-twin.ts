import {
  isRegisterPoint,
  pointSize,
  type ModbusTwin,
  type Profile,
  type ProfileControl,
  type TwinSurroundings,
} from '@microgrid/devices';
import type { ModbusDeviceConfig } from './config.js';
import { profileDecoder } from './decode.js';
import { DriverModbusError } from './driver-modbus-error.js';
import { controlInterpreter } from './interpret-controls.js';
import { RegisterImage } from './register-image.js';

/** Whether a write of `count` registers from `address` touches the registers of a control's steps. */
function touches(control: ProfileControl, table: string, address: number, count: number): boolean {
  return control.steps.some((step) => {
    const length = step.fields.reduce((sum, field) => sum + pointSize(field), 0);
    return (
      step.table === table && address < step.address + length && step.address < address + count
    );
  });
}

/** The simulated device of a profile, with its registers at hand. */
export interface ProfileTwin extends ModbusTwin {
  readonly image: RegisterImage;
}

/** Rounded to the device's step (of energy at most 1 kWh) it is shown; cut off at the end of a range not. */
function isShownAs(value: number, found: number | undefined): boolean {
  const coarsest = Math.abs(value) > 1_000_000 ? 1_000_000 : 1;
  return found !== undefined && Math.abs(found - value) <= Math.max(Math.abs(value) / 10, coarsest);
}

/** Shows values, unless the registers cannot hold them: then the one before stays and it throws. */
function shower(profile: Profile, image: RegisterImage) {
  const decodeAll = profileDecoder(profile);
  const shown = (id: string): number | undefined =>
    decodeAll((table, address, count) => {
      if (!image.has(table, address, count)) return undefined;
      const found = image.read(table, address, count);
      return table === 'coil' || table === 'discrete' ? Array.from(found, Boolean) : found;
    }).get(id)?.value;
  return (id: string, value: number | undefined): void => {
    const before = shown(id);
    image.set({ [id]: value });
    const found = shown(id);
    if (value === undefined ? found === undefined : isShownAs(value, found)) return;
    image.set({ [id]: before });
    throw new DriverModbusError(
      'not-encodable',
      `${profile.id}: ${id}: got ${value ?? 'nothing'}, expected a value that its registers can hold`,
    );
  };
}

/**
 * The simulated device of a profile: its registers, and set points that lapse as the device's do. A
 * point that a control is verified by follows its set point, and its fallback once that has lapsed.
 */
export function modbusTwin(
  profile: Profile,
  config: Pick<ModbusDeviceConfig, 'unit'>,
  { clock }: TwinSurroundings,
): ProfileTwin {
  const image = new RegisterImage(profile);
  const interpret = controlInterpreter(profile);
  const writtenMs = new Map<string, number>();
  let writes = 0;
  const lapsed = ({ id, expiryMs }: ProfileControl): boolean =>
    expiryMs !== undefined && clock.monotonicMs() - (writtenMs.get(id) ?? -Infinity) >= expiryMs;
  const follow = (control: ProfileControl, value: number | boolean | undefined): void => {
    const { verify } = control;
    if (typeof verify !== 'object' || value === undefined) return;
    const point = profile.points.find(({ id }) => id === verify.point);
    if (point !== undefined && isRegisterPoint(point)) image.set({ [point.id]: Number(value) });
  };
  const fallBack = (): void => {
    for (const control of profile.controls) {
      if (!writtenMs.has(control.id) || !lapsed(control)) continue;
      writtenMs.delete(control.id);
      const value = control.fallback?.value;
      if (typeof value === 'number') follow(control, value);
    }
  };
  const show = shower(profile, image);
  return {
    kind: 'modbus',
    image,
    unit: config.unit ?? profile.transport.unit,
    handler: {
      read: (table, address, count) => {
        fallBack();
        const registers = image.read(table, address, count);
        return table === 'coil' || table === 'discrete'
          ? Array.from(registers, Boolean)
          : registers;
      },
      write: (table, address, values) => {
        writes += 1;
        image.write(table, address, values);
        const touched = profile.controls.filter((control) =>
          touches(control, table, address, values.length),
        );
        if (touched.length === 0) return;
        const inForce = interpret(image);
        for (const control of touched) {
          writtenMs.set(control.id, clock.monotonicMs());
          follow(control, inForce[control.id]);
        }
      },
    },
    get writes() {
      return writes;
    },
    set: (values) => {
      for (const [id, value] of Object.entries(values)) show(id, value);
    },
    setPoints: () => {
      const inForce = interpret(image);
      return Object.fromEntries(
        profile.controls.map((control) => [
          control.id,
          lapsed(control) ? undefined : inForce[control.id],
        ]),
      );
    },
  };
}
