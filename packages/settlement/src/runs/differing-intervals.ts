import type { SettledPeriod } from '../settled-period.js';
import { MISSING_QUALITY } from '../settlement-grid.js';
import { joinedPeriod } from './joined-period.js';

interface ValueColumn {
  readonly values: ArrayLike<number | bigint>;
  /** Values per interval. */
  readonly width: number;
}

/** The columns of a settled period by name, those in objects by path. */
function columnsOf(settled: SettledPeriod): Map<string, ValueColumn> {
  const found = new Map<string, ValueColumn>();
  const visit = (path: string, value: unknown): void => {
    if (ArrayBuffer.isView(value)) {
      const values = value as unknown as ArrayLike<number | bigint>;
      found.set(path, { values, width: values.length / settled.intervals });
    } else if (path !== '' && (typeof value !== 'object' || value === null)) return;
    else {
      for (const [name, field] of Object.entries(value as object)) {
        if (path === '' && NO_VALUES.has(name)) continue;
        visit(`${path}/${name}`, field);
      }
    }
  };
  visit('', settled);
  return found;
}

/** What describes the period and does not lie in an interval. */
const NO_VALUES: ReadonlySet<string> = new Set<keyof SettledPeriod>([
  'contract',
  'points',
  'members',
  'memberOfPoint',
]);

function sameValues(a: ValueColumn | undefined, b: ValueColumn, interval: number): boolean {
  for (let offset = 0; offset < b.width; offset++) {
    const value = b.values[interval * b.width + offset];
    const before = a?.values[interval * b.width + offset] ?? (typeof value === 'bigint' ? 0n : 0);
    if (!Object.is(before, value)) return false;
  }
  return true;
}

/** Points of the later period that belonged to another member before. */
function movedPoints(before: SettledPeriod, after: SettledPeriod): number[] {
  const owner = ({ members, memberOfPoint }: SettledPeriod, point: number): string | undefined =>
    members[memberOfPoint[point] ?? -1];
  return after.points.flatMap((id, point) => {
    const known = before.points.indexOf(id);
    return known === -1 || owner(before, known) === owner(after, point) ? [] : [point];
  });
}

/**
 * Which of the marked intervals came out differently in two versions of a period: energies, qualities,
 * prices, or whose point it is. 1 by interval. A point that one version does not have is like one
 * without readings.
 */
export function differingIntervals(
  before: SettledPeriod,
  after: SettledPeriod,
  marked: Uint8Array,
): Uint8Array {
  const gone = before.points.filter((id) => !after.points.includes(id));
  const old = joinedPeriod(after.contract, [
    { settled: before, from: 0, count: before.intervals, at: 0 },
  ]);
  const columns = columnsOf(after);
  const oldColumns = columnsOf({ ...old, prices: before.prices });
  const moved = movedPoints(before, after);
  const goneAt = gone.map((id) => before.points.indexOf(id));
  return marked.map((mark, interval) => {
    if (mark !== 1) return 0;
    const had = goneAt.some(
      (point) => before.quality[interval * before.points.length + point] !== MISSING_QUALITY,
    );
    const passed = moved.some(
      (point) => after.quality[interval * after.points.length + point] !== MISSING_QUALITY,
    );
    if (had || passed) return 1;
    for (const [name, column] of columns) {
      if (!sameValues(oldColumns.get(name), column, interval)) return 1;
    }
    return 0;
  });
}
