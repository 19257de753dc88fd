import { createSite, observe, step, type Site, type SiteConfig } from '@microgrid/plant';
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

const declaredPhase = (phases: 1 | 3, phase: Phase | 'all'): Phase | 'all' =>
  phases === 1 ? 1 : phase;

/** The plant: a home with sun, a car that waits and three loads; `moved` ones hang elsewhere. */
function siteConfig({ phases, seed, moved = {} }: PlantedSite): SiteConfig {
  return {
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
        phase: phases === 1 ? (1 as const) : (moved[id] ?? phase),
        windows: [[0, 1440]] as [number, number][],
      })),
    ],
  };
}

const setPoint = (load: string, on: boolean) =>
  load === 'charger' ? { charger: { chargeCurrent: on ? 10 : 0 } } : { [load]: { switch: on } };

/** A site that runs second by second, as its faulty and noisy meters show it. */
class MeteredSite {
  private site: Site;
  private otherOn = false;
  private readonly draw: () => number;
  private readonly otherPhase: Phase;
  private readonly stuck = new Map<string, Points>();

  constructor(private readonly options: PlantedSite) {
    const { phases, seed } = options;
    this.draw = random(seed);
    this.otherPhase = phases === 1 ? 1 : ((1 + Math.floor(this.draw() * 3)) as Phase);
    this.site = createSite(siteConfig(options), seed, START_MS);
    for (const load of [...LOADS.map(({ id }) => id), 'charger']) this.turn(load, false);
  }

  turn(load: string, on: boolean): void {
    this.site = step(this.site, this.site.atMs, setPoint(load, on));
  }

  private gauss(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.draw()));
    return radius * Math.cos(2 * Math.PI * this.draw());
  }

  /** What all meters show a second later. */
  readonly sample = (): SiteSample => {
    this.site = step(this.site, this.site.atMs + 1000, {});
    if (this.draw() < (this.options.restless ?? 0.01)) this.otherOn = !this.otherOn;
    const truth = observe(this.site);
    return Object.fromEntries(
      ['meter', 'pv', 'charger'].map((id) => [id, this.shown(id, truth[id] ?? {})]),
    );
  };

  private shown(id: string, truth: Readonly<Points>): Points {
    const { phases, planted, noiseWatts = 8 } = this.options;
    let points: Points = { power: 0 };
    for (const phase of phasesOf(phases)) {
      const other = id === 'meter' && this.otherOn && phase === this.otherPhase ? 1500 : 0;
      const name = onPhase('power', phase);
      const watts = (truth[name] ?? 0) + other + noiseWatts * this.gauss();
      points = { ...points, [name]: watts, power: (points['power'] ?? 0) + watts };
    }
    const own = planted.filter(({ device }) => device === id);
    for (const each of own) points = distort(points, each, phases);
    if (!own.some(({ fault }) => fault === 'stuck')) return points;
    const first = this.stuck.get(id) ?? points;
    this.stuck.set(id, first);
    return first;
  }
}

/** Switches one load until it is measured, as the command does. */
function testLoad(site: MeteredSite, load: string, phases: 1 | 3): StepTest {
  const known = LOADS.find(({ id }) => id === load);
  const windows: StepWindow[] = [];
  const test = {
    load,
    declaredPhase: declaredPhase(phases, known?.phase ?? 'all'),
    declaredWatts: known?.watts ?? 2300 * phases,
    windows,
  };
  for (let count = 0; count < MOST_WINDOWS; count += 1) {
    const on = count % 2 === 1;
    site.turn(load, on);
    site.sample();
    site.sample();
    windows.push({ on, samples: Array.from({ length: 10 }, site.sample) });
    if (count < 4 || on) continue;
    if (measureLoad(test, { gridMeter: 'meter', phases }).unsure === undefined) break;
  }
  site.turn(load, false);
  return test;
}

/** Measures a simulated site as a person with these loads and a car would. */
export function measureSite(options: PlantedSite): CommissioningData {
  const { phases } = options;
  const site = new MeteredSite(options);
  const loads = options.loads ?? [...LOADS.map(({ id }) => id), 'charger'];
  return {
    gridMeter: 'meter',
    phases,
    devices: [
      { id: 'pv', role: 'pvInverter' },
      { id: 'charger', role: 'charger' },
    ],
    tests: loads.map((load) => testLoad(site, load, phases)),
  };
}
