import type { Device, DeviceCommand } from '@microgrid/devices';
import type { DeviceDescriptionV1 } from '@microgrid/events';
import { formatInstant } from '@microgrid/units';
import { DEVICE, GATEWAY, type KitWorld } from './kit-case.js';

type Control = DeviceDescriptionV1['controls'][number];

let sequence = 0;

/** A command with the next sequence, valid for ten minutes. */
export function commandTo(
  world: KitWorld,
  control: string,
  value: number | boolean,
  changes: Partial<DeviceCommand> = {},
): DeviceCommand {
  sequence += 1;
  return {
    kind: 'command',
    version: 1,
    id: `kit-${sequence}`,
    sequence,
    audience: GATEWAY,
    issuedAt: formatInstant(world.clock.nowMs()),
    validForMs: 600_000,
    device: DEVICE,
    control,
    value,
    reason: 'conformance kit',
    ...changes,
  };
}

const steppedDown = (value: number, step: number): number => Math.floor(value / step + 1e-9) * step;

/** Two different set points within a control's limits, neither of them its safe value. */
export function twoSetPoints(
  device: Device,
  control: Control,
): readonly [number | boolean, number | boolean] {
  if (control.unit === 'bool') {
    const safe = device.safety()[control.id as 'switch']?.safeValue === true;
    return [!safe, safe];
  }
  if (control.states !== undefined) return twoStates(device, control);
  const { minimum = 0, maximum = minimum + 1000, step = 1 } = control;
  const at = (share: number): number =>
    steppedDown(minimum + share * (maximum - minimum), step) + 0;
  const safe = device.safety()[control.id as 'batteryPower']?.safeValue;
  const found = [0.8, 0.9, 0.7, 0.6, 1, 0.25].map(at).filter((value) => value !== safe);
  return [found[0] ?? maximum, found.find((value) => value !== found[0]) ?? maximum];
}

function twoStates(device: Device, { id, states = [] }: Control): readonly [number, number] {
  const safe = device.safety()[id as 'batteryMode']?.safeValue;
  const others = states.map(({ value }) => value).filter((value) => value !== safe);
  const all = states.map(({ value }) => value);
  const first = others[0] ?? all[0] ?? 0;
  return [first, others[1] ?? all.find((value) => value !== first) ?? first];
}

/** Whether a set point in force is the one asked for. */
export function inForce(
  found: number | boolean | undefined,
  wanted: number | boolean,
  control: Control,
): boolean {
  if (typeof wanted === 'boolean' || typeof found !== 'number') return found === wanted;
  const { minimum = 0, maximum = 0, step = 0 } = control;
  return Math.abs(found - wanted) <= Math.max(step, 0.005 * (maximum - minimum), 1e-6);
}
