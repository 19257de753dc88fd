import type { Profile } from '@microgrid/devices';
import { MAP } from './map.js';

/** What the variants of a SunSpec inverter at fixed offsets have in common. */
export const sunspecBase: Pick<
  Profile,
  'schema' | 'manufacturer' | 'phases' | 'transport' | 'deny' | 'sources' | 'confidence'
> = {
  schema: 'microgrid/profile/1',
  manufacturer: 'SunSpec',
  phases: 3,
  transport: { kinds: ['tcp', 'rtu', 'rtuOverTcp'], unit: 1, port: 502, registersPerRead: 125 },
  deny: [
    {
      table: 'holding',
      address: MAP.settings,
      count: 32,
      why: 'basic settings of the inverter (model 121), part of its grid code',
    },
    { table: 'holding', address: MAP.controls + 4, count: 1, why: 'disconnects the inverter' },
  ],
  sources: [
    { title: 'SunSpec Device Information Model Reference, models 1, 103, 120-124, 160' },
    { title: 'evcc-io/evcc, fronius-gen24 template and issue 33037', reference: 'b29b49e30' },
    { title: 'sunspec/models, json', reference: '7abdf89' },
  ],
  confidence: 'high',
};

/** Points that hold the names of the common model. */
export const sunspecNames = {
  manufacturer: 'manufacturer',
  model: 'model',
  serial: 'serial',
  firmware: 'firmware',
};

/** Doubts that every variant shares. */
export const sunspecBelieved = [
  'A repeated write of a limit or a rate restarts its reversion timer.',
  'Model 124 reverts after InOutWRte_RvrtTms: seen to work, but not documented by every vendor.',
];

/** What to know about every variant. */
export const sunspecQuirks = [
  'Fixed offsets: a device whose models lie elsewhere is refused by its headers.',
  'The factory setting of InOutWRte_RvrtTms is 0: without writing it a set point outlives a crash.',
  'Turning a limit off hands control back; 100 % would be a command.',
];
