import { CELL_MS } from './compile-models.js';
import type { EnergyCounter, Linear } from './energy-counter.js';
import type { DeviceNow, Site } from './site.js';

/** What a site's devices would show now: point name to value, in the house vocabulary and its signs. */
export type Observation = Readonly<Record<string, Readonly<Record<string, number>>>>;

function counterPoints(counter: EnergyCounter): Record<string, number> {
  return {
    importEnergy: counter.importMilliwattHours,
    exportEnergy: counter.exportMilliwattHours,
  };
}

function portPoints(
  phaseWatts: readonly number[],
  volts: readonly number[],
): Record<string, number> {
  const watts = (phase: number): number => phaseWatts[phase] ?? 0;
  const voltage = (phase: number): number => volts[phase] ?? 0;
  const amperes = (phase: number): number => Math.abs(watts(phase)) / voltage(phase);
  const first = { powerL1: watts(0), voltageL1: voltage(0), currentL1: amperes(0) };
  if (phaseWatts.length === 1) return { power: watts(0), ...first };
  return {
    power: watts(0) + watts(1) + watts(2),
    ...first,
    powerL2: watts(1),
    voltageL2: voltage(1),
    currentL2: amperes(1),
    powerL3: watts(2),
    voltageL3: voltage(2),
    currentL3: amperes(2),
  };
}

function dcPoints(segment: { readonly pvDc?: Linear; readonly batteryDc?: Linear }) {
  const pv = segment.pvDc?.watts;
  const battery = segment.batteryDc?.watts;
  if (pv === undefined && battery === undefined) return {};
  return {
    ...(pv === undefined ? {} : { pvPower: pv }),
    ...(battery === undefined ? {} : { batteryPower: battery }),
    dcPower: (pv ?? 0) + (battery ?? 0),
  };
}

function phaseWattsOf({ segment }: DeviceNow): readonly number[] {
  return segment.shares.map((share) => share * segment.ac.watts);
}

/**
 * Every point of every device at the site's instant. Powers are those up to this instant; reactive
 * power is not modelled (power factor 1). The grid meter's phases are the sums of the other devices'.
 */
export function observe(site: Site): Observation {
  const before = site.atMs % CELL_MS === 0 ? site.atMs - 1 : site.atMs;
  const moment = { ...site.world.moment(before), atMs: site.atMs };
  const frequency = site.world.frequencyHertz(site.atMs);
  const gridWatts = Array.from({ length: site.config.phases ?? 1 }, () => 0);
  const points: Record<string, Record<string, number>> = {};
  for (const model of site.world.models) {
    const now = site.devices[model.id];
    if (now === undefined) continue;
    const phaseWatts = phaseWattsOf(now);
    phaseWatts.forEach((watts, phase) => {
      gridWatts[phase] = (gridWatts[phase] ?? 0) + watts;
    });
    const capacity = model.capacityMilliwattHours;
    points[model.id] = {
      ...portPoints(phaseWatts, moment.volts),
      frequency,
      ...counterPoints(now.counter),
      ...dcPoints(now.segment),
      ...(capacity === undefined
        ? {}
        : { stateOfCharge: (100 * now.state.storedMilliwattHours) / capacity }),
      ...model.points?.(now.state, moment),
    };
  }
  const meter = site.config.devices.find(({ kind }) => kind === 'gridMeter');
  if (meter !== undefined) {
    points[meter.id] = {
      ...portPoints(gridWatts, moment.volts),
      frequency,
      ...counterPoints(site.grid),
    };
  }
  return points;
}
