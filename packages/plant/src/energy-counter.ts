import type { MilliwattHours, Watts } from '@microgrid/units';

/** W · ms in one mWh. */
const WATT_MS_PER_MILLIWATT_HOUR = 3600;

/** Power that changes evenly over a stretch of time. */
export interface Linear {
  readonly watts: Watts;
  /** Change, W per ms. */
  readonly perMs: number;
}

/** A register pair of whole mWh that only grows; what is left of a mWh is carried, never lost. */
export interface EnergyCounter {
  readonly importMilliwattHours: MilliwattHours;
  readonly exportMilliwattHours: MilliwattHours;
  readonly importRest: number;
  readonly exportRest: number;
}

/** A counter at its beginning. */
export const ZERO_COUNTER: EnergyCounter = {
  importMilliwattHours: 0,
  exportMilliwattHours: 0,
  importRest: 0,
  exportRest: 0,
};

/** Energy of evenly changing power over a time, mWh, signed. */
export function energyOf({ watts, perMs }: Linear, durationMs: number): number {
  return ((watts + (perMs * durationMs) / 2) * durationMs) / WATT_MS_PER_MILLIWATT_HOUR;
}

/** The positive part of {@link energyOf}: the line is cut where it crosses zero. */
function positivePart(line: Linear, durationMs: number): number {
  const end = line.watts + line.perMs * durationMs;
  if (line.watts >= 0 && end >= 0) return energyOf(line, durationMs);
  if (line.watts <= 0 && end <= 0) return 0;
  const crossing = -line.watts / line.perMs;
  return line.watts > 0
    ? energyOf(line, crossing)
    : energyOf({ watts: 0, perMs: line.perMs }, durationMs - crossing);
}

/** A counter after power flowed through it for a time: gross in each direction. */
export function count(counter: EnergyCounter, line: Linear, durationMs: number): EnergyCounter {
  const into = positivePart(line, durationMs);
  const importExact = counter.importRest + into;
  const exportExact = counter.exportRest + Math.max(0, into - energyOf(line, durationMs));
  const importWhole = Math.floor(importExact);
  const exportWhole = Math.floor(exportExact);
  return {
    importMilliwattHours: counter.importMilliwattHours + importWhole,
    exportMilliwattHours: counter.exportMilliwattHours + exportWhole,
    importRest: importExact - importWhole,
    exportRest: exportExact - exportWhole,
  };
}
