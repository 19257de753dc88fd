import type { Amperes, EpochMs } from '@microgrid/units';
import { constant, phaseShares, type DeviceModel, type SetPoints } from './device-model.js';
import { visitAt } from './ev-visits.js';
import type { ChargerConfig } from './site-config.js';

/** A charge point with the cars that come to it. The current changes without a ramp. */
export function chargerModel(
  config: ChargerConfig,
  sitePhases: 1 | 3,
  seed: number,
  localOffsetMinutes: number,
): DeviceModel {
  const least = config.minAmperes ?? 6;
  const most = config.maxAmperes ?? 16;
  const step = config.stepAmperes ?? 1;
  const shares = phaseShares(sitePhases, config);

  const current = ({ chargeCurrent }: SetPoints): Amperes => {
    const wanted = Math.min(most, chargeCurrent ?? most);
    if (wanted < least) return 0;
    // The tolerance keeps 7.000000000000001 / 1 and 0.3 / 0.1 on their step.
    return Math.max(least, Math.floor(wanted / step + 1e-9) * step);
  };

  let known = { fromMs: 0, ...visitAt(seed, config.habits ?? {}, localOffsetMinutes, 0) };
  const visiting = (atMs: EpochMs) => {
    if (atMs < known.fromMs || atMs >= known.untilMs) {
      known = { fromMs: atMs, ...visitAt(seed, config.habits ?? {}, localOffsetMinutes, atMs) };
    }
    return known;
  };

  const left = (
    day: number,
    need: number,
    state: { visitDay: number; visitMilliwattHours: number },
  ) => need - (state.visitDay === day ? state.visitMilliwattHours : 0);

  return {
    id: config.id,
    controls: ['chargeCurrent'],
    segment: (state, { atMs, volts }) => {
      const { visit } = visiting(atMs);
      const wait = { ac: constant(0), shares, durationMs: Infinity };
      if (visit === undefined) return wait;
      const amperes = current(state.setPoints);
      const phaseWatts = shares.map((share, phase) =>
        share > 0 ? amperes * (volts[phase] ?? 0) : 0,
      );
      const watts = phaseWatts.reduce((sum, each) => sum + each, 0);
      const remaining = left(visit.day, visit.needMilliwattHours, state);
      if (watts === 0 || remaining <= 0) return { ...wait, visitDay: visit.day };
      return {
        ac: constant(watts),
        shares: phaseWatts.map((each) => each / watts),
        durationMs: (remaining * 3600) / watts,
        visitDay: visit.day,
      };
    },
    nextEventMs: (atMs) => visiting(atMs).untilMs,
    points: (state, { atMs }) => {
      const { visit } = visiting(atMs);
      const taken = state.visitDay === visit?.day ? state.visitMilliwattHours : 0;
      const hungry = visit !== undefined && left(visit.day, visit.needMilliwattHours, state) > 0;
      const amperes = current(state.setPoints);
      return {
        connected: visit === undefined ? 0 : 1,
        charging: hungry && amperes > 0 ? 1 : 0,
        chargeCurrentLimit: amperes,
        sessionEnergy: Math.floor(taken),
      };
    },
  };
}
