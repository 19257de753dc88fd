import type { Profile } from '@microgrid/devices';
import {
  energyPoints,
  gavazziIdentitySource,
  gavazziQuirks,
  identificationCode,
  threePhaseElectricity,
} from './carlo-gavazzi.js';
import { nothingIsWritten } from './read-only.js';

/** Carlo Gavazzi EM24 E1 with Ethernet: energies as on the EM340, not as on the EM24 with RS485. */
export const carloGavazziEm24E1: Profile = {
  schema: 'microgrid/profile/1',
  id: 'carlo-gavazzi-em24-e1',
  manufacturer: 'Carlo Gavazzi',
  models: ['EM24-DIN E1 with Ethernet (AV23, AV53: X, PFA, PFB)'],
  roles: ['gridMeter', 'meter'],
  phases: 3,
  transport: { kinds: ['tcp'], unit: 1, port: 502, registersPerRead: 50, requestTimeoutMs: 1000 },
  identity: identificationCode([[1648, 1653]]),
  points: [
    ...threePhaseElectricity,
    ...energyPoints({
      powerFactor: 46,
      frequency: 51,
      importEnergy: 52,
      importEnergyL1: 64,
      exportEnergy: 78,
    }),
  ],
  controls: [],
  deny: nothingIsWritten,
  quirks: [
    ...gavazziQuirks,
    'Export is only measured in application H of the meter: set at its front, never over the bus.',
  ],
  sources: [
    {
      title: 'volkszaehler/mbmd, meters/rs485/carlogavazzi-em24_e1.go',
      reference: 'fb8f9c2 (2026-06-23)',
    },
    gavazziIdentitySource,
  ],
  confidence: 'high',
  believed: ['At most 50 registers in one read.'],
  vectors: [
    {
      note: 'energies lie at 52, 64 to 69 and 78; the low register comes first',
      registers: [
        { table: 'input', address: 0, bytes: '0901 0000 090C 0000 08F6 0000' },
        { table: 'input', address: 12, bytes: '1388 0000 0DAC 0000 1964 0000' },
        { table: 'input', address: 18, bytes: '2EE0 0000 1F40 0000 CFC7 FFFF' },
        { table: 'input', address: 40, bytes: '1E67 0000' },
        { table: 'input', address: 46, bytes: '03DE 03D4 FC7C 03CA' },
        { table: 'input', address: 51, bytes: '01F3' },
        { table: 'input', address: 52, bytes: 'E240 0001' },
        { table: 'input', address: 64, bytes: 'A0B8 0000 A0B9 0000 A0CF 0000' },
        { table: 'input', address: 78, bytes: '0309 0000' },
      ],
      values: {
        voltageL1: 230.5,
        voltageL2: 231.6,
        voltageL3: 229.4,
        currentL1: 5,
        currentL2: 3.5,
        currentL3: 6.5,
        powerL1: 1200,
        powerL2: 800,
        powerL3: -1234.5,
        power: 778.3,
        powerFactorL1: 0.99,
        powerFactorL2: 0.98,
        powerFactorL3: -0.9,
        powerFactor: 0.97,
        frequency: 49.9,
        importEnergy: 12_345_600_000,
        importEnergyL1: 4_114_400_000,
        importEnergyL2: 4_114_500_000,
        importEnergyL3: 4_116_700_000,
        exportEnergy: 77_700_000,
      },
    },
    {
      note: 'the energy registers of the EM24 with RS485 mean nothing here',
      registers: [
        { table: 'input', address: 52, bytes: '0001 0000' },
        { table: 'input', address: 64, bytes: '0002 0000' },
        { table: 'input', address: 70, bytes: 'A0B8 0000' },
        { table: 'input', address: 78, bytes: '0003 0000' },
        { table: 'input', address: 92, bytes: '0309 0000' },
      ],
      values: { importEnergy: 100_000, importEnergyL1: 200_000, exportEnergy: 300_000 },
    },
  ],
};
