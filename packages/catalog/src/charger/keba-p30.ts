import type { Profile, RegisterPoint } from '@microgrid/devices';

/** Every value is a 32-bit unsigned holding register pair, read alone. */
const value = (
  id: string,
  address: number,
  unit: RegisterPoint['unit'],
  more: Partial<RegisterPoint> = {},
): RegisterPoint => ({
  id,
  table: 'holding',
  address,
  encoding: 'u32',
  unit,
  rate: 'low',
  ...more,
});

const amperes = { scale: 0.001, rate: 'high', minimum: 0, maximum: 80 } as const;
const volts = { minimum: 0, maximum: 300 } as const;

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
  transport: {
    kinds: ['tcp'],
    unit: 255,
    port: 502,
    registersPerRead: 2,
    oneValuePerRead: true,
    minimumPollIntervalMs: 500,
  },
  identity: { match: [], serial: 'serial', model: 'product', firmware: 'firmware' },
  points: [
    value('charging', 1000, 'bool', { oneOf: [3], rate: 'high' }),
    // 5 = plugged in, 7 = plugged in and locked at the vehicle; 1 and 3 = cable at the station only.
    value('connected', 1004, 'bool', { bitMask: 4, rate: 'high' }),
    value('currentL1', 1008, 'A', amperes),
    value('currentL2', 1010, 'A', amperes),
    value('currentL3', 1012, 'A', amperes),
    value('serial', 1014, 'count', { internal: true, rate: 'once', twin: 30_412_345 }),
    value('product', 1016, 'count', { internal: true, rate: 'once', twin: 3_150_122 }),
    value('firmware', 1018, 'count', { internal: true, rate: 'once', twin: 30_101_000 }),
    value('power', 1020, 'W', {
      scale: 0.001,
      sign: 1,
      rate: 'high',
      minimum: 0,
      maximum: 50_000,
    }),
    value('importEnergy', 1036, 'Wh', { scale: 0.1 }),
    value('voltageL1', 1040, 'V', volts),
    value('voltageL2', 1042, 'V', volts),
    value('voltageL3', 1044, 'V', volts),
    value('chargeCurrentLimit', 1100, 'A', { scale: 0.001, minimum: 0, maximum: 80 }),
    value('maximumSupportedCurrent', 1110, 'A', {
      internal: true,
      scale: 0.001,
      rate: 'once',
      twin: 16,
    }),
    value('sessionEnergy', 1502, 'Wh'),
    value('failsafeCurrent', 1600, 'A', { internal: true, scale: 0.001, twin: 0 }),
    value('failsafeTimeout', 1602, 's', { internal: true, twin: 0 }),
  ],
  controls: [
    {
      id: 'chargeCurrent',
      unit: 'A',
      minimum: 6,
      maximum: { point: 'maximumSupportedCurrent' },
      allowZero: true,
      steps: [
        // Fallback first: 6 A, after 60 s without a write.
        { table: 'holding', address: 5016, fields: [{ encoding: 'u16', value: 6000 }] },
        { table: 'holding', address: 5018, fields: [{ encoding: 'u16', value: 60 }] },
        {
          table: 'holding',
          address: 5004,
          fields: [{ encoding: 'u16', value: { factor: 1000 } }],
          when: 'nonzero',
        },
        {
          table: 'holding',
          address: 5014,
          fields: [{ encoding: 'u16', value: 1 }],
          when: 'nonzero',
        },
        { table: 'holding', address: 5014, fields: [{ encoding: 'u16', value: 0 }], when: 'zero' },
      ],
      verify: { point: 'chargeCurrentLimit', tolerance: 0.1 },
      storage: 'volatile',
      expiryMs: 60_000,
      onLoss: 'charges at 6 A after 60 s',
      fallback: { value: 6 },
      safeValue: 6,
      risk: 'import',
      responseMs: 2000,
      // Stays at the fallback: full current would be a command, not a release.
      release: [
        { table: 'holding', address: 5004, fields: [{ encoding: 'u16', value: 6000 }] },
        { table: 'holding', address: 5014, fields: [{ encoding: 'u16', value: 1 }] },
      ],
    },
  ],
  limits: { minCurrentAmperes: 6, maxCurrentAmperes: { point: 'maximumSupportedCurrent' } },
  deny: [
    { table: 'holding', address: 5020, count: 1, why: 'stores the failsafe settings for ever' },
  ],
  quirks: [
    'Energy counts 0.1 Wh on the P30 and whole Wh on the P40: the P40 needs a profile of its own.',
    'A read of more than one value is refused.',
  ],
  sources: [
    { title: 'KEBA KeContact P30, Modbus TCP programmers guide' },
    { title: 'evcc-io/evcc, charger/keba-modbus.go', reference: 'b29b49e30 (2026-08-08)' },
    { title: 'OpenEMS/openems, evse.chargepoint.keba', reference: '0e4ea8881f (2026-04-04)' },
  ],
  confidence: 'high',
  believed: [
    'At least 0.5 s between polls.',
    'Registers 5004 and 5014 are volatile.',
    'Registers 5016 (failsafe current), 1100 (offered current) and 1110 (hardware maximum).',
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
        { table: 'holding', address: 1100, bytes: '00002710' },
        { table: 'holding', address: 1110, bytes: '00003E80' },
        { table: 'holding', address: 1502, bytes: '000004D2' },
      ],
      values: {
        charging: 1,
        connected: 1,
        currentL1: 9.9,
        currentL2: 9.95,
        currentL3: 9.99,
        power: 6858.728,
        importEnergy: 1_234_567_900,
        voltageL1: 230,
        chargeCurrentLimit: 10,
        sessionEnergy: 1_234_000,
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
      values: { charging: 0, connected: 0, power: 0 },
    },
  ],
};
