/**
 * How a register of the meter is coded. Unlike in Modbus a register is one whole value of its own
 * length: `u8` 1 byte, `u16` 2, `u32` 4, `clock` 12, `octets` as many as `bytes` says; `array` has a
 * length that only the reply tells. Integers are big-endian. DEF-C44-509/N, edition 2 (July 2020).
 */
export type EmiType = 'u8' | 'u16' | 'u32' | 'clock' | 'octets' | 'array';

/** One register of the HAN port. */
export interface EmiRegister {
  /** 0x0001..0x00D1. */
  readonly address: number;
  /** Name in this package's words, unique. */
  readonly name: string;
  readonly type: EmiType;
  /** Length of its value; undefined for `array`. */
  readonly bytes: number | undefined;
  /** Unit of the value once multiplied by `scale`; absent for codes, counts and octets. */
  readonly unit?: 'VA' | 'W' | 'Wh' | 'varh' | 'V' | 'A' | 'Hz' | 's' | '%';
  /** What a raw 1 stands for; default 1. */
  readonly scale?: number;
  /** Whether single-phase meters lack it. */
  readonly threePhase: boolean;
  /** First edition that has it: 1 (February 2017) or 2 (July 2020). */
  readonly edition: 1 | 2;
}

type Row = readonly [
  name: string,
  type: EmiType,
  unit?: EmiRegister['unit'],
  scale?: number,
  threePhase?: '3' | undefined,
];

const BYTES = { u8: 1, u16: 2, u32: 4, clock: 12, octets: undefined, array: undefined } as const;
const OCTETS: Readonly<Record<string, number>> = {
  serialNumber: 10,
  modelCodesAndYear: 6,
  coreFirmware: 5,
  applicationFirmware: 5,
  communicationFirmware: 5,
  accessProfile: 32,
  statusControl: 2,
  activityCalendar: 6,
  loadProfileMeasurements: 14,
};
const PHASES = ['L1', 'L2', 'L3'] as const;
const RATES = [1, 2, 3, 4, 5, 6] as const;
const QUADRANTS = ['Q1', 'Q2', 'Q3', 'Q4'] as const;
/** The first edition ends before the apparent powers and power-quality counters. */
const FIRST_OF_EDITION_2 = 0x00ab;

const rates = (name: string): Row[] => [
  ...RATES.map((rate): Row => [`${name}Rate${rate}`, 'u32', 'Wh']),
  [`${name}RateTotal`, 'u32', 'Wh'],
];

const reactiveRates = (): Row[] =>
  QUADRANTS.flatMap((quadrant) =>
    rates(`reactiveEnergy${quadrant}`).map(([name, type]): Row => [name, type, 'varh']),
  );

const demand = (name: string, threePhase?: '3'): Row[] => [
  [name, 'u32', 'W', 1, threePhase],
  [`${name}Time`, 'clock', undefined, 1, threePhase],
];

const demandRates = (name: string): Row[] =>
  [...RATES.map((rate) => `${name}Rate${rate}`), `${name}RateTotal`].flatMap((row) => demand(row));

const phases = (name: string, suffix = ''): Row[] =>
  PHASES.map((phase): Row => [`${name}${phase}${suffix}`, 'u32', 'Wh', 1, '3']);

const quality = (name: string): Row[] => [
  [`${name}Count`, 'u16'],
  [`${name}Seconds`, 'u32', 's'],
  ...PHASES.flatMap((phase): Row[] => [
    [`${name}${phase}Count`, 'u16', undefined, 1, '3'],
    [`${name}${phase}Seconds`, 'u32', 's', 1, '3'],
  ]),
  [`${name}AverageCount`, 'u16', undefined, 1, '3'],
  [`${name}AverageSeconds`, 'u32', 's', 1, '3'],
];

/** All registers in the order of their addresses, from 0x0001 without a hole. */
const ROWS: readonly Row[] = [
  ['clock', 'clock'],
  ['serialNumber', 'octets'],
  ['modelCodesAndYear', 'octets'],
  ['coreFirmware', 'octets'],
  ['applicationFirmware', 'octets'],
  ['communicationFirmware', 'octets'],
  ['modbusAddress', 'u8'],
  ['accessProfile', 'octets'],
  ['statusControl', 'octets'],
  ['activityCalendar', 'octets'],
  ['activeTariff', 'u8'],
  ...RATES.map((rate): Row => [`demandThresholdT${rate}`, 'u32', 'VA']),
  ['contractedPower', 'u32', 'VA'],
  ['demandManagementStatus', 'u8'],
  ['demandManagementPeriods', 'array'],
  ['residualPower', 'u32', 'VA'],
  ['importEnergy', 'u32', 'Wh'],
  ['exportEnergy', 'u32', 'Wh'],
  ...QUADRANTS.map((quadrant): Row => [`reactiveEnergy${quadrant}`, 'u32', 'varh']),
  ...phases('importEnergy'),
  ...phases('exportEnergy'),
  ...demand('maximumImportDemand'),
  ...demand('maximumExportDemand'),
  ...rates('importEnergy'),
  ...rates('exportEnergy'),
  ...reactiveRates(),
  ...demandRates('maximumImportDemand'),
  ...demandRates('maximumExportDemand'),
  ['voltageL1', 'u16', 'V', 0.1],
  ['currentL1', 'u16', 'A', 0.1],
  ['voltageL2', 'u16', 'V', 0.1, '3'],
  ['currentL2', 'u16', 'A', 0.1, '3'],
  ['voltageL3', 'u16', 'V', 0.1, '3'],
  ['currentL3', 'u16', 'A', 0.1, '3'],
  ['currentSum', 'u16', 'A', 0.1, '3'],
  ...PHASES.flatMap((phase): Row[] => [
    [`importPower${phase}`, 'u32', 'W', 1, '3'],
    [`exportPower${phase}`, 'u32', 'W', 1, '3'],
  ]),
  ['importPower', 'u32', 'W'],
  ['exportPower', 'u32', 'W'],
  ['powerFactor', 'u16', undefined, 0.001],
  ...PHASES.map((phase): Row => [`powerFactor${phase}`, 'u16', undefined, 0.001, '3']),
  ['frequency', 'u16', 'Hz', 0.1],
  ['loadProfileMeasurements', 'octets'],
  ['loadProfilePeriod', 'u32', 's'],
  ['loadProfileEntriesInUse', 'u32'],
  ['loadProfileCapacity', 'u32'],
  ['breakerState', 'u8'],
  ['breakerParameterQ', 'u32'],
  ['breakerParameterK', 'u32', '%'],
  ...QUADRANTS.flatMap((quadrant) =>
    PHASES.map((phase): Row => [`reactiveEnergy${quadrant}${phase}`, 'u32', 'varh', 1, '3']),
  ),
  ...PHASES.flatMap((phase) => demand(`maximumImportDemand${phase}`, '3')),
  ...PHASES.flatMap((phase) => demand(`maximumExportDemand${phase}`, '3')),
  ...PHASES.flatMap((phase) => demand(`maximumImportDemandRateTotal${phase}`, '3')),
  ...PHASES.flatMap((phase) => demand(`maximumExportDemandRateTotal${phase}`, '3')),
  ...PHASES.flatMap((phase): Row[] => [
    [`importApparentPower${phase}`, 'u32', 'VA', 1, '3'],
    [`exportApparentPower${phase}`, 'u32', 'VA', 1, '3'],
  ]),
  ['importApparentPower', 'u32', 'VA'],
  ['exportApparentPower', 'u32', 'VA'],
  ['maximumPowerPerPhase', 'u32', 'VA'],
  ['powerFailureAllPhasesSeconds', 'u32', 's', 1, '3'],
  ...PHASES.map((phase): Row => [`powerFailure${phase}Seconds`, 'u32', 's', 1, '3']),
  ['powerFailureAnyPhaseSeconds', 'u32', 's'],
  ['powerFailureAllPhasesCount', 'u16', undefined, 1, '3'],
  ...PHASES.map((phase): Row => [`powerFailure${phase}Count`, 'u16', undefined, 1, '3']),
  ['powerFailureAnyPhaseCount', 'u16'],
  ...quality('undervoltage'),
  ...quality('overvoltage'),
];

/** Every register of the HAN port by address. */
export const EMI_REGISTERS: ReadonlyMap<number, EmiRegister> = new Map(
  ROWS.map(([name, type, unit, scale = 1, threePhase], index): [number, EmiRegister] => {
    const address = index + 1;
    const register: EmiRegister = {
      address,
      name,
      type,
      bytes: type === 'octets' ? OCTETS[name] : BYTES[type],
      ...(unit === undefined ? {} : { unit }),
      scale,
      threePhase: threePhase === '3',
      edition: address >= FIRST_OF_EDITION_2 ? 2 : 1,
    };
    return [address, register];
  }),
);

const BY_NAME: ReadonlyMap<string, EmiRegister> = new Map(
  [...EMI_REGISTERS.values()].map((register) => [register.name, register]),
);

/** The register of a name, or undefined. */
export function emiRegister(name: string): EmiRegister | undefined {
  return BY_NAME.get(name);
}
