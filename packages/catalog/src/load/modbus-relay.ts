import type { Profile } from '@microgrid/devices';

/**
 * A relay on coil 0, as on common Modbus relay boards: it switches a load. Wire loads so that an
 * open contact is the safe state.
 */
export const modbusRelay: Profile = {
  schema: 'microgrid/profile/1',
  id: 'modbus-relay',
  manufacturer: 'generic',
  models: ['Modbus relay, coil 0'],
  roles: ['load', 'switch'],
  phases: 1,
  transport: { kinds: ['tcp', 'rtu', 'rtuOverTcp'], unit: 1 },
  points: [
    { id: 'switchState', table: 'coil', address: 0, encoding: 'bit', unit: 'bool', rate: 'high' },
  ],
  controls: [
    {
      id: 'switch',
      unit: 'bool',
      steps: [{ table: 'coil', address: 0, fields: [{ encoding: 'bit', value: { factor: 1 } }] }],
      verify: 'registers',
      storage: 'volatile',
      onLoss: 'keeps its last state',
      fallback: { value: 'last' },
      safeValue: 1,
      risk: 'import',
      responseMs: 0,
      // A load that nobody manages is supplied.
      release: [{ table: 'coil', address: 0, fields: [{ encoding: 'bit', value: 1 }] }],
    },
  ],
  quirks: ['A relay wears by switching: control keeps a least on and off time.'],
  sources: [{ title: 'MODBUS Application Protocol Specification V1.1b3, function codes 1 and 5' }],
  confidence: 'medium',
  believed: ['The coil drives the contact directly and is not stored.'],
  vectors: [
    {
      note: 'closed contact; opening it',
      registers: [{ table: 'coil', address: 0, bytes: '01' }],
      values: { switchState: 1 },
      commands: [
        {
          control: 'switch',
          value: false,
          writes: [{ table: 'coil', address: 0, bytes: '00' }],
        },
        { control: 'switch', value: true, writes: [{ table: 'coil', address: 0, bytes: '01' }] },
      ],
    },
  ],
};
