import type { Analysis, PlaceBound, Verdict } from '@microgrid/petri/analysis';

/** The verdicts of a report. */
export const VERDICTS = [
  'deadlock',
  'bounded',
  'oneSafe',
  'quasiLive',
  'live',
  'stableMarking',
  'reversible',
] as const;

/** One of the verdicts. */
export type VerdictName = (typeof VERDICTS)[number];

/** The most tokens a place can hold; null where it is not known exactly. */
export type UpperBound = number | 'unbounded' | null;

/** What `check --json` prints, in this order. A value that is not known is null, and `reasons` says why. */
export interface CheckReport {
  readonly places: number;
  readonly transitions: number;
  readonly arcs: number;
  /** Reachable markings. */
  readonly states: number | null;
  /** Every enabled transition of every state counts. */
  readonly firings: number | null;
  readonly maxTokensInPlace: number | null;
  readonly maxTokensInMarking: number | null;
  readonly deadlock: boolean | null;
  readonly bounded: boolean | null;
  readonly oneSafe: boolean | null;
  readonly quasiLive: boolean | null;
  readonly live: boolean | null;
  readonly stableMarking: boolean | null;
  readonly reversible: boolean | null;
  /** In the order of the file's places; null where it is not known exactly. */
  readonly upperBounds: readonly UpperBound[];
  /** Whether all states were found. */
  readonly complete: boolean;
  /** Wall-clock time of the analysis. */
  readonly seconds: number;
  /** States found by CPU seconds of exploring. */
  readonly statesPerSecond: number | null;
  readonly bytesPerState: number | null;
  /** By key: why it is null or holds a null. */
  readonly reasons: Readonly<Record<string, string>>;
}

function known({ verdict }: Verdict): boolean | null {
  return verdict === 'unknown' ? null : verdict === 'true';
}

function isExact({ atLeast, atMost }: PlaceBound): boolean {
  return atLeast === atMost;
}

function boundOf(bound: PlaceBound): UpperBound {
  if (bound.atLeast === Infinity) return 'unbounded';
  return isExact(bound) ? bound.atLeast : null;
}

const LIMITS: Readonly<Record<string, string>> = {
  states: 'the limit of --max-states',
  bytes: 'the limit of --max-memory',
  time: 'the limit of --max-seconds',
  aborted: 'an interrupt',
  tokens: 'a count above 536,870,911 tokens in a place',
};

/** Why there is no number of states. */
function stopReason({ stateSpace, bounded }: Analysis): string {
  const { states, firings, stoppedBy } = stateSpace;
  if (bounded.verdict === 'false') return 'the net is unbounded: it has infinitely many states';
  return `at least ${states} states and ${firings} firings: stopped by ${LIMITS[stoppedBy ?? ''] ?? 'a limit'}`;
}

/** The most tokens in one place, where the bounds tell it also without all states. */
function mostInPlace({ upperBounds, stateSpace }: Analysis): number | null {
  const seen = upperBounds.reduce((most, { atLeast }) => Math.max(most, atLeast), 0);
  const proved = upperBounds.reduce((most, { atMost }) => Math.max(most, atMost), 0);
  return stateSpace.complete || (seen === proved && seen !== Infinity) ? seen : null;
}

function reasonsFor(analysis: Analysis, report: Omit<CheckReport, 'reasons'>): Map<string, string> {
  const stop = stopReason(analysis);
  const reasons = new Map<string, string>();
  for (const key of ['states', 'firings', 'maxTokensInPlace', 'maxTokensInMarking'] as const)
    if (report[key] === null) reasons.set(key, stop);
  for (const key of VERDICTS)
    if (report[key] === null) reasons.set(key, analysis[key].reason ?? stop);
  const open = analysis.upperBounds.filter((bound) => boundOf(bound) === null);
  const [first] = open;
  if (first !== undefined) {
    const most =
      first.atMost === Infinity ? 'no proved bound' : `a proved bound of ${first.atMost}`;
    reasons.set(
      'upperBounds',
      `${open.length} of ${analysis.upperBounds.length} places are not known exactly, for instance '${first.place}': ${first.atLeast} seen, ${most}`,
    );
  }
  if (report.statesPerSecond === null)
    reasons.set('statesPerSecond', 'exploring took less time than can be measured');
  return reasons;
}

/** The report of an analysis that took `seconds`. */
export function checkReport(analysis: Analysis, seconds: number): CheckReport {
  const { size, stateSpace, upperBounds } = analysis;
  const { complete, states, milliseconds = 0 } = stateSpace;
  const verdict = (name: VerdictName): boolean | null => known(analysis[name]);
  const report = {
    ...size,
    states: complete ? states : null,
    firings: complete ? stateSpace.firings : null,
    maxTokensInPlace: mostInPlace(analysis),
    maxTokensInMarking: complete ? stateSpace.maxTokensInMarking : null,
    deadlock: verdict('deadlock'),
    bounded: verdict('bounded'),
    oneSafe: verdict('oneSafe'),
    quasiLive: verdict('quasiLive'),
    live: verdict('live'),
    stableMarking: verdict('stableMarking'),
    reversible: verdict('reversible'),
    upperBounds: upperBounds.map(boundOf),
    complete,
    seconds: Number(seconds.toFixed(3)),
    statesPerSecond: milliseconds > 0 ? Math.round((states * 1000) / milliseconds) : null,
    bytesPerState: Number(stateSpace.bytesPerState.toFixed(1)),
  };
  return { ...report, reasons: Object.fromEntries(reasonsFor(analysis, report)) };
}
