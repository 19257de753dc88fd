import type { Profile } from '@microgrid/devices';
import { storagePower } from './sunspec/controls.js';
import { MAP } from './sunspec/map.js';
import {
  commonHeaders,
  commonPoints,
  endOfModels,
  inverterPoints,
  modelHeader,
  ratingPoints,
  storagePoints,
  storageRatingPoints,
} from './sunspec/points.js';
import { sunspecBase, sunspecBelieved, sunspecNames, sunspecQuirks } from './sunspec/profile.js';

/** Without DC modules model 124 follows model 123. */
const STORAGE = MAP.mppt;

/** A SunSpec battery inverter: models 1, 101-103, 120-123 and 124 at fixed offsets. */
export const sunspecBattery: Profile = {
  ...sunspecBase,
  id: 'sunspec-battery',
  models: ['Battery inverter, models 1, 101-103, 120-124'],
  roles: ['batteryInverter'],
  identity: {
    match: [...commonHeaders, modelHeader(STORAGE, [124], 24)],
    ...sunspecNames,
  },
  blocks: [
    { table: 'holding', address: MAP.inverter, count: 52, rate: 'high' },
    { table: 'holding', address: MAP.nameplate, count: 60, rate: 'once' },
    { table: 'holding', address: STORAGE, count: 26, rate: 'high' },
  ],
  space: [{ table: 'holding', address: MAP.marker, count: STORAGE + 26 + 2 - MAP.marker }],
  points: [
    ...commonPoints,
    ...inverterPoints('batteryPower'),
    ...ratingPoints,
    ...storageRatingPoints,
    ...storagePoints(STORAGE),
    endOfModels(STORAGE + 26),
  ],
  controls: [storagePower(STORAGE, 'ac')],
  limits: {
    maxImportWatts: { point: 'ratedPower' },
    maxExportWatts: { point: 'ratedPower' },
    maxChargeWatts: { point: 'chargeRating' },
    maxDischargeWatts: { point: 'chargeRating' },
    capacityMilliwattHours: { point: 'ratedEnergy' },
  },
  believed: [
    ...sunspecBelieved,
    'Discharging is a share of WChaMax too: the model has no register for WDisChaMax.',
  ],
  quirks: sunspecQuirks,
  vectors: [
    {
      note: 'discharging with 3,480 W at 55.25 %',
      registers: [
        {
          table: 'holding',
          address: MAP.inverter,
          bytes:
            '0067003205ED01FA01F901FAFFFEFFFFFFFFFFFF08FD08FA0901FFFF0D980000138AFFFE0D9D0000' +
            '800080008000800000BC614E0000FFFF8000FFFF80000E060000019F800080008000FFFF0004',
        },
        { table: 'holding', address: MAP.nameplate + 19, bytes: '03E80001' },
        {
          table: 'holding',
          address: STORAGE,
          bytes:
            '007C00181388006400640000FFFFFFFF1595FFFFFFFF000327102710000000000000000000000000' +
            '80008000FFFE80008000FFFE',
        },
      ],
      values: {
        power: -3480,
        batteryPower: -3590,
        stateOfCharge: 55.25,
        currentL1: 5.06,
        currentL2: 5.05,
        currentL3: 5.06,
        voltageL1: 230.1,
        voltageL2: 229.8,
        voltageL3: 230.5,
        frequency: 50.02,
        temperature: 41.5,
        exportEnergy: 12_345_678_000,
      },
      commands: [
        {
          control: 'batteryPower',
          value: -2000,
          writes: [
            { table: 'holding', address: 40_268, bytes: '003C' },
            { table: 'holding', address: 40_270, bytes: '0001' },
            { table: 'holding', address: 40_265, bytes: '0FA0F060' },
            { table: 'holding', address: 40_258, bytes: '0003' },
          ],
        },
        {
          control: 'batteryPower',
          value: 0,
          writes: [
            { table: 'holding', address: 40_268, bytes: '003C' },
            { table: 'holding', address: 40_270, bytes: '0001' },
            { table: 'holding', address: 40_265, bytes: '00000000' },
            { table: 'holding', address: 40_258, bytes: '0003' },
          ],
        },
        {
          control: 'batteryPower',
          value: 2000,
          writes: [
            { table: 'holding', address: 40_268, bytes: '003C' },
            { table: 'holding', address: 40_270, bytes: '0001' },
            { table: 'holding', address: 40_265, bytes: 'F0600FA0' },
            { table: 'holding', address: 40_258, bytes: '0003' },
          ],
        },
      ],
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
