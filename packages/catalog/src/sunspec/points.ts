import type { Profile, ProfilePoint, RegisterPoint } from '@microgrid/devices';
import { MAP } from './map.js';

type More = Partial<RegisterPoint>;

/** "Not implemented", by SunSpec point type. */
const U16_ABSENT = [0xffff];
const S16_ABSENT = [-0x8000];

/** A point of type uint16. */
export function u16(
  id: string,
  address: number,
  unit: RegisterPoint['unit'],
  more: More = {},
): RegisterPoint {
  const type = { table: 'holding', encoding: 'u16', absent: U16_ABSENT } as const;
  return { id, address, unit, rate: 'high', ...type, ...more };
}

/** A point of type int16. */
export function s16(
  id: string,
  address: number,
  unit: RegisterPoint['unit'],
  more: More = {},
): RegisterPoint {
  const type = { table: 'holding', encoding: 's16', absent: S16_ABSENT } as const;
  return { id, address, unit, rate: 'high', ...type, ...more };
}

/** A scale factor (sunssf): a power of ten from -10 to 10. */
export function scaleFactor(
  id: string,
  address: number,
  twin: number,
  more: More = {},
): RegisterPoint {
  return s16(id, address, 'exponent', {
    internal: true,
    minimum: -10,
    maximum: 10,
    twin,
    ...more,
  });
}

/** A text of the common model. */
function text(id: string, offset: number, count: number): RegisterPoint {
  return {
    id,
    internal: true,
    table: 'holding',
    address: MAP.common + offset,
    encoding: 'string',
    count,
    unit: 'text',
    rate: 'once',
  };
}

/** Model 1: who made it. */
export const commonPoints: RegisterPoint[] = [
  text('manufacturer', 2, 16),
  text('model', 18, 16),
  text('firmware', 42, 8),
  text('serial', 50, 16),
];

const at = (offset: number): number => MAP.inverter + offset;
const volts = { scaleFrom: 'voltageSf', minimum: 0, maximum: 300 };
const amperes = { scaleFrom: 'currentSf', minimum: 0, maximum: 200 };

/**
 * Models 101-103. SunSpec counts generated power as positive, the house counts power into the
 * device, hence the sign. DC power stands under the name the device's kind gives it.
 */
export function inverterPoints(dcPoint: 'pvPower' | 'batteryPower' | 'dcPower'): ProfilePoint[] {
  return [
    u16('currentL1', at(3), 'A', amperes),
    u16('currentL2', at(4), 'A', amperes),
    u16('currentL3', at(5), 'A', amperes),
    scaleFactor('currentSf', at(6), -2),
    u16('voltageL1', at(10), 'V', volts),
    u16('voltageL2', at(11), 'V', volts),
    u16('voltageL3', at(12), 'V', volts),
    scaleFactor('voltageSf', at(13), -1),
    s16('power', at(14), 'W', { scaleFrom: 'powerSf', sign: -1 }),
    scaleFactor('powerSf', at(15), 0),
    u16('frequency', at(16), 'Hz', { scaleFrom: 'frequencySf', minimum: 45, maximum: 65 }),
    scaleFactor('frequencySf', at(17), -2),
    s16('apparentPower', at(18), 'VA', { scaleFrom: 'apparentPowerSf', rate: 'low' }),
    scaleFactor('apparentPowerSf', at(19), 0),
    s16('reactivePower', at(20), 'var', {
      scaleFrom: 'reactivePowerSf',
      sign: -1,
      rate: 'low',
    }),
    scaleFactor('reactivePowerSf', at(21), 0),
    {
      id: 'exportEnergy',
      table: 'holding',
      address: at(24),
      encoding: 'u32',
      unit: 'Wh',
      scaleFrom: 'energySf',
      // An accumulator of 0 is "not accumulated" in SunSpec.
      absent: [0],
      rate: 'high',
    },
    scaleFactor('energySf', at(26), 0),
    s16(dcPoint, at(31), 'W', { scaleFrom: 'dcPowerSf', sign: -1 }),
    scaleFactor('dcPowerSf', at(32), 0),
    s16('temperature', at(33), '°C', { scaleFrom: 'temperatureSf', rate: 'low' }),
    scaleFactor('temperatureSf', at(37), -1),
    u16('operatingState', at(38), 'count', { internal: true, twin: 4 }),
  ];
}

const ratingAt = (offset: number): number => MAP.nameplate + offset;
const once = { internal: true, rate: 'once' } as const;

/** Models 120 and 121: ratings and the settings that limits are shares of. */
export const ratingPoints: RegisterPoint[] = [
  u16('ratedPower', ratingAt(3), 'W', { ...once, scaleFrom: 'ratedPowerSf', twin: 5000 }),
  scaleFactor('ratedPowerSf', ratingAt(4), 0, once),
  u16('maximumPower', MAP.settings + 2, 'W', { ...once, scaleFrom: 'maximumPowerSf', twin: 5000 }),
  scaleFactor('maximumPowerSf', MAP.settings + 22, 0, once),
];

/** Model 120, the part about storage. */
export const storageRatingPoints: RegisterPoint[] = [
  u16('ratedEnergy', ratingAt(19), 'Wh', { ...once, scaleFrom: 'ratedEnergySf', twin: 10_000 }),
  scaleFactor('ratedEnergySf', ratingAt(20), 1, once),
];

/** Model 123: the limit of AC output. */
export const limitPoints: RegisterPoint[] = [
  u16('limitPercent', MAP.controls + 5, '%', {
    internal: true,
    scaleFrom: 'limitPercentSf',
    rate: 'low',
    twin: 100,
  }),
  scaleFactor('limitPercentSf', MAP.controls + 23, -2, { rate: 'low' }),
];

/** Model 124 from its first register: storage. */
export function storagePoints(first: number): RegisterPoint[] {
  const storageAt = (offset: number): number => first + offset;
  return [
    u16('chargeRating', storageAt(2), 'W', {
      internal: true,
      scaleFrom: 'chargeRatingSf',
      twin: 5000,
    }),
    u16('storageMode', storageAt(5), 'count', { internal: true, twin: 0 }),
    u16('stateOfCharge', storageAt(8), '%', {
      scaleFrom: 'stateOfChargeSf',
      minimum: 0,
      maximum: 100,
    }),
    s16('dischargeRate', storageAt(12), '%', {
      internal: true,
      scaleFrom: 'storageRateSf',
      twin: 100,
    }),
    s16('chargeRate', storageAt(13), '%', {
      internal: true,
      scaleFrom: 'storageRateSf',
      twin: 100,
    }),
    scaleFactor('chargeRatingSf', storageAt(18), 0),
    scaleFactor('stateOfChargeSf', storageAt(22), -2),
    scaleFactor('storageRateSf', storageAt(25), -2),
  ];
}

/** Model 160 of a hybrid: DC power of two strings, of charging and of discharging. */
export const mpptPoints: ProfilePoint[] = [
  u16('string1Power', MAP.mppt + 21, 'W', { internal: true, scaleFrom: 'mpptPowerSf' }),
  u16('string2Power', MAP.mppt + 41, 'W', { internal: true, scaleFrom: 'mpptPowerSf' }),
  u16('chargingPower', MAP.mppt + 61, 'W', { internal: true, scaleFrom: 'mpptPowerSf' }),
  u16('dischargingPower', MAP.mppt + 81, 'W', { internal: true, scaleFrom: 'mpptPowerSf' }),
  scaleFactor('mpptPowerSf', MAP.mppt + 4, 0),
  {
    id: 'pvPower',
    unit: 'W',
    sum: [
      { point: 'string1Power', factor: -1 },
      { point: 'string2Power', factor: -1, optional: true },
    ],
  },
  {
    id: 'batteryPower',
    unit: 'W',
    sum: [{ point: 'chargingPower' }, { point: 'dischargingPower', factor: -1 }],
  },
];

/** The id and length registers that begin a model. */
export function modelHeader(
  address: number,
  ids: readonly number[],
  length: number,
): NonNullable<Profile['identity']>['match'][number] {
  return {
    table: 'holding',
    address,
    anyOf: ids.map((id) => [id, length]),
    meaning: `SunSpec model ${ids.join(' or ')} of length ${length}`,
  };
}

/** "SunS" and the models every variant begins with. */
export const commonHeaders: NonNullable<Profile['identity']>['match'] = [
  {
    table: 'holding',
    address: MAP.marker,
    anyOf: [[0x5375, 0x6e53]],
    meaning: 'the marker SunS',
  },
  modelHeader(MAP.common, [1], 65),
  modelHeader(MAP.inverter, [103, 102, 101], 50),
  modelHeader(MAP.nameplate, [120], 26),
  modelHeader(MAP.settings, [121], 30),
  modelHeader(MAP.status, [122], 44),
  modelHeader(MAP.controls, [123], 24),
];

/** The id that ends the list of models. */
export function endOfModels(address: number): RegisterPoint {
  return {
    id: 'endOfModels',
    internal: true,
    table: 'holding',
    address,
    encoding: 'u16',
    unit: 'count',
    rate: 'once',
    twin: 0xffff,
  };
}
