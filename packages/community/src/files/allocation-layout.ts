import type { IntervalQuality } from '@microgrid/events';
import type { CsvSeparator } from './csv-rows.js';
import type { TimeFormat } from './time-field.js';

/** Units in which operators state energy, with their decimals down to 1 mWh. */
export const ENERGY_UNITS = { Wh: 3, kWh: 6, MWh: 9 } as const;
/** One of {@link ENERGY_UNITS}. */
export type EnergyUnit = keyof typeof ENERGY_UNITS;

/**
 * How an operator's file is laid out. Columns are named by their headers (case, accents and punctuation
 * do not matter) and may stand in any order; others beside them are passed over.
 */
export interface AllocationLayout {
  /** Default: the separator that the first line has most of. */
  readonly separator?: CsvSeparator;
  readonly time: TimeFormat;
  /** Which end of its interval a time names where the file has one time; default `start`. */
  readonly label?: 'start' | 'end';
  /** Length of an interval, as in `PT15M`, where the file has one time. */
  readonly resolution?: string;
  /** Default kWh. */
  readonly unit?: EnergyUnit;
  /** Lines before the header, such as a title; default 0. */
  readonly skipLines?: number;
  readonly columns: {
    /** Absent: a wide file, with one column for each metering point. */
    readonly meteringPoint?: string;
    readonly start: string;
    readonly end?: string;
    /** Energy that the point was given of the pool. */
    readonly allocated?: string;
    /** Energy of the point that was given to others. */
    readonly given?: string;
    /** Surplus that stays with the point. */
    readonly surplus?: string;
    /** The readings the operator worked with, after netting. */
    readonly consumed?: string;
    readonly injected?: string;
    /** Quality of those readings. */
    readonly quality?: string;
  };
  /** What the operator's quality codes mean; absent: the project's own names. */
  readonly qualities?: Readonly<Record<string, IntervalQuality>>;
}

/** The project's own layout: `metering_point,start,end,allocated_kwh`. */
export const ALLOCATION_LAYOUT: AllocationLayout = {
  time: { pattern: 'instant' },
  columns: {
    meteringPoint: 'metering_point',
    start: 'start',
    end: 'end',
    allocated: 'allocated_kwh',
    given: 'given_kwh',
    surplus: 'surplus_kwh',
    consumed: 'consumed_kwh',
    injected: 'injected_kwh',
    quality: 'quality',
  },
};
