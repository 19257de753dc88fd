import type { Profile } from '@microgrid/devices';

/**
 * A heat pump with SG-Ready inputs behind two relays of a Modbus relay board (coils 0 and 1). Both
 * contacts change in one write, so no third state is passed on the way.
 */
export const sgReadyRelay: Profile = {
  schema: 'microgrid/profile/1',
  id: 'sg-ready-relay',
  manufacturer: 'generic',
  models: ['SG-Ready heat pump on a Modbus relay board, coils 0 and 1'],
  roles: ['load'],
  phases: 1,
  transport: { kinds: ['tcp', 'rtu', 'rtuOverTcp'], unit: 1 },
  points: [
    { id: 'contact1', table: 'coil', address: 0, encoding: 'bit', unit: 'bool', rate: 'high' },
    { id: 'contact2', table: 'coil', address: 1, encoding: 'bit', unit: 'bool', rate: 'high' },
  ],
  controls: [
    {
      id: 'sgReady',
      unit: 'state',
      states: [
        { value: 1, name: 'blocked (1:0)' },
        { value: 2, name: 'normal (0:0)' },
        { value: 3, name: 'recommended on (0:1)' },
        { value: 4, name: 'forced on (1:1)' },
      ],
      steps: [
        {
          table: 'coil',
          address: 0,
          multiple: true,
          fields: [
            {
              encoding: 'bit',
              value: {
                map: [
                  [1, 1],
                  [2, 0],
                  [3, 0],
                  [4, 1],
                ],
              },
            },
            {
              encoding: 'bit',
              value: {
                map: [
                  [1, 0],
                  [2, 0],
                  [3, 1],
                  [4, 1],
                ],
              },
            },
          ],
        },
      ],
      verify: 'registers',
      storage: 'volatile',
      onLoss: 'the board keeps its contacts',
      fallback: { value: 'last' },
      safeValue: 2,
      risk: 'import',
      responseMs: 0,
      minimumDwellMs: 600_000,
      writesPerDay: 48,
      release: [
        {
          table: 'coil',
          address: 0,
          multiple: true,
          fields: [
            { encoding: 'bit', value: 0 },
            { encoding: 'bit', value: 0 },
          ],
        },
      ],
      believed: [
        'A state is held for at least 10 minutes.',
        'A block lasts at most 2 hours and comes at most 3 times a day; the heat pump ends it by itself.',
      ],
    },
  ],
  quirks: [
    'Wire the contacts normally open: a board without power is the normal state 0:0.',
    'A board that loses its master keeps its contacts: choose one with a timeout of its own, set to open.',
    'What the heat pump makes of states 3 and 4 (set point, immersion heater) is set in the heat pump.',
  ],
  sources: [
    { title: 'Bundesverband Wärmepumpe, SG Ready label: four states of two contacts' },
    {
      title: 'evcc-io/evcc, charger/sgready.go and sgready-relay.go',
      reference: 'b29b49e30 (2026-08-08)',
    },
  ],
  confidence: 'medium',
  believed: ['The coils drive the contacts directly and are not stored.'],
  vectors: [
    {
      note: 'forced on; every state as one write of two coils, the first contact in the low bit',
      registers: [{ table: 'coil', address: 0, bytes: '0101' }],
      values: { contact1: 1, contact2: 1 },
      commands: [
        { control: 'sgReady', value: 1, writes: [{ table: 'coil', address: 0, bytes: '0100' }] },
        { control: 'sgReady', value: 2, writes: [{ table: 'coil', address: 0, bytes: '0000' }] },
        { control: 'sgReady', value: 3, writes: [{ table: 'coil', address: 0, bytes: '0001' }] },
        { control: 'sgReady', value: 4, writes: [{ table: 'coil', address: 0, bytes: '0101' }] },
      ],
    },
    {
      note: 'blocked',
      registers: [{ table: 'coil', address: 0, bytes: '0100' }],
      values: { contact1: 1, contact2: 0 },
    },
  ],
};
