import { RESOLUTION_MINUTES } from '@microgrid/units';
import { columnSource, type DirectionSource } from './interval-assembler.js';
import type { EredesHanConfig } from './config.js';
import type { LoadProfileLayout, Measure } from './load-profile-layout.js';

/** What the registers 0x0080..0x0083 say. */
export interface ProfileRegisters {
  /** Measurement ids, 14 of them, 0xFF = unused. */
  readonly ids: readonly number[];
  /** Capture period, s. */
  readonly periodSeconds: number;
  /** Entries the meter can hold; absent where it does not tell. */
  readonly capacity?: number;
}

/** Measures a layout has. */
export function measuresOf({ columns }: LoadProfileLayout): ReadonlySet<Measure> {
  return new Set(
    columns.flatMap((column) =>
      column.kind === 'measure' && column.measure !== undefined ? [column.measure] : [],
    ),
  );
}

/** Why a period is no interval length, or undefined when it is one. */
export function periodProblem(periodSeconds: number): string | undefined {
  if (RESOLUTION_MINUTES.some((minutes) => minutes * 60 === periodSeconds)) return undefined;
  return `capture period: ${periodSeconds} s, expected 1, 5, 10, 15, 30 or 60 minutes`;
}

/**
 * Where the energy of a direction comes from, or why that is not known. Without a column only a
 * lifetime register that still shows 0, or the owner, can say that there is none: a missing value is
 * not zero.
 */
export function directionSource(
  measures: ReadonlySet<Measure>,
  direction: 'import' | 'export',
  registerWattHours: number | undefined,
  config: EredesHanConfig['loadProfile'],
): DirectionSource | { readonly problem: string } {
  const source = columnSource(measures, direction);
  if (source !== undefined) return source;
  if (config[`${direction}s`] === 'none' || registerWattHours === 0) return 'none';
  const shown =
    registerWattHours === undefined ? 'cannot be read' : `shows ${registerWattHours} Wh`;
  return {
    problem: `the load profile has no ${direction} column and the ${direction} register ${shown}; ask the network operator for the column, or state loadProfile.${direction}s: none`,
  };
}
