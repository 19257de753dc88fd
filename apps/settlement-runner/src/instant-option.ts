import { isUnitsError, parseInstantLoose, type EpochMs } from '@microgrid/units';
import { RunnerError } from './runner-error.js';

/** Reads an instant of the command line. @throws RunnerError `bad-usage`. */
export function instantOf(text: string, option: string): EpochMs {
  try {
    return parseInstantLoose(text);
  } catch (error) {
    if (!isUnitsError(error)) throw error;
    throw new RunnerError(
      'bad-usage',
      `${option}: got ${JSON.stringify(text)}, expected a UTC instant such as 2026-12-01T08:00Z`,
    );
  }
}
