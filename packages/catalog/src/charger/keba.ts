import type { Profile, ProfileControl, RegisterPoint, WriteStep } from '@microgrid/devices';
import { phases, registers } from '../registers.js';

/** Every value of a KeContact is an unsigned pair of registers, read alone. */
const value = registers({ table: 'holding', encoding: 'u32', rate: 'low' });

const milliamperes = { scale: 0.001, minimum: 0, maximum: 80 } as const;

/** How the stations are talked to. */
export const kebaTransport: Profile['transport'] = {
  kinds: ['tcp'],
  unit: 255,
  port: 502,
  registersPerRead: 2,
  oneValuePerRead: true,
  minimumPollIntervalMs: 500,
};

/** The product code begins with the digit of the model. */
export function kebaProduct(minimum: number, maximum: number, meaning: string) {
  return {
    table: 'holding',
    address: 1016,
    encoding: 'u32',
    minimum,
    maximum,
    meaning,
  } as const;
}

/**
 * The points of a KeContact.
 * @param product a product code that its twin shows.
 * @param firmware a firmware number that its twin shows.
 * @param total factor from register 1036 to Wh.
 * @param session factor from register 1502 to Wh.
 */
export function kebaPoints(
  product: number,
  firmware: number,
  total: number,
  session: number,
): RegisterPoint[] {
  const named = { internal: true, rate: 'once' } as const;
  return [
    value('charging', 1000, 'bool', { oneOf: [3], rate: 'high' }),
    value('fault', 1000, 'bool', { oneOf: [4], rate: 'high' }),
    // 5 = plugged in, 7 = plugged in and locked at the vehicle; 1 and 3 = cable at the station only.
    value('connected', 1004, 'bool', { bitMask: 4, rate: 'high' }),
    ...phases(value, 'current', [1008, 1010, 1012], 'A', { ...milliamperes, rate: 'high' }),
    value('serial', 1014, 'count', { ...named, twin: 30_412_345 }),
    value('product', 1016, 'count', { ...named, twin: product }),
    value('firmware', 1018, 'count', { ...named, twin: firmware }),
    value('power', 1020, 'W', {
      scale: 0.001,
      sign: 1,
      rate: 'high',
      minimum: 0,
      maximum: 50_000,
    }),
    value('importEnergy', 1036, 'Wh', { scale: total }),
    ...phases(value, 'voltage', [1040, 1042, 1044], 'V', { minimum: 0, maximum: 300 }),
    value('chargeCurrentLimit', 1100, 'A', {
      ...milliamperes,
      confidence: 'believed',
      believed: ['Register 1100 is the current that the station offers; 0 while it is disabled.'],
    }),
    value('maximumSupportedCurrent', 1110, 'A', {
      internal: true,
      scale: 0.001,
      rate: 'once',
      twin: 16,
      confidence: 'believed',
      believed: ['Register 1110 is the most that the hardware allows.'],
    }),
    value('sessionEnergy', 1502, 'Wh', { scale: session }),
    value('fallbackCurrent', 1600, 'A', { ...milliamperes, twin: 0 }),
    value('failsafeTimeout', 1602, 's', { internal: true, twin: 0 }),
  ];
}

/** One write of a KeContact: always a single unsigned register. */
export function kebaWrite(
  address: number,
  field: WriteStep['fields'][number]['value'],
  when?: NonNullable<WriteStep['when']>,
): WriteStep {
  const step: WriteStep = {
    table: 'holding',
    address,
    fields: [{ encoding: 'u16', value: field }],
  };
  return when === undefined ? step : { ...step, when };
}

/** Fallback first: 6 A, after 60 s without a write. */
export const kebaFallback: WriteStep[] = [kebaWrite(5016, 6000), kebaWrite(5018, 60)];

/** The facts that the current's safety rests on; its steps differ between the models. */
export function kebaCurrent(
  steps: readonly WriteStep[],
  release: readonly WriteStep[],
): ProfileControl {
  return {
    id: 'chargeCurrent',
    unit: 'A',
    minimum: 6,
    maximum: { point: 'maximumSupportedCurrent' },
    allowZero: true,
    steps: [...kebaFallback, ...steps],
    verify: { point: 'chargeCurrentLimit', tolerance: 0.1 },
    storage: 'volatile',
    expiryMs: 60_000,
    onLoss: 'charges at 6 A after 60 s',
    fallback: { value: 6 },
    safeValue: 6,
    risk: 'import',
    responseMs: 2000,
    release: [...release],
    believed: [
      'Registers 5004 and 5014 are volatile.',
      'Register 5016 takes the failsafe current, in mA.',
    ],
  };
}

/** Registers that must never be written. */
export const kebaDeny: NonNullable<Profile['deny']> = [
  { table: 'holding', address: 5020, count: 1, why: 'stores the failsafe settings for ever' },
  { table: 'holding', address: 5050, count: 3, why: 'switches phases, which wears the contactor' },
];

/** Doubts that all models share. */
export const kebaBelieved = ['At least 0.5 s between polls.'];

/** Where the facts come from. */
export const kebaSources = [
  { title: 'evcc-io/evcc, charger/keba-modbus.go', reference: 'b29b49e30 (2026-08-08)' },
  { title: 'OpenEMS/openems, evse.chargepoint.keba', reference: '0e4ea8881f (2026-04-04)' },
];
