import type { Profile } from '@microgrid/devices';

/** Nothing of a meter is ever written: its holding registers are all configuration. */
export const nothingIsWritten: NonNullable<Profile['deny']> = [
  {
    table: 'holding',
    address: 0,
    count: 65_536,
    why: 'address, baud rate, transformer ratios, pulse outputs and resets of the meter',
  },
];
