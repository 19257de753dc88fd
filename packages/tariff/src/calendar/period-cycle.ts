import type { PeriodCycle } from './cycle-table.js';
import { IT_BANDS } from './italian-cycles.js';
import { PORTUGUESE_CYCLES } from './portuguese-cycles.js';
import { ES_2_0TD } from './spanish-cycles.js';

/**
 * The period tables a tariff of type `cycle` may name. Portugal's follow legal time: winter and summer
 * are the two states of the clock. They are ERSE's tables of mainland Portugal as in force in 2025.
 */
export const PERIOD_CYCLES = {
  ...PORTUGUESE_CYCLES,
  'ES-2.0TD': ES_2_0TD,
  'IT-F1-F2-F3': IT_BANDS,
} as const satisfies Record<string, PeriodCycle>;

/** Name of a {@link PERIOD_CYCLES} table. */
export type PeriodCycleName = keyof typeof PERIOD_CYCLES;

/** All {@link PeriodCycleName}s. */
export const PERIOD_CYCLE_NAMES = Object.keys(PERIOD_CYCLES) as [
  PeriodCycleName,
  ...PeriodCycleName[],
];
