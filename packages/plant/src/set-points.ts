import type { ControlName, DeviceModel, SetPoints } from './device-model.js';
import { PlantError } from './plant-error.js';

/**
 * Set points by device and control. They stay in force until replaced; `null` hands the control back
 * to the device, a control left out does not change.
 */
export type Inputs = Readonly<
  Record<string, Readonly<Partial<Record<ControlName, number | boolean | null>>>>
>;

function accept(device: DeviceModel, control: string, value: number | boolean | null): void {
  const path = `${device.id}.${control}`;
  const refuse = (found: unknown, expected: string): never => {
    throw new PlantError('bad-set-point', `${path}: got ${String(found)}, expected ${expected}`);
  };
  if (!device.controls.some((name) => name === control)) {
    const names = device.controls.length === 0 ? 'no control' : device.controls.join(' or ');
    refuse(control, names);
  }
  if (value === null) return;
  if (control === 'switch' ? typeof value !== 'boolean' : !Number.isFinite(value)) {
    refuse(value, control === 'switch' ? 'true, false or null' : 'a finite number or null');
  }
}

/**
 * Set points of one device after new ones. Values beyond its nameplate are taken and clamped by the
 * device, as a real one does.
 * @throws PlantError `bad-set-point` for a control the device lacks or a value that is no number.
 */
export function withInputs(
  device: DeviceModel,
  before: SetPoints,
  inputs: Inputs[string] | undefined,
): SetPoints {
  if (inputs === undefined) return before;
  const after: Record<string, number | boolean> = { ...before };
  for (const [control, value] of Object.entries(inputs)) {
    accept(device, control, value);
    if (value === null) Reflect.deleteProperty(after, control);
    else after[control] = value;
  }
  return after;
}
