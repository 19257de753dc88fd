import type { Profile } from '@microgrid/devices';
import {
  energyPoints,
  gavazziIdentitySource,
  gavazziQuirks,
  identificationCode,
  threePhaseElectricity,
} from './carlo-gavazzi.js';
import { nothingIsWritten } from './read-only.js';

/**
 * Carlo Gavazzi EM24 with RS485. Its energy registers lie elsewhere than those of the EM24 E1, which
 * has Ethernet: the identification code tells them apart.
 */
export const carloGavazziEm24Rs485: Profile = {
  schema: 'microgrid/profile/1',
  id: 'carlo-gavazzi-em24-rs485',
  manufacturer: 'Carlo Gavazzi',
  models: ['EM24-DIN with RS485 (AV93, AV53: X, PFA, PFB)'],
  roles: ['gridMeter', 'meter'],
  phases: 3,
  transport: {
    kinds: ['rtu', 'rtuOverTcp', 'tcp'],
    unit: 1,
    baudRate: 9600,
    parity: 'none',
    stopBits: 1,
    registersPerRead: 11,
    minimumPollIntervalMs: 600,
  },
  identity: identificationCode([[71, 73]]),
  points: [
    ...threePhaseElectricity,
    ...energyPoints({
      powerFactor: 50,
      frequency: 55,
      importEnergy: 66,
      importEnergyL1: 70,
      exportEnergy: 92,
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
      title: 'volkszaehler/mbmd, meters/rs485/carlogavazzi-em24.go',
      reference: 'fb8f9c2 (2026-06-23)',
    },
    gavazziIdentitySource,
  ],
  confidence: 'high',
  believed: [
    'At most 11 registers in one read.',
    'A new set of values every 600 ms.',
    'Register 66 counts all imported energy. Another implementation reads the total at 62: if somebody resets the partial counter at the front and 66 falls to zero, it is the partial one.',
  ],
  vectors: [
    {
      note: 'importing on L1 and L2, exporting on L3; the low register comes first',
      registers: [
        { table: 'input', address: 0, bytes: '0901 0000 090C 0000 08F6 0000' },
        { table: 'input', address: 12, bytes: '1388 0000 0DAC 0000 FFFF 0000' },
        { table: 'input', address: 18, bytes: '2EE0 0000 1F40 0000 CFC7 FFFF' },
        { table: 'input', address: 40, bytes: '1E67 0000' },
        { table: 'input', address: 50, bytes: '03DE 03D4 FC7C 03CA' },
        { table: 'input', address: 55, bytes: '01F5' },
        { table: 'input', address: 66, bytes: 'E240 0001' },
        { table: 'input', address: 70, bytes: 'A0B8 0000 A0B9 0000 A0CF 0000' },
        { table: 'input', address: 92, bytes: '0309 0000' },
      ],
      values: {
        voltageL1: 230.5,
        voltageL2: 231.6,
        voltageL3: 229.4,
        currentL1: 5,
        currentL2: 3.5,
        currentL3: 65.535,
        powerL1: 1200,
        powerL2: 800,
        powerL3: -1234.5,
        power: 778.3,
        powerFactorL1: 0.99,
        powerFactorL2: 0.98,
        powerFactorL3: -0.9,
        powerFactor: 0.97,
        frequency: 50.1,
        importEnergy: 12_345_600_000,
        importEnergyL1: 4_114_400_000,
        importEnergyL2: 4_114_500_000,
        importEnergyL3: 4_116_700_000,
        exportEnergy: 77_700_000,
      },
    },
  ],
};
