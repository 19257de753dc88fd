import type { Profile } from '@microgrid/devices';
import { eastronSdm630 } from './eastron-sdm630.js';
import { kebaP30 } from './keba-p30.js';
import { modbusRelay } from './modbus-relay.js';
import { sunspecBattery } from './sunspec-battery.js';
import { sunspecHybrid } from './sunspec-hybrid.js';
import { sunspecPv } from './sunspec-pv.js';

/** Every profile of the catalogue, in the order of their ids. */
export const catalog: readonly Profile[] = [
  eastronSdm630,
  kebaP30,
  modbusRelay,
  sunspecBattery,
  sunspecHybrid,
  sunspecPv,
];

/** The profile of an id, or undefined. */
export function findProfile(id: string): Profile | undefined {
  return catalog.find((profile) => profile.id === id);
}
