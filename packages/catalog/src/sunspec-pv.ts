import type { Profile } from '@microgrid/devices';
import { exportLimit } from './sunspec/controls.js';
import { MAP } from './sunspec/map.js';
import {
  commonHeaders,
  commonPoints,
  endOfModels,
  inverterPoints,
  limitPoints,
  ratingPoints,
} from './sunspec/points.js';
import { sunspecBase, sunspecBelieved, sunspecNames, sunspecQuirks } from './sunspec/profile.js';

/** A SunSpec PV inverter without storage: models 1, 101-103 and 120-123 at fixed offsets. */
export const sunspecPv: Profile = {
  ...sunspecBase,
  id: 'sunspec-pv',
  models: ['PV inverter, models 1, 101-103, 120-123'],
  roles: ['pvInverter'],
  identity: { match: commonHeaders, ...sunspecNames },
  blocks: [
    { table: 'holding', address: MAP.inverter, count: 52, rate: 'high' },
    { table: 'holding', address: MAP.nameplate, count: 60, rate: 'once' },
    { table: 'holding', address: MAP.controls, count: 26, rate: 'low' },
  ],
  space: [{ table: 'holding', address: MAP.marker, count: MAP.mppt + 2 - MAP.marker }],
  points: [
    ...commonPoints,
    ...inverterPoints('pvPower'),
    ...ratingPoints,
    ...limitPoints,
    endOfModels(MAP.mppt),
  ],
  controls: [exportLimit],
  limits: { maxExportWatts: { point: 'ratedPower' } },
  believed: sunspecBelieved,
  quirks: sunspecQuirks,
  vectors: [
    {
      note: 'producing; reactive power not implemented',
      registers: [
        {
          table: 'holding',
          address: MAP.inverter,
          bytes:
            '0067003205ED01FA01F901FAFFFEFFFFFFFFFFFF08FD08FA0901FFFF0D980000138AFFFE0D9D0000' +
            '800080008000800000BC614E0000FFFF8000FFFF80000E060000019F800080008000FFFF0004',
        },
        { table: 'holding', address: MAP.nameplate + 3, bytes: '13880000' },
        { table: 'holding', address: MAP.settings + 2, bytes: '1388' },
        { table: 'holding', address: MAP.controls + 23, bytes: 'FFFE' },
      ],
      values: {
        power: -3480,
        currentL1: 5.06,
        currentL2: 5.05,
        currentL3: 5.06,
        voltageL1: 230.1,
        voltageL2: 229.8,
        voltageL3: 230.5,
        frequency: 50.02,
        exportEnergy: 12_345_678_000,
        pvPower: -3590,
        temperature: 41.5,
        reactivePower: null,
      },
      commands: [
        {
          control: 'exportLimit',
          value: 2500,
          writes: [
            { table: 'holding', address: 40_234, bytes: '003C' },
            { table: 'holding', address: 40_232, bytes: '1388' },
            { table: 'holding', address: 40_236, bytes: '0001' },
          ],
        },
      ],
    },
    {
      note: 'drawing 50 W at night with another scale factor; accumulator 0 is not implemented',
      registers: [
        {
          table: 'holding',
          address: MAP.inverter,
          bytes:
            '0067003205ED01FA01F901FAFFFEFFFFFFFFFFFF08FD08FA0901FFFFFFFB0001138AFFFE0D9D0000' +
            '8000800080008000000000000000FFFF8000FFFF8000FFE20000019F800080008000FFFF0004',
        },
      ],
      values: { power: 50, pvPower: 30, exportEnergy: null },
    },
    {
      note: 'a scale factor that is not implemented leaves no value',
      registers: [
        {
          table: 'holding',
          address: MAP.inverter,
          bytes:
            '0067003205ED01FA01F901FAFFFEFFFFFFFFFFFF08FD08FA0901FFFFFFFB8000138AFFFE0D9D0000' +
            '8000800080008000000000000000FFFF8000FFFF8000FFE20000019F800080008000FFFF0004',
        },
      ],
      values: { power: null, pvPower: 30 },
    },
    {
      note: 'reactive power turns its sign like active power',
      registers: [
        { table: 'holding', address: MAP.inverter + 18, bytes: '0D9D0000FF380000' },
        { table: 'holding', address: MAP.inverter + 22, bytes: '8000' },
      ],
      values: { apparentPower: 3485, reactivePower: 200 },
    },
  ],
};
