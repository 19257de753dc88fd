import type { Profile } from '@microgrid/devices';
import {
  kebaBelieved,
  kebaCurrent,
  kebaDeny,
  kebaPoints,
  kebaProduct,
  kebaSources,
  kebaTransport,
  kebaWrite,
} from './keba.js';

const product = kebaProduct(
  4_000_000,
  4_999_999,
  'a product code of seven digits that begins with 4 (P40)',
);

const firmware = (minimum: number, maximum: number, meaning: string) =>
  ({
    table: 'holding',
    address: 1018,
    encoding: 'u32',
    minimum,
    maximum,
    meaning,
  }) as const;

const common: Omit<Profile, 'id' | 'models' | 'identity' | 'points' | 'vectors'> = {
  schema: 'microgrid/profile/1',
  manufacturer: 'KEBA',
  roles: ['charger'],
  phases: 3,
  transport: kebaTransport,
  controls: [
    kebaCurrent(
      // 0 mA pauses: the P40 has no register that enables.
      [kebaWrite(5004, { factor: 1000 })],
      // Stays at the fallback: full current would be a command, not a release.
      [kebaWrite(5004, 6000)],
    ),
  ],
  limits: { minCurrentAmperes: 6, maxCurrentAmperes: { point: 'maximumSupportedCurrent' } },
  deny: kebaDeny,
  quirks: [
    'Energy counts whole Wh before software 1.2.1 and 0.1 Wh from it: the software number at register 1018 tells which profile fits.',
    'A read of more than one value is refused.',
  ],
  sources: [{ title: 'KEBA KeContact P40, Modbus TCP programmers guide' }, ...kebaSources],
  confidence: 'high',
  believed: [
    ...kebaBelieved,
    'The failsafe registers of the P30 (5016, 5018, 1600, 1602) are the same on the P40.',
    'Software 1.2.1 shows as the number 10201 in register 1018.',
  ],
};

/** What both kinds of software show alike: charging with 16 A on three phases. */
const charging: Profile['vectors'][number] = {
  note: 'charging with 16 A on three phases',
  registers: [
    { table: 'holding', address: 1000, bytes: '00000003' },
    { table: 'holding', address: 1004, bytes: '00000007' },
    { table: 'holding', address: 1008, bytes: '00003E80' },
    { table: 'holding', address: 1010, bytes: '00003E76' },
    { table: 'holding', address: 1012, bytes: '00003E6C' },
    { table: 'holding', address: 1020, bytes: '00A8A2A0' },
    { table: 'holding', address: 1040, bytes: '000000E6' },
    { table: 'holding', address: 1042, bytes: '000000E7' },
    { table: 'holding', address: 1044, bytes: '000000E5' },
    { table: 'holding', address: 1100, bytes: '00003E80' },
    { table: 'holding', address: 1600, bytes: '00001770' },
  ],
  values: {
    charging: 1,
    fault: 0,
    connected: 1,
    currentL1: 16,
    currentL2: 15.99,
    currentL3: 15.98,
    power: 11_051.68,
    voltageL1: 230,
    voltageL2: 231,
    voltageL3: 229,
    chargeCurrentLimit: 16,
    fallbackCurrent: 6,
  },
};

const named = { serial: 'serial', model: 'product', firmware: 'firmware' };

const pause = (value: number, bytes: string) => ({
  control: 'chargeCurrent',
  value,
  writes: [
    { table: 'holding' as const, address: 5016, bytes: '1770' },
    { table: 'holding' as const, address: 5018, bytes: '003C' },
    { table: 'holding' as const, address: 5004, bytes },
  ],
});

/** KEBA KeContact P40 with software before 1.2.1, which counts energy in whole Wh. */
export const kebaP40: Profile = {
  ...common,
  id: 'keba-p40',
  models: ['KeContact P40 and P40 Pro with software before 1.2.1'],
  identity: {
    match: [product, firmware(0, 10_200, 'software before 1.2.1 (10201)')],
    ...named,
  },
  points: kebaPoints(4_112_301, 10_105, 1, 1),
  vectors: [
    charging,
    {
      note: 'energies are whole Wh',
      registers: [
        { table: 'holding', address: 1036, bytes: '0012D687' },
        { table: 'holding', address: 1502, bytes: '000004D2' },
      ],
      values: {
        importEnergy: 1_234_567_000,
        sessionEnergy: 1_234_000,
      },
      commands: [pause(16, '3E80'), pause(0, '0000')],
    },
  ],
};

/** KEBA KeContact P40 with software 1.2.1 or later, which counts energy in 0.1 Wh. */
export const kebaP40From121: Profile = {
  ...common,
  id: 'keba-p40-from-1-2-1',
  models: ['KeContact P40 and P40 Pro with software 1.2.1 or later'],
  identity: {
    match: [product, firmware(10_201, 99_999_999, 'software 1.2.1 (10201) or later')],
    ...named,
  },
  points: kebaPoints(4_112_301, 10_201, 0.1, 0.1),
  vectors: [
    charging,
    {
      note: 'energies are tenths of a Wh',
      registers: [
        { table: 'holding', address: 1036, bytes: '00BC614F' },
        { table: 'holding', address: 1502, bytes: '00003039' },
      ],
      values: { importEnergy: 1_234_567_900, sessionEnergy: 1_234_500 },
      commands: [pause(6, '1770'), pause(0, '0000')],
    },
  ],
};
