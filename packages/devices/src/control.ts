/** What the house knows of one named control. */
export interface ControlDefinition {
  /** `state`: one of a few numbered states, listed in the profile. */
  readonly unit: 'W' | 'A' | 'bool' | 'state';
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
  chargeLimit: { unit: 'W', meaning: 'Most power the battery may take' },
  dischargeLimit: { unit: 'W', meaning: 'Most power the battery may give' },
  gridPower: {
    unit: 'W',
    meaning: 'Power at the grid connection that the device regulates to; positive is import',
  },
  batteryMode: {
    unit: 'state',
    meaning: 'Who decides about the battery: 0 the device itself, 1 no discharging, 2 charging',
  },
  sgReady: {
    unit: 'state',
    meaning: 'SG-Ready state of a heat pump: 1 blocked, 2 normal, 3 recommended on, 4 forced on',
  },
  switch: { unit: 'bool', meaning: 'Closes (true) or opens (false) the switch' },
} as const satisfies Record<string, ControlDefinition>;

/** Name of a control. */
export type ControlName = keyof typeof CONTROLS;

/** Whether a text names a control of the vocabulary. */
export function isControlName(name: string): name is ControlName {
  return Object.hasOwn(CONTROLS, name);
}
