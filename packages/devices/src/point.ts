/**
 * Unit of a point's value. Energy is whole milliwatt-hours or millivar-hours; `bool` is 0 or 1;
 * `code` is a number of a list that the point's meaning states.
 */
export type PointUnit =
  'W' | 'VA' | 'var' | 'V' | 'A' | 'Hz' | '%' | 'mWh' | 'mvarh' | '°C' | 'ratio' | 'bool' | 'code';

/** What the house knows of one named point. */
export interface PointDefinition {
  readonly unit: PointUnit;
  /** Meaning and sign, for people. */
  readonly meaning: string;
  /** Whether it is a lifetime register that only grows. */
  readonly counter: boolean;
}

const measured = (unit: PointUnit, meaning: string): PointDefinition => ({
  unit,
  meaning,
  counter: false,
});
const counted = (meaning: string): PointDefinition => ({ unit: 'mWh', meaning, counter: true });

/**
 * Every point a driver may publish. Power is positive into the device at its AC port; for a grid
 * meter positive is import from the grid. DC points are positive into the element they name, so
 * `pvPower` is negative while the sun shines.
 */
export const POINTS = {
  power: measured('W', 'Active power of the AC port, all phases'),
  powerL1: measured('W', 'Active power of phase L1'),
  powerL2: measured('W', 'Active power of phase L2'),
  powerL3: measured('W', 'Active power of phase L3'),
  apparentPower: measured('VA', 'Apparent power of the AC port, all phases'),
  reactivePower: measured('var', 'Reactive power of the AC port, all phases'),
  powerFactor: measured('ratio', 'Power factor, all phases, -1 to 1'),
  apparentPowerL1: measured('VA', 'Apparent power of phase L1'),
  apparentPowerL2: measured('VA', 'Apparent power of phase L2'),
  apparentPowerL3: measured('VA', 'Apparent power of phase L3'),
  reactivePowerL1: measured('var', 'Reactive power of phase L1'),
  reactivePowerL2: measured('var', 'Reactive power of phase L2'),
  reactivePowerL3: measured('var', 'Reactive power of phase L3'),
  powerFactorL1: measured('ratio', 'Power factor of phase L1, -1 to 1'),
  powerFactorL2: measured('ratio', 'Power factor of phase L2, -1 to 1'),
  powerFactorL3: measured('ratio', 'Power factor of phase L3, -1 to 1'),
  voltageL1: measured('V', 'Voltage of phase L1 to neutral'),
  voltageL2: measured('V', 'Voltage of phase L2 to neutral'),
  voltageL3: measured('V', 'Voltage of phase L3 to neutral'),
  currentL1: measured('A', 'RMS current of phase L1, 0 or more'),
  currentL2: measured('A', 'RMS current of phase L2, 0 or more'),
  currentL3: measured('A', 'RMS current of phase L3, 0 or more'),
  frequency: measured('Hz', 'Frequency of the grid'),
  importEnergy: counted('Energy into the device (grid meter: from the grid) since it was made'),
  exportEnergy: counted('Energy out of the device (grid meter: to the grid) since it was made'),
  importEnergyL1: counted('Energy into the device on phase L1'),
  importEnergyL2: counted('Energy into the device on phase L2'),
  importEnergyL3: counted('Energy into the device on phase L3'),
  exportEnergyL1: counted('Energy out of the device on phase L1'),
  exportEnergyL2: counted('Energy out of the device on phase L2'),
  exportEnergyL3: counted('Energy out of the device on phase L3'),
  importEnergyT1: counted('Energy from the grid in tariff period 1 (Portugal: vazio)'),
  importEnergyT2: counted('Energy from the grid in tariff period 2 (Portugal: ponta)'),
  importEnergyT3: counted('Energy from the grid in tariff period 3 (Portugal: cheias)'),
  importEnergyT4: counted('Energy from the grid in tariff period 4'),
  importEnergyT5: counted('Energy from the grid in tariff period 5'),
  importEnergyT6: counted('Energy from the grid in tariff period 6'),
  exportEnergyT1: counted('Energy to the grid in tariff period 1 (Portugal: vazio)'),
  exportEnergyT2: counted('Energy to the grid in tariff period 2 (Portugal: ponta)'),
  exportEnergyT3: counted('Energy to the grid in tariff period 3 (Portugal: cheias)'),
  exportEnergyT4: counted('Energy to the grid in tariff period 4'),
  exportEnergyT5: counted('Energy to the grid in tariff period 5'),
  exportEnergyT6: counted('Energy to the grid in tariff period 6'),
  reactiveEnergyQ1: { unit: 'mvarh', meaning: 'Inductive, while importing', counter: true },
  reactiveEnergyQ2: { unit: 'mvarh', meaning: 'Capacitive, while exporting', counter: true },
  reactiveEnergyQ3: { unit: 'mvarh', meaning: 'Inductive, while exporting', counter: true },
  reactiveEnergyQ4: { unit: 'mvarh', meaning: 'Capacitive, while importing', counter: true },
  activeTariff: measured('code', 'Tariff period now, 1 and up (Portugal: vazio, ponta, cheias)'),
  contractedPower: measured('VA', 'Apparent power at which the utility meter disconnects'),
  stateOfCharge: measured('%', 'Stored energy, share of the usable capacity'),
  pvPower: measured('W', 'DC power into the PV generator: negative while it produces'),
  batteryPower: measured('W', 'DC power into the battery: positive while it charges'),
  dcPower: measured('W', 'DC power into everything on the DC side'),
  backupPower: measured(
    'W',
    'Active power of the backup AC port: negative while it supplies loads',
  ),
  gridPower: measured(
    'W',
    "Active power at the grid connection as the device's own meter reads it: positive is import",
  ),
  gridPowerL1: measured('W', 'Active power at the grid connection, phase L1'),
  gridPowerL2: measured('W', 'Active power at the grid connection, phase L2'),
  gridPowerL3: measured('W', 'Active power at the grid connection, phase L3'),
  gridImportEnergy: counted("Energy from the grid as the device's own meter counts it"),
  gridExportEnergy: counted("Energy to the grid as the device's own meter counts it"),
  pvEnergy: counted('Energy out of the PV generator (DC) since it was made'),
  batteryChargeEnergy: counted('Energy into the battery since it was made'),
  batteryDischargeEnergy: counted('Energy out of the battery since it was made'),
  batteryVoltage: measured('V', 'Voltage of the battery'),
  batteryCurrent: measured('A', 'Current into the battery: positive while it charges'),
  batteryTemperature: measured('°C', 'Temperature of the battery'),
  stateOfHealth: measured('%', 'Usable capacity, share of the capacity when new'),
  connected: measured('bool', 'Whether a vehicle is plugged in'),
  charging: measured('bool', 'Whether a vehicle is being charged'),
  chargeCurrentLimit: measured('A', 'Current per phase that the charger offers the vehicle'),
  fallbackCurrent: measured(
    'A',
    'Current per phase that the charger offers by itself when it hears nothing more',
  ),
  sessionEnergy: measured('mWh', 'Energy of the present charging session'),
  switchState: measured('bool', 'Whether the switch is closed'),
  contact1: measured('bool', 'Whether the first contact is closed'),
  contact2: measured('bool', 'Whether the second contact is closed'),
  operating: measured('bool', 'Whether the device runs (an inverter: is connected and converts)'),
  fault: measured('bool', 'Whether the device reports a fault'),
  temperature: measured('°C', 'Temperature of the device'),
} as const satisfies Record<string, PointDefinition>;

/** Name of a published point. */
export type PointName = keyof typeof POINTS;

/** Whether a text names a point of the vocabulary. */
export function isPointName(name: string): name is PointName {
  return Object.hasOwn(POINTS, name);
}

/** The definition of a point, or undefined for a name outside the vocabulary. */
export function pointDefinition(name: string): PointDefinition | undefined {
  return isPointName(name) ? POINTS[name] : undefined;
}
