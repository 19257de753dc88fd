import type { Profile } from '@microgrid/devices';
import {
  energyPoints,
  gavazziIdentitySource,
  gavazziQuirks,
  identificationCode,
  threePhaseElectricity,
} from './carlo-gavazzi.js';
import { nothingIsWritten } from './read-only.js';

/** Carlo Gavazzi EM330, EM340, ET330, ET340, EM530 and EM540, three-phase meters with RS485. */
export const carloGavazziEm340: Profile = {
  schema: 'microgrid/profile/1',
  id: 'carlo-gavazzi-em340',
  manufacturer: 'Carlo Gavazzi',
  models: ['EM340', 'EM330', 'ET340', 'ET330', 'EM530', 'EM540'],
  roles: ['gridMeter', 'meter'],
  phases: 3,
  transport: {
    kinds: ['rtu', 'rtuOverTcp', 'tcp'],
    unit: 1,
    baudRate: 9600,
    parity: 'none',
    stopBits: 1,
    registersPerRead: 50,
  },
  identity: identificationCode([
    [330, 345],
    [1744, 1763],
  ]),
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
    'Measurement mode B of the meter shows export as negative power; mode A hides it. It is set at the front.',
  ],
  sources: [
    {
      title: 'volkszaehler/mbmd, meters/rs485/carlogavazzi-ex3x0.go',
      reference: 'fb8f9c2 (2026-06-23)',
    },
    gavazziIdentitySource,
  ],
  confidence: 'high',
  believed: [
    'At most 50 registers in one read.',
    'The identification codes 330 to 345 and 1744 to 1763 are those of the models named here.',
  ],
  vectors: [
    {
      note: 'exporting on all phases; the low register comes first',
      registers: [
        { table: 'input', address: 0, bytes: '08FC 0000 0906 0000 0910 0000' },
        { table: 'input', address: 12, bytes: '07D0 0000 0BB8 0000 0FA0 0000' },
        { table: 'input', address: 18, bytes: 'EE6C FFFF E4A8 FFFF DAE4 FFFF' },
        { table: 'input', address: 40, bytes: 'ADF8 FFFF' },
        { table: 'input', address: 46, bytes: 'FC18 FC18 FC18 FC18' },
        { table: 'input', address: 51, bytes: '01F4' },
        { table: 'input', address: 52, bytes: '0000 0001' },
        { table: 'input', address: 64, bytes: '0001 0000 0002 0000 0003 0000' },
        { table: 'input', address: 78, bytes: '86A0 0001' },
      ],
      values: {
        voltageL1: 230,
        voltageL2: 231,
        voltageL3: 232,
        currentL1: 2,
        currentL2: 3,
        currentL3: 4,
        powerL1: -450,
        powerL2: -700,
        powerL3: -950,
        power: -2100,
        powerFactorL1: -1,
        powerFactorL2: -1,
        powerFactorL3: -1,
        powerFactor: -1,
        frequency: 50,
        importEnergy: 6_553_600_000,
        importEnergyL1: 100_000,
        importEnergyL2: 200_000,
        importEnergyL3: 300_000,
        exportEnergy: 10_000_000_000,
      },
    },
  ],
};
