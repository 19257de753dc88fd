import {
  pointSize,
  type ModbusTwin,
  type Profile,
  type ProfileControl,
  type TwinSurroundings,
} from '@microgrid/devices';
import type { ModbusDeviceConfig } from './config.js';
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

/** The simulated device of a profile: its registers, and set points that lapse as the device's do. */
export function modbusTwin(
  profile: Profile,
  config: ModbusDeviceConfig,
  { clock }: TwinSurroundings,
): ModbusTwin {
  const image = new RegisterImage(profile);
  const interpret = controlInterpreter(profile);
  const writtenMs = new Map<string, number>();
  let writes = 0;
  const lapsed = ({ id, expiryMs }: ProfileControl): boolean =>
    expiryMs !== undefined && clock.monotonicMs() - (writtenMs.get(id) ?? -Infinity) >= expiryMs;
  return {
    kind: 'modbus',
    unit: config.unit ?? profile.transport.unit,
    handler: {
      read: (table, address, count) => {
        const registers = image.read(table, address, count);
        return table === 'coil' || table === 'discrete'
          ? Array.from(registers, Boolean)
          : registers;
      },
      write: (table, address, values) => {
        writes += 1;
        image.write(table, address, values);
        for (const control of profile.controls) {
          if (touches(control, table, address, values.length)) {
            writtenMs.set(control.id, clock.monotonicMs());
          }
        }
      },
    },
    get writes() {
      return writes;
    },
    set: (values) => {
      image.set(values);
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
