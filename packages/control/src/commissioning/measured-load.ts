import type { Watts } from '@microgrid/units';
import {
  onPhase,
  phasesOf,
  type CommissioningData,
  type Phase,
  type SiteSample,
  type StepTest,
} from './site-sample.js';
import { stepResponse, type StepResponse } from './step-response.js';

/** What a load is known to draw, by one source. */
export interface Reference {
  readonly load: string;
  /** `own`: the load measures itself; `declared`: somebody said so. */
  readonly source: 'own' | 'declared';
  readonly watts: Watts;
  /** What it may be off by, as a share. */
  readonly tolerance: number;
}

/** What switching one load showed. */
export interface MeasuredLoad {
  readonly load: string;
  readonly declaredPhase?: Phase | 'all';
  /** At the grid meter, phase by phase; in a single-phase site and where phases are not measured, one. */
  readonly grid: ReadonlyMap<Phase | 'total', StepResponse>;
  /** At the load's own meter: all phases together, and by phase. */
  readonly own: ReadonlyMap<Phase | 'total', StepResponse>;
  readonly references: readonly Reference[];
  /** Phases of the grid meter that answer. */
  readonly respondingPhases: readonly Phase[];
  /** Why more switchings are needed; absent: everything is clear. */
  readonly unsure?: string;
}

/** Tolerance of what a load's own meter says. */
const OWN_TOLERANCE = 0.1;
const DECLARED_TOLERANCE = 0.25;
/** Size taken where nobody knows one, W. */
const UNKNOWN_WATTS = 500;

type Series = (sample: SiteSample) => number | undefined;

const point =
  (device: string, name: string): Series =>
  (sample) =>
    sample[device]?.[name];

/** Phase by phase where the device has phases, and together. */
function responses(
  test: StepTest,
  device: string,
  phases: 1 | 3,
  sizeWatts: Watts,
): ReadonlyMap<Phase | 'total', StepResponse> {
  const found = new Map<Phase | 'total', StepResponse>();
  for (const phase of phasesOf(phases)) {
    const series = point(device, onPhase('power', phase));
    const response = stepResponse(test.windows, series, sizeWatts);
    if (response.verdict !== 'absent') found.set(phase, response);
  }
  const total = stepResponse(test.windows, point(device, 'power'), sizeWatts);
  if (total.verdict !== 'absent') found.set('total', total);
  return found;
}

function referencesOf(test: StepTest, own: StepResponse | undefined): Reference[] {
  const { load, declaredWatts, declaredAccuracy = DECLARED_TOLERANCE } = test;
  const references: Reference[] = [];
  if (own?.verdict === 'responds') {
    references.push({ load, source: 'own', watts: Math.abs(own.watts), tolerance: OWN_TOLERANCE });
  }
  if (declaredWatts !== undefined) {
    references.push({
      load,
      source: 'declared',
      watts: declaredWatts,
      tolerance: declaredAccuracy,
    });
  }
  return references;
}

/** Measures one load at the grid meter and, where it has one, at its own. */
export function measureLoad(
  test: StepTest,
  { gridMeter, phases }: Pick<CommissioningData, 'gridMeter' | 'phases'>,
): MeasuredLoad {
  const guess = test.declaredWatts ?? UNKNOWN_WATTS;
  const own = responses(test, test.load, phases, guess);
  const ownTotal = own.get('total');
  const references = referencesOf(test, ownTotal);
  const size = references[0]?.watts ?? guess;
  // A load on three phases shows a third of itself on each.
  const perPhase = test.declaredPhase === 'all' ? size / 3 : size;
  const grid = responses(test, gridMeter, phases, perPhase);
  const byPhase = phasesOf(phases).filter((phase) => grid.has(phase));
  const respondingPhases = byPhase.filter((phase) => grid.get(phase)?.verdict === 'responds');
  const unsure = whyUnsure(grid, byPhase, own, respondingPhases);
  return {
    load: test.load,
    ...(test.declaredPhase === undefined ? {} : { declaredPhase: test.declaredPhase }),
    grid,
    own,
    references,
    respondingPhases,
    ...(unsure === undefined ? {} : { unsure }),
  };
}

function whyUnsure(
  grid: MeasuredLoad['grid'],
  byPhase: readonly Phase[],
  own: MeasuredLoad['own'],
  responding: readonly Phase[],
): string | undefined {
  const ownTotal = own.get('total');
  if (ownTotal?.verdict === 'none') return 'the load did not draw more when it was on';
  if (ownTotal?.verdict === 'unsure') return `its own meter: ${ownTotal.reason ?? ''}`;
  const keys: readonly (Phase | 'total')[] = byPhase.length > 0 ? byPhase : ['total'];
  for (const key of keys) {
    const response = grid.get(key);
    const name = key === 'total' ? 'the grid meter' : `L${key}`;
    if (response === undefined) return 'the grid meter shows no power';
    if (response.verdict === 'unsure') return `${name}: ${response.reason ?? ''}`;
  }
  const total = grid.get('total')?.verdict;
  const answered = byPhase.length > 0 ? responding.length > 0 : total === 'responds';
  return answered ? undefined : 'the grid meter does not answer to it';
}
