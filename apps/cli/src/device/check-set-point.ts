import type { Profile, Quantity } from '@microgrid/devices';
import type { DeviceControl } from '@microgrid/events';
import { CommandError } from '../command-error.js';

/**
 * Reads the value of a set point and refuses what the device, the profile or the configuration does
 * not allow: nothing is brought to the nearest value in silence.
 * @param look a point's value as the device told it.
 * @throws CommandError `usage`.
 */
export function checkSetPoint(
  control: DeviceControl,
  text: string,
  profile: Profile | undefined,
  look: (point: string) => number | undefined,
): number | boolean {
  const { id, unit } = control;
  if (unit === 'bool') {
    if (/^(?:true|on|1)$/i.test(text)) return true;
    if (/^(?:false|off|0)$/i.test(text)) return false;
    throw wrong(id, text, 'on or off');
  }
  if (control.states !== undefined) return stateOf(control, text);
  const value = text.trim() === '' ? NaN : Number(text);
  if (!Number.isFinite(value)) throw wrong(id, text, `a number in ${unit}`);
  const own = profile?.controls.find((one) => one.id === id);
  const paused = value === 0 && own?.allowZero === true;
  const minimum = greatest(control.minimum, paused ? undefined : resolve(own?.minimum, look));
  const { maximum } = control;
  const above = maximum !== undefined && value > maximum;
  if (above || (minimum !== undefined && !paused && value < minimum)) {
    const zero = own?.allowZero === true ? '0 or ' : '';
    throw wrong(id, text, `${zero}${minimum ?? '-∞'} to ${maximum ?? '∞'} ${unit}`);
  }
  const step = own?.step;
  if (step !== undefined && Math.abs(value / step - Math.round(value / step)) > 1e-6) {
    throw wrong(id, text, `a multiple of ${step} ${unit}`);
  }
  return value;
}

function stateOf({ id, states = [] }: DeviceControl, text: string): number {
  const found = states.find(({ value, name }) => String(value) === text || name === text);
  if (found !== undefined) return found.value;
  throw wrong(id, text, `one of ${states.map(({ value, name }) => `${value} ${name}`).join(', ')}`);
}

function resolve(
  quantity: Quantity | undefined,
  look: (point: string) => number | undefined,
): number | undefined {
  if (quantity === undefined || typeof quantity === 'number') return quantity;
  const told = look(quantity.point);
  return told === undefined ? undefined : told * (quantity.factor ?? 1);
}

const greatest = (...values: (number | undefined)[]): number | undefined => {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : Math.max(...known);
};

const wrong = (id: string, text: string, expected: string): CommandError =>
  new CommandError('usage', `${id}: got ${text}, expected ${expected}; nothing was written`);

const REGISTER = /^(?:(holding|coil):)?(\d{1,5})$/;

/**
 * What to say to somebody who names something that is not a control. Registers are never written as
 * such; the deny list says why not even a driver would.
 */
export function notAControl(
  name: string,
  controls: readonly DeviceControl[],
  profile: Profile | undefined,
): CommandError {
  const known = controls.map(({ id }) => id).join(', ');
  const expected = known === '' ? 'this device has no control' : `expected one of ${known}`;
  const denied = deniedBy(name, profile);
  if (denied !== undefined) {
    return new CommandError(
      'usage',
      `${name}: register ${denied.address} is on the deny list: ${denied.why}; it is never written`,
    );
  }
  const why = REGISTER.test(name) ? 'registers are written only by a control of the profile; ' : '';
  return new CommandError('usage', `control: got ${name}, ${why}${expected}; nothing was written`);
}

/** The entry of the deny list that a register, or the register of a point, falls under. */
function deniedBy(
  name: string,
  profile: Profile | undefined,
): { readonly address: number; readonly why: string } | undefined {
  const [, table, number] = REGISTER.exec(name) ?? [];
  const point = profile?.points.find(({ id }) => id === name);
  const place =
    number !== undefined
      ? { table: table ?? 'holding', address: Number(number) }
      : point !== undefined && 'table' in point
        ? { table: point.table, address: point.address }
        : undefined;
  if (place === undefined) return undefined;
  const { address } = place;
  const entry = profile?.deny?.find(
    (range) =>
      range.table === place.table &&
      range.address <= address &&
      address < range.address + range.count,
  );
  return entry === undefined ? undefined : { address, why: entry.why };
}
