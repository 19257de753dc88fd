import { parseInstant } from '@microgrid/units';
import { formatPower } from './format.js';
import type { ConsoleState } from './state.js';
import { REST_WATTS } from './wording.js';

/** The site in one sentence: where its power comes from right now. */
export function headline(state: ConsoleState): string {
  const { gridWatts, pvWatts, batteryWatts } = state.flows;
  if (gridWatts === undefined) return 'The grid meter gives no reading.';
  const sources = [
    (pvWatts ?? 0) > REST_WATTS ? 'the sun' : '',
    (batteryWatts ?? 0) < -REST_WATTS ? 'the battery' : '',
  ].filter((name) => name !== '');
  const named = sources.join(' and ');
  if (gridWatts >= REST_WATTS) {
    const beside = named === '' ? '' : ` beside ${named}`;
    return `Importing ${formatPower(gridWatts)} from the grid${beside}.`;
  }
  if (gridWatts <= -REST_WATTS) return `Exporting ${formatPower(gridWatts)} to the grid.`;
  if (named === '') return 'Nothing flows to or from the grid.';
  const cover = sources.length === 1 ? 'covers' : 'cover';
  return `${named.charAt(0).toUpperCase()}${named.slice(1)} ${cover} the site.`;
}

/**
 * How long the gateway has not decided, by its own clock, when that is longer than it should be:
 * ten ticks, at least 30 s. Undefined when decisions come as they should.
 */
export function overdueDecisionMs(state: ConsoleState): number | undefined {
  if (state.decision === undefined) return undefined;
  const ageMs = parseInstant(state.now) - parseInstant(state.decision.at);
  return ageMs > Math.max(10 * state.tickMs, 30_000) ? ageMs : undefined;
}
