import type { Profile } from '@microgrid/devices';
import { METER_PHASE_WATTS, METER_VOLTS } from './bounds.js';
import {
  gavazzi32,
  gavazziIdentitySource,
  gavazziQuirks,
  identificationCode,
} from './carlo-gavazzi.js';
import { nothingIsWritten } from './read-only.js';

const counter = { scale: 0.1, minimum: 0 } as const;

/** Carlo Gavazzi EM110, EM111, EM112 and ET112, single-phase meters with RS485. */
export const carloGavazziEm111: Profile = {
  schema: 'microgrid/profile/1',
  id: 'carlo-gavazzi-em111',
  manufacturer: 'Carlo Gavazzi',
  models: ['EM111', 'EM110', 'EM112', 'ET112'],
  roles: ['meter', 'gridMeter'],
  phases: 1,
  transport: {
    kinds: ['rtu', 'rtuOverTcp', 'tcp'],
    unit: 1,
    baudRate: 9600,
    parity: 'none',
    stopBits: 1,
    registersPerRead: 11,
    minimumPollIntervalMs: 750,
  },
  identity: identificationCode([[100, 121]]),
  points: [
    gavazzi32('voltageL1', 0, 'V', {
      scale: 0.1,
      ...METER_VOLTS,
      confidence: 'believed',
      believed: ['Register 0 is the voltage, in 0.1 V.'],
    }),
    gavazzi32('currentL1', 2, 'A', {
      scale: 0.001,
      absolute: true,
      maximum: 125,
      confidence: 'believed',
      believed: ['Register 2 is the current, in mA.'],
    }),
    gavazzi32('power', 4, 'W', { scale: 0.1, ...METER_PHASE_WATTS }),
    gavazzi32('importEnergy', 16, 'kWh', counter),
    gavazzi32('exportEnergy', 32, 'kWh', counter),
  ],
  controls: [],
  deny: nothingIsWritten,
  quirks: gavazziQuirks,
  sources: [
    {
      title: 'evcc-io/evcc, templates/definition/meter/cg-emt1xx.yaml',
      reference: 'b29b49e30 (2026-08-08)',
    },
    gavazziIdentitySource,
  ],
  confidence: 'high',
  believed: [
    'At most 11 registers in one read.',
    'The identification codes 100 to 121 are those of the models named here.',
  ],
  vectors: [
    {
      note: 'exporting 1,234.5 W; the low register comes first',
      registers: [
        { table: 'input', address: 0, bytes: '0901 0000 14EB 0000 CFC7 FFFF' },
        { table: 'input', address: 16, bytes: 'E240 0001' },
        { table: 'input', address: 32, bytes: '0309 0000' },
      ],
      values: {
        voltageL1: 230.5,
        currentL1: 5.355,
        power: -1234.5,
        importEnergy: 12_345_600_000,
        exportEnergy: 77_700_000,
      },
    },
  ],
};
