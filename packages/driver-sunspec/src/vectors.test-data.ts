import type { ProfileVector } from '@microgrid/devices';

/**
 * A PV inverter of 8 kW, models 1, 103, 120, 121 and 123 at 40000, byte by byte as the standard's
 * tables lay them out; written out by hand, not by this package.
 */
const INVERTER = [
  '53756e53000100424d616b6572000000000000000000000000000000000000000000000000000000',
  '4d6f64656c2038000000000000000000000000000000000000000000000000000000000000000000',
  '0000000000000000312e340000000000000000000000000030303432000000000000000000000000',
  '00000000000000000000000000000000000180000067003204d20190019a01a8fffeffffffffffff',
  '08fd08fe08ffffff030900011386fffe1e780000ffdd0000fc1afffd0001e2400000fffffffeffff',
  'ffff1f400000019f800080008000ffff0004ffff0000000000000000000000000000000000000000',
  '000000000078001a00042008000020080000000000000000000000000091ffff0000000000000000',
  'fffeffff8000ffff8000ffff8000ffff800080000079001e1f4000e60000ffffffffffffffffffff',
  'ffffffffffffffffffffffffffffffffffffffffffffffff00000000000080008000800080008000',
  '80008000007b0018ffffffff00012710ffff0000ffff00000064ffffffffffff0000800080008000',
  'ffffffffffffffff0000fffefffefffeffff0000',
].join('');

/** Registers and what they must be read as; commands and the bytes they must become. */
export const VECTORS: readonly ProfileVector[] = [
  {
    note: 'a PV inverter producing 7.77 kW',
    registers: [{ table: 'holding', address: 40_000, bytes: INVERTER }],
    values: {
      power: -7770,
      apparentPower: 7800,
      reactivePower: 35,
      powerFactor: -0.998,
      voltageL1: 230.1,
      voltageL2: 230.2,
      voltageL3: 230.3,
      currentL1: 4,
      currentL2: 4.1,
      currentL3: 4.24,
      frequency: 49.98,
      exportEnergy: 123_456_000,
      pvPower: -8000,
      temperature: 41.5,
      operating: 1,
      fault: 0,
    },
    commands: [
      {
        control: 'exportLimit',
        value: 3000,
        writes: [
          { table: 'holding', address: 40189, bytes: '003C' },
          { table: 'holding', address: 40187, bytes: '0EA6' },
          { table: 'holding', address: 40191, bytes: '0001' },
        ],
      },
    ],
  },
];
