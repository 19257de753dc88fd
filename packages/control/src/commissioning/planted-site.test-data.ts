import { createSite, observe, step, type SiteConfig } from '@microgrid/plant';
import { measureLoad } from './measured-load.js';
import {
  onPhase,
  phasesOf,
  type CommissioningData,
  type Phase,
  type SiteSample,
  type StepTest,
  type StepWindow,
} from './site-sample.js';

/** A mistake in the wiring or setting of one meter. */
export type Planted =
  | { readonly fault: 'reversed'; readonly device: string; readonly phase: Phase }
  | { readonly fault: 'swapped'; readonly device: string; readonly phases: readonly [Phase, Phase] }
  /** As real meters show it: the voltages stay where they are, so power is -1/2 of the current's. */
  | { readonly fault: 'crossed'; readonly device: string; readonly phases: readonly [Phase, Phase] }
  | {
      readonly fault: 'scale';
      readonly device: string;
      readonly factor: number;
      readonly phase?: Phase;
    }
  | { readonly fault: 'stuck'; readonly device: string };

/** A small generator with a seed of its own (mulberry32). */
export function random(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
}

type Points = Record<string, number>;

function distort(points: Points, planted: Planted, phases: 1 | 3): Points {
  const shown = { ...points };
  const names = phasesOf(phases).map((phase) => onPhase('power', phase));
  if (planted.fault === 'reversed') {
    const name = onPhase('power', planted.phase);
    shown[name] = -(shown[name] ?? 0);
  } else if (planted.fault === 'scale') {
    const scaled = planted.phase === undefined ? names : [onPhase('power', planted.phase)];
    for (const name of scaled) shown[name] = (shown[name] ?? 0) * planted.factor;
  } else if (planted.fault === 'swapped' || planted.fault === 'crossed') {
    const [a, b] = planted.phases.map((phase) => onPhase('power', phase)) as [string, string];
    const part = planted.fault === 'crossed' ? -0.5 : 1;
    const [first, second] = [shown[a] ?? 0, shown[b] ?? 0];
    shown[a] = second * part;
    shown[b] = first * part;
  }
  shown['power'] = names.reduce((sum, name) => sum + (shown[name] ?? 0), 0);
  return shown;
}

/** What a site is made of, and how unquiet it is. */
export interface PlantedSite {
  readonly phases: 1 | 3;
  readonly seed: number;
  readonly planted: readonly Planted[];
  /** Phases on which loads really hang, by load, where it is not what is declared. */
  readonly moved?: Readonly<Record<string, Phase>>;
  /** Loads that are tested; default all. */
  readonly loads?: readonly string[];
  /** Standard deviation of what meters add by themselves, W. Default 8. */
  readonly noiseWatts?: number;
  /** Chance that another load of 1500 W switches in a second. Default 0.01. */
  readonly restless?: number;
}

const START_MS = Date.UTC(2026, 5, 21, 11);
const LOADS: readonly { readonly id: string; readonly phase: Phase; readonly watts: number }[] = [
  { id: 'oven', phase: 1, watts: 2200 },
  { id: 'boiler', phase: 2, watts: 1800 },
  { id: 'heater', phase: 3, watts: 2000 },
];
/** Most switchings that are asked for before a load is given up as unsure. */
const MOST_WINDOWS = 12;

/** Measures a simulated site as a person with these loads and a car would. */
export function measureSite(options: PlantedSite): CommissioningData {
  const { phases, seed, planted, moved = {}, noiseWatts = 8, restless = 0.01 } = options;
  const phaseOf = (id: string, declared: Phase): Phase =>
    phases === 1 ? 1 : (moved[id] ?? declared);
  const config: SiteConfig = {
    id: `site-${seed}`,
    latitudeDegrees: 38.7,
    longitudeDegrees: -9.1,
    phases,
    devices: [
      { kind: 'gridMeter', id: 'meter' },
      { kind: 'house', id: 'house', phases },
      { kind: 'pv', id: 'pv', array: { peakWatts: 3000 }, phases },
      {
        kind: 'charger',
        id: 'charger',
        phases,
        habits: {
          presence: 1,
          arrivalMinute: 300,
          departureMinute: 1300,
          spreadMinutes: 0,
          leastMilliwattHours: 60_000_000,
          mostMilliwattHours: 80_000_000,
        },
      },
      ...LOADS.map(({ id, phase, watts }) => ({
        kind: 'switchedLoad' as const,
        id,
        watts,
        phase: phaseOf(id, phase),
        windows: [[0, 1440]] as [number, number][],
      })),
    ],
  };
  const draw = random(seed);
  const gauss = (): number => {
    const radius = Math.sqrt(-2 * Math.log(1 - draw()));
    return radius * Math.cos(2 * Math.PI * draw());
  };
  const off = Object.fromEntries(LOADS.map(({ id }) => [id, { switch: false }]));
  let site = step(createSite(config, seed, START_MS), START_MS, {
    ...off,
    charger: { chargeCurrent: 0 },
  });
  let otherOn = false;
  const otherPhase = phases === 1 ? 1 : ((1 + Math.floor(draw() * 3)) as Phase);
  const stuck = new Map<string, Points>();
  const sample = (): SiteSample => {
    site = step(site, site.atMs + 1000, {});
    if (draw() < restless) otherOn = !otherOn;
    const truth = observe(site);
    const shown: Record<string, Points> = {};
    for (const id of ['meter', 'pv', 'charger']) {
      let points: Points = {};
      for (const phase of phasesOf(phases)) {
        const other = id === 'meter' && otherOn && phase === otherPhase ? 1500 : 0;
        const name = onPhase('power', phase);
        points[name] = (truth[id]?.[name] ?? 0) + other + noiseWatts * gauss();
      }
      points['power'] = phasesOf(phases).reduce(
        (sum, phase) => sum + (points[onPhase('power', phase)] ?? 0),
        0,
      );
      for (const each of planted) if (each.device === id) points = distort(points, each, phases);
      if (planted.some(({ fault, device }) => fault === 'stuck' && device === id)) {
        points = stuck.get(id) ?? points;
        stuck.set(id, points);
      }
      shown[id] = points;
    }
    return shown;
  };
  const window = (on: boolean, load: string): StepWindow => {
    const inputs =
      load === 'charger' ? { charger: { chargeCurrent: on ? 10 : 0 } } : { [load]: { switch: on } };
    site = step(site, site.atMs, inputs);
    sample();
    sample();
    return { on, samples: Array.from({ length: 10 }, sample) };
  };
  const wanted = options.loads ?? [...LOADS.map(({ id }) => id), 'charger'];
  const tests = wanted.map((load): StepTest => {
    const known = LOADS.find(({ id }) => id === load);
    const declared =
      known === undefined
        ? {
            declaredPhase: phases === 1 ? (1 as const) : ('all' as const),
            declaredWatts: 2300 * phases,
          }
        : { declaredPhase: phases === 1 ? (1 as const) : known.phase, declaredWatts: known.watts };
    const windows: StepWindow[] = [];
    const test = { load, ...declared, windows };
    for (let count = 0; count < MOST_WINDOWS; count += 1) {
      windows.push(window(count % 2 === 1, load));
      if (count >= 4 && count % 2 === 0) {
        if (measureLoad(test, { gridMeter: 'meter', phases }).unsure === undefined) break;
      }
    }
    site = step(
      site,
      site.atMs,
      load === 'charger' ? { charger: { chargeCurrent: 0 } } : { [load]: { switch: false } },
    );
    return test;
  });
  return {
    gridMeter: 'meter',
    phases,
    devices: [
      { id: 'pv', role: 'pvInverter' },
      { id: 'charger', role: 'charger' },
    ],
    tests,
  };
}
