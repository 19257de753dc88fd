import type { Profile, ProfileControl, RegisterPoint } from '@microgrid/devices';
import { registers, type PointDetails } from '../registers.js';

/** Deye and Sunsynk: holding registers; 32-bit values with the less significant register first. */
export const u16 = registers({ table: 'holding', encoding: 'u16' });
export const s16 = registers({ table: 'holding', encoding: 's16' });
export const u32 = registers({ table: 'holding', encoding: 'u32', wordOrder: 'little' });

/** Lifetime energies count 0.1 kWh. */
export const deyeCounter = { scale: 0.1, minimum: 0, rate: 'low' } as const;

/** Temperatures are counted in 0.1 °C from -100 °C. */
export const deyeCelsius: PointDetails = {
  scale: 0.1,
  offset: -100,
  rate: 'low',
  minimum: -40,
  maximum: 150,
};

/** How these inverters are talked to. */
export const deyeTransport: Profile['transport'] = {
  kinds: ['rtu', 'rtuOverTcp', 'tcp'],
  unit: 1,
  baudRate: 9600,
  parity: 'none',
  stopBits: 1,
  registersPerRead: 60,
  requestDelayMs: 50,
};

/** The device type at register 0; some firmware puts it into the high byte. */
export function deyeType(types: readonly number[], meaning: string): Profile['identity'] {
  return {
    match: [
      {
        table: 'holding',
        address: 0,
        anyOf: types.flatMap((type) => [[type], [type * 256]]),
        meaning,
      },
    ],
  };
}

/** Power of a string: unsigned in the house's sense, negative while it produces. */
export function deyeString(id: string, address: number, scale: number): RegisterPoint {
  return s16(id, address, 'W', { internal: true, scale, minimum: -1000, maximum: 60_000 });
}

/** The limit of what is sold: a setting in memory. */
export function deyeExportLimit(address: number, factor: number): ProfileControl {
  return {
    id: 'exportLimit',
    unit: 'W',
    terminal: 'ac',
    minimum: 0,
    maximum: { point: 'ratedPower' },
    steps: [
      {
        table: 'holding',
        address,
        multiple: true,
        fields: [{ encoding: 'u16', value: { factor } }],
      },
    ],
    verify: 'registers',
    storage: 'stored',
    onLoss: 'keeps the limit',
    fallback: { value: 'last' },
    safeValue: 0,
    risk: 'export',
    responseMs: 10_000,
    minimumDwellMs: 300_000,
    writesPerDay: 24,
    release: [
      {
        table: 'holding',
        address,
        multiple: true,
        fields: [{ encoding: 'u16', value: { point: 'ratedPower', factor } }],
      },
    ],
    believed: ['Settings are persistent parameters.'],
  };
}

/** Discharging is stopped by its greatest current; the battery's own limit lets it again. */
export function deyeBatteryMode(address: number): ProfileControl {
  const free = {
    table: 'holding' as const,
    address,
    multiple: true,
    fields: [{ encoding: 'u16' as const, value: { point: 'batteryDischargeLimitCurrent' } }],
  };
  return {
    id: 'batteryMode',
    unit: 'state',
    states: [
      { value: 0, name: 'own operation' },
      { value: 1, name: 'no discharging' },
    ],
    steps: [
      { ...free, when: 'zero', purpose: 'setPoint' },
      {
        table: 'holding',
        address,
        multiple: true,
        fields: [{ encoding: 'u16', value: 0 }],
        when: 'nonzero',
        purpose: 'setPoint',
      },
    ],
    verify: 'registers',
    storage: 'stored',
    onLoss: 'keeps the greatest discharging current',
    fallback: { value: 'last' },
    safeValue: 0,
    risk: 'both',
    responseMs: 10_000,
    minimumDwellMs: 900_000,
    writesPerDay: 24,
    release: [free],
    believed: [
      'The greatest discharging current that the user wants is the one that the battery allows.',
      'Settings are persistent parameters.',
    ],
  };
}

/** What every one of these inverters has in common. */
export const deyeQuirks = [
  '32-bit values come with the less significant register first.',
  'Settings are persistent: they are written on change only, at most 24 times a day.',
  'The battery counts discharging as positive: it is turned.',
];

/** Where the facts come from. */
export const deyeSources = (definition: string): Profile['sources'] => [
  {
    title: `kellerza/sunsynk, src/sunsynk/definitions/${definition}`,
    reference: '58193d5d (2026-08-22)',
  },
  {
    title: 'evcc-io/evcc, templates/definition/meter/deye-hybrid-3p.yaml',
    reference: 'b29b49e30 (2026-08-08)',
  },
];
