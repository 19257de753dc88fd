import type { Profile } from '@microgrid/devices';
import { exportLimit, storagePower } from './sunspec/controls.js';
import { MAP, MPPT_MODULES } from './sunspec/map.js';
import {
  commonHeaders,
  commonPoints,
  endOfModels,
  inverterPoints,
  limitPoints,
  modelHeader,
  mpptPoints,
  ratingPoints,
  storagePoints,
  storageRatingPoints,
} from './sunspec/points.js';
import { sunspecBase, sunspecBelieved, sunspecNames, sunspecQuirks } from './sunspec/profile.js';

/**
 * A SunSpec hybrid inverter: models 1, 101-103, 120-123, 160 and 124 at fixed offsets, as the integer
 * map of a Fronius GEN24. Model 103 alone gives one DC power; model 160 tells PV from battery.
 */
export const sunspecHybrid: Profile = {
  ...sunspecBase,
  id: 'sunspec-hybrid',
  models: ['Hybrid inverter, models 1, 101-103, 120-124, 160', 'Fronius GEN24 (integer map)'],
  roles: ['hybridInverter'],
  identity: {
    match: [
      ...commonHeaders,
      modelHeader(MAP.mppt, [160], 8 + 20 * MPPT_MODULES),
      modelHeader(MAP.storage, [124], 24),
    ],
    ...sunspecNames,
  },
  blocks: [
    { table: 'holding', address: MAP.inverter, count: 52, rate: 'high' },
    { table: 'holding', address: MAP.nameplate, count: 60, rate: 'once' },
    { table: 'holding', address: MAP.controls, count: 26, rate: 'low' },
    { table: 'holding', address: MAP.mppt, count: MAP.end - MAP.mppt, rate: 'high' },
  ],
  space: [{ table: 'holding', address: MAP.marker, count: MAP.end + 2 - MAP.marker }],
  points: [
    ...commonPoints,
    ...inverterPoints('dcPower'),
    ...ratingPoints,
    ...storageRatingPoints,
    ...limitPoints,
    ...mpptPoints,
    ...storagePoints(MAP.storage),
    endOfModels(MAP.end),
  ],
  controls: [storagePower(MAP.storage, 'dc'), exportLimit],
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
    'Modules 1 and 2 of model 160 are strings, 3 charging and 4 discharging (Fronius).',
  ],
  quirks: sunspecQuirks,
  vectors: [
    {
      note: 'one string at 2,500 W, of which 1,200 W charge the battery',
      registers: [
        {
          table: 'holding',
          address: MAP.inverter,
          bytes:
            '0067003205ED01FA01F901FAFFFEFFFFFFFFFFFF08FD08FA0901FFFF04E20000138AFFFE0D9D0000' +
            '800080008000800000BC614E0000FFFF8000FFFF800005140000019F800080008000FFFF0004',
        },
        { table: 'holding', address: MAP.nameplate + 3, bytes: '13880000' },
        { table: 'holding', address: MAP.settings + 2, bytes: '1388' },
        { table: 'holding', address: MAP.controls + 23, bytes: 'FFFE' },
        { table: 'holding', address: MAP.mppt + 4, bytes: 'FFFF' },
        { table: 'holding', address: MAP.mppt + 21, bytes: '61A8' },
        { table: 'holding', address: MAP.mppt + 41, bytes: 'FFFF' },
        { table: 'holding', address: MAP.mppt + 61, bytes: '2EE0' },
        { table: 'holding', address: MAP.mppt + 81, bytes: '0000' },
        {
          table: 'holding',
          address: MAP.storage,
          bytes:
            '007C00181388006400640000FFFFFFFF1595FFFFFFFF000327102710000000000000000000000000' +
            '80008000FFFE80008000FFFE',
        },
      ],
      values: {
        power: -1250,
        currentL1: 5.06,
        currentL2: 5.05,
        currentL3: 5.06,
        voltageL1: 230.1,
        voltageL2: 229.8,
        voltageL3: 230.5,
        frequency: 50.02,
        temperature: 41.5,
        exportEnergy: 12_345_678_000,
        dcPower: -1300,
        pvPower: -2500,
        batteryPower: 1200,
        stateOfCharge: 55.25,
      },
      commands: [
        {
          control: 'batteryPower',
          value: 2000,
          writes: [
            { table: 'holding', address: 40_358, bytes: '003C' },
            { table: 'holding', address: 40_360, bytes: '0001' },
            { table: 'holding', address: 40_355, bytes: 'F0600FA0' },
            { table: 'holding', address: 40_348, bytes: '0003' },
          ],
        },
        {
          control: 'batteryPower',
          value: 0,
          writes: [
            { table: 'holding', address: 40_358, bytes: '003C' },
            { table: 'holding', address: 40_360, bytes: '0001' },
            { table: 'holding', address: 40_355, bytes: '00000000' },
            { table: 'holding', address: 40_348, bytes: '0003' },
          ],
        },
        {
          control: 'batteryPower',
          value: -2000,
          writes: [
            { table: 'holding', address: 40_358, bytes: '003C' },
            { table: 'holding', address: 40_360, bytes: '0001' },
            { table: 'holding', address: 40_355, bytes: '0FA0F060' },
            { table: 'holding', address: 40_348, bytes: '0003' },
          ],
        },
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
      note: 'reactive power turns its sign like active power',
      registers: [
        { table: 'holding', address: MAP.inverter + 18, bytes: '0D9D0000FF380000' },
        { table: 'holding', address: MAP.inverter + 22, bytes: '8000' },
      ],
      values: { apparentPower: 3485, reactivePower: 200 },
    },
  ],
};
