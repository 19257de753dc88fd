import type { PointName } from '@microgrid/devices';

/**
 * How a SunSpec value becomes the house's.
 *
 * - `same`: taken over.
 * - `negated`: SunSpec counts what the device gives as positive, the house what it takes.
 * - `magnitude`: without its sign.
 * - `energy`: watt-hours to whole milliwatt-hours.
 * - `ratio`: a power factor; in percent where its magnitude is above 1.
 * - `negatedRatio`: a power factor whose sign is that of the power given.
 * - `running`, `faulted`: an operating state, by the list below.
 */
export type Conversion =
  | 'same'
  | 'negated'
  | 'magnitude'
  | 'energy'
  | 'ratio'
  | 'negatedRatio'
  | 'running101'
  | 'faulted101'
  | 'running701'
  | 'faulted701';

/** One published point and the SunSpec points it may come from, the best first. */
export type MapRow = readonly [point: PointName, conversion: Conversion, ...names: string[]];

/** Models 101-103 and 111-113. */
const INVERTER: readonly MapRow[] = [
  ['power', 'negated', 'W'],
  ['apparentPower', 'magnitude', 'VA'],
  ['reactivePower', 'negated', 'VAr'],
  ['powerFactor', 'ratio', 'PF'],
  ['voltageL1', 'same', 'PhVphA'],
  ['voltageL2', 'same', 'PhVphB'],
  ['voltageL3', 'same', 'PhVphC'],
  ['currentL1', 'magnitude', 'AphA'],
  ['currentL2', 'magnitude', 'AphB'],
  ['currentL3', 'magnitude', 'AphC'],
  ['frequency', 'same', 'Hz'],
  ['exportEnergy', 'energy', 'WH'],
  ['operating', 'running101', 'St'],
  ['fault', 'faulted101', 'St'],
  ['temperature', 'same', 'TmpCab', 'TmpSnk', 'TmpOt'],
];

/** Where one phase is all there is, its values may stand under the totals or line to line. */
const SINGLE_PHASE_INVERTER = withNames(INVERTER, {
  voltageL1: ['PhVphA', 'PPVphAB'],
  currentL1: ['AphA', 'A'],
});

/** Model 701. */
const DER: readonly MapRow[] = [
  ['power', 'negated', 'W'],
  ['apparentPower', 'magnitude', 'VA'],
  ['reactivePower', 'negated', 'Var'],
  ['powerFactor', 'negatedRatio', 'PF'],
  ...(['L1', 'L2', 'L3'] as const).flatMap((line): MapRow[] => [
    [`power${line}`, 'negated', `W${line}`],
    [`apparentPower${line}`, 'magnitude', `VA${line}`],
    [`reactivePower${line}`, 'negated', `Var${line}`],
    [`powerFactor${line}`, 'negatedRatio', `PF${line}`],
    [`voltage${line}`, 'same', `V${line}`],
    [`current${line}`, 'magnitude', `A${line}`],
    [`importEnergy${line}`, 'energy', `TotWhAbs${line}`],
    [`exportEnergy${line}`, 'energy', `TotWhInj${line}`],
  ]),
  ['frequency', 'same', 'Hz'],
  ['importEnergy', 'energy', 'TotWhAbs'],
  ['exportEnergy', 'energy', 'TotWhInj'],
  ['operating', 'running701', 'InvSt'],
  ['fault', 'faulted701', 'InvSt'],
  ['temperature', 'same', 'TmpCab', 'TmpOt', 'TmpSnk', 'TmpAmb'],
];

const LINES = [
  ['L1', 'A'],
  ['L2', 'B'],
  ['L3', 'C'],
] as const;

/** Models 201-204 and 211-214: positive is import, as in the house. */
const METER: readonly MapRow[] = [
  ['power', 'same', 'W'],
  ['apparentPower', 'magnitude', 'VA'],
  ['reactivePower', 'same', 'VAR'],
  ['powerFactor', 'ratio', 'PF'],
  ...LINES.flatMap(([line, phase]): MapRow[] => [
    [`power${line}`, 'same', `Wph${phase}`],
    [`apparentPower${line}`, 'magnitude', `VAph${phase}`],
    [`reactivePower${line}`, 'same', `VARph${phase}`],
    [`powerFactor${line}`, 'ratio', `PFph${phase}`],
    [`voltage${line}`, 'same', `PhVph${phase}`],
    [`current${line}`, 'magnitude', `Aph${phase}`],
    [`importEnergy${line}`, 'energy', `TotWhImpPh${phase}`],
    [`exportEnergy${line}`, 'energy', `TotWhExpPh${phase}`],
  ]),
  ['frequency', 'same', 'Hz'],
  ['importEnergy', 'energy', 'TotWhImp'],
  ['exportEnergy', 'energy', 'TotWhExp'],
];

const SINGLE_PHASE_METER = withNames(METER, {
  voltageL1: ['PhVphA', 'PhV'],
  currentL1: ['AphA', 'A'],
});

function withNames(
  rows: readonly MapRow[],
  names: Partial<Record<PointName, readonly string[]>>,
): readonly MapRow[] {
  return rows.map((row) => {
    const other = names[row[0]];
    return other === undefined ? row : [row[0], row[1], ...other];
  });
}

/** Model 802 by itself or beside an inverter; its power and current count discharging as positive. */
const BATTERY: readonly MapRow[] = [
  ['stateOfCharge', 'same', 'SoC'],
  ['stateOfHealth', 'same', 'SoH'],
  ['batteryPower', 'negated', 'W'],
  ['batteryVoltage', 'same', 'V'],
  ['batteryCurrent', 'negated', 'A'],
];

/** What each model brings by points that occur once. */
export const MODEL_MAP: Readonly<Record<number, readonly MapRow[]>> = {
  101: SINGLE_PHASE_INVERTER,
  102: INVERTER,
  103: INVERTER,
  111: SINGLE_PHASE_INVERTER,
  112: INVERTER,
  113: INVERTER,
  124: [
    ['stateOfCharge', 'same', 'ChaState'],
    ['batteryVoltage', 'same', 'InBatV'],
  ],
  201: SINGLE_PHASE_METER,
  202: METER,
  203: METER,
  204: METER,
  211: SINGLE_PHASE_METER,
  212: METER,
  213: METER,
  214: METER,
  701: DER,
  713: [
    ['stateOfCharge', 'same', 'SoC'],
    ['stateOfHealth', 'same', 'SoH'],
  ],
  802: BATTERY,
  803: [['batteryTemperature', 'same', 'ModTmpAvg', 'ModTmpMax']],
};

/** Models with the measurements of an AC port, the richest first. */
export const INVERTER_MODEL_IDS: readonly number[] = [701, 113, 112, 111, 103, 102, 101];

/** Models of meters. */
export const METER_MODEL_IDS: readonly number[] = [201, 202, 203, 204, 211, 212, 213, 214];

/** Models that bring more about storage, the best source of a point first. */
export const STORAGE_MODEL_IDS: readonly number[] = [713, 802, 124, 803];
