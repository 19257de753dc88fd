import type { EpochMs } from '@microgrid/units';
import { CELL_MS } from './compile-models.js';
import type { DeviceModel, DeviceState, Moment, Segment } from './device-model.js';
import { count, energyOf, type EnergyCounter, type Linear } from './energy-counter.js';
import { PlantError } from './plant-error.js';
import { withInputs, type Inputs } from './set-points.js';
import { checkInstant, type DeviceNow, type Site } from './site.js';

/** Shortest stretch, ms: keeps rounding from stalling time where two events fall together. */
const LEAST_MS = 1e-6;
/** A battery this near to full or empty is, mWh. */
const NEAR_MILLIWATT_HOURS = 1e-3;

interface Working {
  readonly model: DeviceModel;
  state: DeviceState;
  counter: EnergyCounter;
  segment: Segment;
}

function storedAfter(working: Working, durationMs: number): number {
  const { segment, state, model } = working;
  if (segment.store === undefined) return state.storedMilliwattHours;
  const capacity = model.capacityMilliwattHours ?? 0;
  const gain = energyOf(segment.store, durationMs);
  const stored = state.storedMilliwattHours + gain;
  if (gain > 0 && stored > capacity - NEAR_MILLIWATT_HOURS) return capacity;
  if (gain < 0 && stored < NEAR_MILLIWATT_HOURS) return 0;
  return stored;
}

function visitAfter(
  { segment, state }: Working,
  durationMs: number,
): Pick<DeviceState, 'visitDay' | 'visitMilliwattHours'> {
  const visitDay = segment.visitDay ?? state.visitDay;
  if (segment.visitDay === undefined) return state;
  const before = state.visitDay === visitDay ? state.visitMilliwattHours : 0;
  return { visitDay, visitMilliwattHours: before + energyOf(segment.ac, durationMs) };
}

/** A line a while later. */
function later(line: Linear, durationMs: number): Linear {
  return { watts: line.watts + line.perMs * durationMs, perMs: line.perMs };
}

/** The battery's power after a stretch: exactly the ramp's end once that is reached. */
function followed({ following }: Segment, durationMs: number): number {
  if (following === undefined) return 0;
  if (durationMs >= following.afterMs) return following.arrivesAt;
  return later(following.line, durationMs).watts;
}

function advance(working: Working, durationMs: number): void {
  const { segment, state } = working;
  const visit = visitAfter(working, durationMs);
  working.counter = count(working.counter, segment.ac, durationMs);
  working.state = {
    setPoints: state.setPoints,
    followingWatts: followed(segment, durationMs),
    storedMilliwattHours: storedAfter(working, durationMs),
    visitDay: visit.visitDay,
    visitMilliwattHours: visit.visitMilliwattHours,
  };
}

/** A segment as it stands once a stretch of it is over: what an observer reads then. */
function passed(segment: Segment, durationMs: number): Segment {
  const { pvDc, batteryDc } = segment;
  return {
    ac: later(segment.ac, durationMs),
    shares: segment.shares,
    durationMs: segment.durationMs - durationMs,
    ...(pvDc === undefined ? {} : { pvDc: later(pvDc, durationMs) }),
    ...(batteryDc === undefined ? {} : { batteryDc: later(batteryDc, durationMs) }),
  };
}

/** Runs a stretch in which the outside is constant, from event to event. Returns the grid's counter. */
function runStretch(
  devices: readonly Working[],
  moment: Moment,
  durationMs: number,
  gridBefore: EnergyCounter,
): EnergyCounter {
  let grid = gridBefore;
  let left = durationMs;
  while (left > 0) {
    let length = left;
    let watts = 0;
    let perMs = 0;
    for (const device of devices) {
      device.segment = device.model.segment(device.state, moment);
      length = Math.min(length, device.segment.durationMs);
      watts += device.segment.ac.watts;
      perMs += device.segment.ac.perMs;
    }
    length = Math.min(left, Math.max(length, LEAST_MS));
    grid = count(grid, { watts, perMs }, length);
    left -= length;
    for (const device of devices) {
      advance(device, length);
      // Only what the last stretch ends with can be seen from outside.
      if (left <= 0) device.segment = passed(device.segment, length);
    }
  }
  return grid;
}

/**
 * Moves a site on to an instant with set points that hold all the way. How the way is divided into
 * steps does not matter: weather, people and cars depend on seed and time alone, and power between
 * two events is integrated exactly.
 * @throws PlantError `bad-instant` for a time before the site's own, `bad-set-point`.
 */
export function step(site: Site, toMs: EpochMs, inputs: Inputs = {}): Site {
  checkInstant(toMs, 'toMs', site.atMs);
  const working: Working[] = site.world.models.map((model) => {
    const now = site.devices[model.id];
    if (now === undefined) throw new PlantError('bad-config', `device ${model.id}: got no state`);
    const setPoints = withInputs(model, now.state.setPoints, inputs[model.id]);
    const state = setPoints === now.state.setPoints ? now.state : { ...now.state, setPoints };
    return { model, state, counter: now.counter, segment: now.segment };
  });
  for (const id of Object.keys(inputs)) {
    if (site.devices[id] === undefined) {
      const known = Object.keys(site.devices).join(', ');
      throw new PlantError(
        'bad-set-point',
        `${id}: got an unknown device, expected one of ${known}`,
      );
    }
  }
  let grid = site.grid;
  let atMs = site.atMs;
  while (atMs < toMs) {
    const cellEndMs = (Math.floor(atMs / CELL_MS) + 1) * CELL_MS;
    const events = working.map(({ model }) => model.nextEventMs?.(atMs) ?? cellEndMs);
    const endMs = Math.min(toMs, cellEndMs, ...events);
    grid = runStretch(working, site.world.moment(atMs), endMs - atMs, grid);
    atMs = endMs;
  }
  const devices: Record<string, DeviceNow> = {};
  for (const { model, state, counter, segment } of working) {
    devices[model.id] = { state, counter, segment };
  }
  return { ...site, atMs: toMs, devices, grid };
}
