import { parseCommunity, type Community } from '@microgrid/community';
import { INTERVAL_QUALITIES } from '@microgrid/events';
import type { Columns } from '@microgrid/metering';
import { parseRunCalendar, type RunCalendar } from './run-calendar.js';
import type { RunInputs } from './run-inputs.js';
import type { RunRequest } from './settlement-run.js';

export const QUARTER_MS = 900_000;
export const DAY_MS = 86_400_000;
/** Local midnight of Monday 2026-06-15 in Lisbon. */
export const MONDAY_MS = Date.UTC(2026, 5, 14, 23);
/** When everything of the first days is known. */
export const KNOWN_MS = MONDAY_MS + 10 * DAY_MS;
export const POINTS = ['ana', 'bea', 'rui', 'sol'] as const;

/** Three homes and a plant, sharing by fixed coefficients unless told otherwise. */
export function village(changes: object = {}): Community {
  return parseCommunity(
    JSON.stringify({
      schema: 'microgrid/community/1',
      id: 'village',
      name: 'Village',
      timeZone: 'Europe/Lisbon',
      resolution: 'PT15M',
      currency: 'EUR',
      netting: 'interval',
      sharingKey: { type: 'fixed', coefficients: { ana: '0.5', bea: '0.3', rui: '0.2' } },
      prices: { import: '0.25', export: '0.05', internal: '0.12' },
      members: POINTS.map((id) => ({ id: `m-${id}`, meteringPoints: [{ id }] })),
      ...changes,
    }),
  );
}

/** A row of readings; without energies it is missing. */
export interface VillageRow {
  readonly point: string;
  readonly startMs: number;
  readonly energies: readonly [imported: number, exported: number] | null;
  readonly quality?: string;
}

/** What a point of the village meters in a quarter-hour: whole mWh that differ by point and time. */
export function villageEnergies(point: string, startMs: number): readonly [number, number] {
  const slot = Math.floor((startMs - MONDAY_MS) / QUARTER_MS);
  const ofDay = ((slot % 96) + 96) % 96;
  const sun = Math.max(0, Math.round(900_000 * Math.sin(((ofDay - 26) / 52) * Math.PI)));
  const noise = Math.abs((slot * 7919 + point.charCodeAt(0) * 104_729) % 250_007);
  return point === 'sol' ? [0, sun + (sun > 0 ? noise % 997 : 0)] : [60_000 + noise, 0];
}

/** Rows of all points for some whole days. */
export function villageRows(days: number, fromMs = MONDAY_MS): VillageRow[] {
  const rows: VillageRow[] = [];
  for (let startMs = fromMs; startMs < fromMs + days * DAY_MS; startMs += QUARTER_MS) {
    for (const point of POINTS) {
      rows.push({ point, startMs, energies: villageEnergies(point, startMs) });
    }
  }
  return rows;
}

export function villageColumns(rows: readonly VillageRow[], file = 'village.csv'): Columns {
  const points = [...new Set(rows.map(({ point }) => point))];
  const of = (read: (row: VillageRow) => number): Float64Array => Float64Array.from(rows, read);
  return {
    file,
    rows: rows.length,
    points,
    point: Int32Array.from(rows, ({ point }) => points.indexOf(point)),
    startMs: of(({ startMs }) => startMs),
    endMs: of(({ startMs }) => startMs + QUARTER_MS),
    importMilliwattHours: of(({ energies }) => energies?.[0] ?? NaN),
    exportMilliwattHours: of(({ energies }) => energies?.[1] ?? NaN),
    quality: Uint8Array.from(rows, ({ energies, quality }) =>
      INTERVAL_QUALITIES.indexOf(
        (energies === null ? 'missing' : (quality ?? 'measured')) as 'measured',
      ),
    ),
    line: Int32Array.from(rows, (_, index) => index + 2),
  };
}

export function villageInputs(
  rows: readonly VillageRow[],
  community: Community = village(),
): RunInputs {
  return {
    readings: [{ knownMs: KNOWN_MS, kind: 'dso-file', columns: villageColumns(rows) }],
    contracts: [{ knownMs: KNOWN_MS, community }],
  };
}

const nothing = { energy: '0', count: '0' };

/** Runs that ask for nothing. */
export const LENIENT: RunCalendar = parseRunCalendar({
  schema: 'microgrid/run-calendar/1',
  substitution: [{ method: 'previousWeek' }, { method: 'likeDay' }],
  runs: ['preliminary', 'initial', 'R1', 'R2', 'final', 'dispute'].map((kind) => ({
    kind,
    minimum: { member: nothing, total: nothing },
  })),
});

export function villageRequest(days: number, changes: Partial<RunRequest> = {}): RunRequest {
  return {
    period: { startMs: MONDAY_MS, endMs: MONDAY_MS + days * DAY_MS },
    kind: 'initial',
    asKnownOnMs: KNOWN_MS,
    calendar: LENIENT,
    ...changes,
  };
}
