import { INTERVAL_QUALITIES, type IntervalV1 } from '@microgrid/events';
import { compareIds, formatInstant, parseInstant, type EpochMs } from '@microgrid/units';

/** Where intervals of a metering point can come from. */
export type SourceKind = 'dso-file' | 'meter-profile' | 'gateway-registers';

/** The order where a contract names no other: who may bill by it comes first. */
export const SOURCE_PRECEDENCE: readonly SourceKind[] = [
  'dso-file',
  'meter-profile',
  'gateway-registers',
];

/** One source's intervals of one metering point. */
export interface SourceSeries {
  readonly kind: SourceKind;
  /** Serial number of the meter that counted. */
  readonly serial: string;
  /** Accuracy class as on its nameplate. */
  readonly accuracyClass?: string;
  readonly intervals: readonly IntervalV1[];
}

/** What a contract says of sources. */
export interface SourceContract {
  /** Most trusted first; a kind that is not named is not used. Default {@link SOURCE_PRECEDENCE}. */
  readonly precedence?: readonly SourceKind[];
  /** Whether holes of the chosen source may be filled from the next ones. Default false. */
  readonly mixing?: boolean;
}

/** A share of a period that one source gave. */
export interface SourceShare {
  readonly kind: SourceKind;
  readonly serial: string;
  readonly accuracyClass?: string;
  /** Intervals it gave. */
  readonly intervals: number;
}

/** Which source a point's period rests on. */
export interface SourceChoice {
  readonly meteringPoint: string;
  readonly startMs: EpochMs;
  readonly endMs: EpochMs;
  /** The chosen source first; more than one only where the contract allows mixing. */
  readonly shares: readonly SourceShare[];
  /** Intervals of the period that no used source has. */
  readonly missing: number;
  readonly intervals: readonly IntervalV1[];
}

/**
 * Chooses the source of one metering point in one period: the most trusted one that is whole; where none
 * is, the one with the most intervals, the more trusted of equals. Only a contract that allows mixing
 * fills its holes from others, most trusted first.
 */
export function chooseSource(
  meteringPoint: string,
  period: { readonly startMs: EpochMs; readonly endMs: EpochMs; readonly resolutionMs: number },
  sources: readonly SourceSeries[],
  contract: SourceContract = {},
): SourceChoice {
  const { precedence = SOURCE_PRECEDENCE, mixing = false } = contract;
  const { startMs, endMs, resolutionMs } = period;
  const slots = Math.round((endMs - startMs) / resolutionMs);
  const ranked = sources
    .filter(({ kind }) => precedence.includes(kind))
    .sort(
      (a, b) =>
        precedence.indexOf(a.kind) - precedence.indexOf(b.kind) || compareIds(a.serial, b.serial),
    )
    .map((source) => ({ source, usable: usable(meteringPoint, period, source) }));
  const most = Math.max(0, ...ranked.map(({ usable: known }) => known.size));
  const chosen = ranked.find(({ usable: known }) => known.size === most && most > 0);
  const used = chosen === undefined ? [] : [chosen];
  if (mixing) used.push(...ranked.filter((each) => each !== chosen));
  const taken = new Map<EpochMs, IntervalV1>();
  const shares: SourceShare[] = [];
  for (const { source, usable: known } of used) {
    let count = 0;
    for (const [atMs, interval] of known) {
      if (taken.has(atMs)) continue;
      taken.set(atMs, interval);
      count += 1;
    }
    const { kind, serial, accuracyClass } = source;
    const named = accuracyClass === undefined ? {} : { accuracyClass };
    if (count > 0) shares.push({ kind, serial, ...named, intervals: count });
  }
  const intervals = [...taken].sort(([a], [b]) => a - b).map(([, interval]) => interval);
  return { meteringPoint, startMs, endMs, shares, missing: slots - taken.size, intervals };
}

/** The newest revisions of a source that lie in the period and say something, by start. */
function usable(
  meteringPoint: string,
  period: { readonly startMs: EpochMs; readonly endMs: EpochMs; readonly resolutionMs: number },
  { intervals }: SourceSeries,
): Map<EpochMs, IntervalV1> {
  const newest = new Map<EpochMs, IntervalV1>();
  for (const interval of intervals) {
    const [startMs, endMs] = [parseInstant(interval.start), parseInstant(interval.end)];
    const inside = startMs >= period.startMs && endMs <= period.endMs;
    if (interval.meteringPoint !== meteringPoint || !inside) continue;
    if (endMs - startMs !== period.resolutionMs) continue;
    if ((newest.get(startMs)?.revision ?? 0) < interval.revision) newest.set(startMs, interval);
  }
  const missing = INTERVAL_QUALITIES.at(-1);
  for (const [startMs, { quality }] of newest) if (quality === missing) newest.delete(startMs);
  return newest;
}

/** A choice as one line for people: which meter, how much of it, and every mixed-in source. */
export function printSourceChoice(choice: SourceChoice): string {
  const { meteringPoint, startMs, endMs, shares, missing } = choice;
  const parts = shares.map(({ kind, serial, accuracyClass, intervals }, index) => {
    const grade = accuracyClass === undefined ? 'class not known' : `class ${accuracyClass}`;
    return `${index > 0 ? 'mixed in: ' : ''}${kind} ${serial} (${grade}) ${intervals} intervals`;
  });
  if (missing > 0 || parts.length === 0) parts.push(`${missing} missing`);
  return `${meteringPoint} ${formatInstant(startMs)}/${formatInstant(endMs)}: ${parts.join(', ')}`;
}
