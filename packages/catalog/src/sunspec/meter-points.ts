import type { RegisterPoint } from '@microgrid/devices';
import { s16, scaleFactor } from './points.js';

const energy = (id: string, address: number, rate: 'high' | 'low'): RegisterPoint => ({
  id,
  table: 'holding',
  address,
  encoding: 'u32',
  unit: 'Wh',
  scaleFrom: 'meterEnergySf',
  // An accumulator of 0 is "not accumulated" in SunSpec.
  absent: [0],
  rate,
});

/** How many registers a meter of model 201 to 204 takes, its header included. */
export const METER_REGISTERS = 107;

/**
 * SunSpec models 201 to 204, a meter with integer registers.
 * @param first register of the model's id.
 * @param sign 1 where the meter counts import as positive, -1 where it counts export.
 * @param port whether it is the device itself or the grid port of another one.
 */
export function meterModelPoints(
  first: number,
  sign: 1 | -1,
  port: 'device' | 'grid',
): RegisterPoint[] {
  const at = (offset: number): number => first + offset;
  const id = (device: string, grid: string): string => (port === 'device' ? device : grid);
  const watts = { scaleFrom: 'meterPowerSf', sign } as const;
  const shared: RegisterPoint[] = [
    s16(id('power', 'gridPower'), at(18), 'W', watts),
    s16(id('powerL1', 'gridPowerL1'), at(19), 'W', watts),
    s16(id('powerL2', 'gridPowerL2'), at(20), 'W', watts),
    s16(id('powerL3', 'gridPowerL3'), at(21), 'W', watts),
    scaleFactor('meterPowerSf', at(22), 0),
    energy(id('exportEnergy', 'gridExportEnergy'), at(38), 'high'),
    energy(id('importEnergy', 'gridImportEnergy'), at(46), 'high'),
    scaleFactor('meterEnergySf', at(54), 0),
  ];
  if (port === 'grid') return shared;
  const amperes = { scaleFrom: 'meterCurrentSf', absolute: true, maximum: 1000 } as const;
  const volts = { scaleFrom: 'meterVoltageSf', minimum: 0, maximum: 300 } as const;
  return [
    s16('currentL1', at(3), 'A', amperes),
    s16('currentL2', at(4), 'A', amperes),
    s16('currentL3', at(5), 'A', amperes),
    scaleFactor('meterCurrentSf', at(6), -2),
    s16('voltageL1', at(8), 'V', volts),
    s16('voltageL2', at(9), 'V', volts),
    s16('voltageL3', at(10), 'V', volts),
    scaleFactor('meterVoltageSf', at(15), -1),
    s16('frequency', at(16), 'Hz', { scaleFrom: 'meterFrequencySf', minimum: 45, maximum: 65 }),
    scaleFactor('meterFrequencySf', at(17), -2),
    ...shared,
    s16('apparentPower', at(23), 'VA', { scaleFrom: 'meterApparentSf', rate: 'low' }),
    scaleFactor('meterApparentSf', at(27), 0),
    s16('reactivePower', at(28), 'var', { scaleFrom: 'meterReactiveSf', sign, rate: 'low' }),
    scaleFactor('meterReactiveSf', at(32), 0),
    energy('exportEnergyL1', at(40), 'low'),
    energy('exportEnergyL2', at(42), 'low'),
    energy('exportEnergyL3', at(44), 'low'),
    energy('importEnergyL1', at(48), 'low'),
    energy('importEnergyL2', at(50), 'low'),
    energy('importEnergyL3', at(52), 'low'),
  ];
}
