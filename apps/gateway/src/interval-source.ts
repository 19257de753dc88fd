/**
 * Where the intervals of a metering point can come from: `loadProfile` = the meter measured them
 * itself, `registers` = the gateway made them of the meter's counters.
 */
export const INTERVAL_SOURCES = ['loadProfile', 'registers'] as const;

/** One of {@link INTERVAL_SOURCES}. */
export type IntervalSource = (typeof INTERVAL_SOURCES)[number];

/** The sources of a metering point, the preferred one first. */
export function sourcesOf(
  point: { readonly sources?: readonly IntervalSource[] | undefined },
  device: { readonly driver?: string | undefined } | undefined,
): readonly IntervalSource[] {
  return point.sources ?? (device?.driver === 'eredes-han' ? INTERVAL_SOURCES : ['registers']);
}
