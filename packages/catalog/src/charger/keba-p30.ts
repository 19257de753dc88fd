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

/**
 * KEBA KeContact P30 (c- and x-series with Modbus TCP switched on). It answers one value per read
 * and falls back to a current of its own when no write comes within the failsafe timeout.
 */
export const kebaP30: Profile = {
  schema: 'microgrid/profile/1',
  id: 'keba-p30',
  manufacturer: 'KEBA',
  models: ['KeContact P30 c-series', 'KeContact P30 x-series'],
  roles: ['charger'],
  phases: 3,
  transport: kebaTransport,
  identity: {
    match: [kebaProduct(300_000, 399_999, 'a product code of six digits that begins with 3 (P30)')],
    serial: 'serial',
    model: 'product',
    firmware: 'firmware',
  },
  points: kebaPoints(315_122, 30_101_000, 0.1, 1),
  controls: [
    kebaCurrent(
      [
        kebaWrite(5004, { factor: 1000 }, 'nonzero'),
        kebaWrite(5014, 1, 'nonzero'),
        kebaWrite(5014, 0, 'zero'),
      ],
      // Stays at the fallback: full current would be a command, not a release.
      [kebaWrite(5004, 6000), kebaWrite(5014, 1)],
    ),
  ],
  limits: { minCurrentAmperes: 6, maxCurrentAmperes: { point: 'maximumSupportedCurrent' } },
  deny: kebaDeny,
  quirks: [
    'Energy counts 0.1 Wh on the P30; a P40 counts whole Wh before software 1.2.1 and has profiles of its own.',
    'A read of more than one value is refused.',
  ],
  sources: [{ title: 'KEBA KeContact P30, Modbus TCP programmers guide' }, ...kebaSources],
  confidence: 'high',
  believed: [
    ...kebaBelieved,
    'Register 1502 counts whole Wh.',
    'While charging is disabled, register 1100 reads 0.',
  ],
  vectors: [
    {
      note: 'charging on three phases with 10 A offered',
      registers: [
        { table: 'holding', address: 1000, bytes: '00000003' },
        { table: 'holding', address: 1004, bytes: '00000007' },
        { table: 'holding', address: 1008, bytes: '000026AC' },
        { table: 'holding', address: 1010, bytes: '000026DE' },
        { table: 'holding', address: 1012, bytes: '00002706' },
        { table: 'holding', address: 1020, bytes: '0068A7E8' },
        { table: 'holding', address: 1036, bytes: '00BC614F' },
        { table: 'holding', address: 1040, bytes: '000000E6' },
        { table: 'holding', address: 1042, bytes: '000000E7' },
        { table: 'holding', address: 1044, bytes: '000000E5' },
        { table: 'holding', address: 1100, bytes: '00002710' },
        { table: 'holding', address: 1110, bytes: '00003E80' },
        { table: 'holding', address: 1502, bytes: '000004D2' },
        { table: 'holding', address: 1600, bytes: '00001770' },
      ],
      values: {
        charging: 1,
        fault: 0,
        connected: 1,
        currentL1: 9.9,
        currentL2: 9.95,
        currentL3: 9.99,
        power: 6858.728,
        importEnergy: 1_234_567_900,
        voltageL1: 230,
        voltageL2: 231,
        voltageL3: 229,
        chargeCurrentLimit: 10,
        sessionEnergy: 1_234_000,
        fallbackCurrent: 6,
      },
      commands: [
        {
          control: 'chargeCurrent',
          value: 10,
          writes: [
            { table: 'holding', address: 5016, bytes: '1770' },
            { table: 'holding', address: 5018, bytes: '003C' },
            { table: 'holding', address: 5004, bytes: '2710' },
            { table: 'holding', address: 5014, bytes: '0001' },
          ],
        },
        {
          control: 'chargeCurrent',
          value: 0,
          writes: [
            { table: 'holding', address: 5016, bytes: '1770' },
            { table: 'holding', address: 5018, bytes: '003C' },
            { table: 'holding', address: 5014, bytes: '0000' },
          ],
        },
      ],
    },
    {
      note: 'cable in the station, no vehicle',
      registers: [
        { table: 'holding', address: 1000, bytes: '00000001' },
        { table: 'holding', address: 1004, bytes: '00000003' },
      ],
      values: { charging: 0, connected: 0 },
    },
    {
      note: 'an error',
      registers: [{ table: 'holding', address: 1000, bytes: '00000004' }],
      values: { charging: 0, fault: 1 },
    },
  ],
};
