/** What the house knows of one named control. */
export interface ControlDefinition {
  readonly unit: 'W' | 'A' | 'bool';
  /** Meaning and sign, for people. */
  readonly meaning: string;
}

/** Every control a driver may offer. */
export const CONTROLS = {
  batteryPower: {
    unit: 'W',
    meaning: 'Power of the battery at the terminal the description states; positive charges',
  },
  chargeCurrent: { unit: 'A', meaning: 'Current per phase offered to the vehicle; 0 pauses' },
  exportLimit: { unit: 'W', meaning: 'Most power the device may feed out of its AC port' },
  switch: { unit: 'bool', meaning: 'Closes (true) or opens (false) the switch' },
} as const satisfies Record<string, ControlDefinition>;

/** Name of a control. */
export type ControlName = keyof typeof CONTROLS;

/** Whether a text names a control of the vocabulary. */
export function isControlName(name: string): name is ControlName {
  return Object.hasOwn(CONTROLS, name);
}
