import { createHash } from 'node:crypto';
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { canonicalCommunity, communityPoints, type Community } from '@microgrid/community';
import { INTERVAL_QUALITIES, type IntervalV1 } from '@microgrid/events';
import type { KeyedDocuments } from '@microgrid/journal';
import { CsvWriter, type SeriesStore } from '@microgrid/metering';
import { compareIds, formatInstant, parseInstant, parseResolution } from '@microgrid/units';
import { CoordinatorError } from './coordinator-error.js';

/** A period whose readings stand in a folder, ready for `microgrid-settle run`. */
export interface ClosedPeriod {
  readonly start: string;
  readonly end: string;
  /** Folder with `readings.csv` and `community.json`, inside the data folder. */
  readonly folder: string;
  /** SHA-256 of readings.csv, hex. */
  readonly readingsHash: string;
}

const COLLECTION = 'closed-periods';
/** How many missing intervals a message names before it only counts. */
const NAMED = 5;

/** What closing a period needs. */
export interface PeriodsOptions {
  readonly community: Community;
  readonly series: SeriesStore;
  readonly documents: KeyedDocuments;
  /** The data folder. */
  readonly folder: string;
}

/** The periods of one community. */
export class Periods {
  constructor(private readonly options: PeriodsOptions) {}

  /** All closed periods, by start. */
  async closed(): Promise<ClosedPeriod[]> {
    const { documents } = this.options;
    const keys = await documents.keys(COLLECTION);
    const found = await Promise.all(keys.map((key) => documents.get(COLLECTION, key)));
    return found.map((document) => document as unknown as ClosedPeriod);
  }

  /** Whether a period was closed. */
  async isClosed(startMs: number, endMs: number): Promise<boolean> {
    return (await this.options.documents.get(COLLECTION, keyOf(startMs, endMs))) !== undefined;
  }

  /**
   * Writes a period's readings and community and remembers it as closed. Closing it again gives the
   * same answer: what arrives later is for a correction, not for this period's file.
   * @throws CoordinatorError (as a rejection) `incomplete-period` naming what is missing.
   */
  async close(startMs: number, endMs: number): Promise<ClosedPeriod> {
    const { community, series, documents, folder } = this.options;
    const key = keyOf(startMs, endMs);
    const known = await documents.get(COLLECTION, key);
    if (known !== undefined) return known as unknown as ClosedPeriod;
    const points = communityPoints(community).map(({ id }) => id);
    const intervals = await series.read({ meteringPoints: points, startMs, endMs });
    const resolutionMs = parseResolution(community.resolution);
    refuseMissing(points, intervals, { startMs, endMs, resolutionMs });
    const readings = readingsCsv(points, intervals);
    const name = join('periods', key.replaceAll(/[:/]/g, ''));
    const files = { 'readings.csv': readings, 'community.json': canonicalCommunity(community) };
    writeFolder(join(folder, name), files);
    const period: ClosedPeriod = {
      start: formatInstant(startMs),
      end: formatInstant(endMs),
      folder: name,
      readingsHash: createHash('sha256').update(readings).digest('hex'),
    };
    await documents.put(COLLECTION, key, { ...period });
    return period;
  }
}

function keyOf(startMs: number, endMs: number): string {
  return `${formatInstant(startMs)}/${formatInstant(endMs)}`;
}

function refuseMissing(
  points: readonly string[],
  intervals: readonly IntervalV1[],
  grid: { readonly startMs: number; readonly endMs: number; readonly resolutionMs: number },
): void {
  const there = new Set(
    intervals
      .filter(({ quality }) => quality !== 'missing')
      .map(({ meteringPoint, start }) => `${meteringPoint} ${start}`),
  );
  const missing: string[] = [];
  for (let ms = grid.startMs; ms < grid.endMs; ms += grid.resolutionMs) {
    const start = formatInstant(ms);
    for (const point of points)
      if (!there.has(`${point} ${start}`)) missing.push(`${point} ${start}`);
  }
  if (missing.length === 0) return;
  const more = missing.length > NAMED ? ` and ${missing.length - NAMED} more` : '';
  throw new CoordinatorError(
    'incomplete-period',
    `period ${formatInstant(grid.startMs)} to ${formatInstant(grid.endMs)}: ${missing.length} intervals are missing: ${missing.slice(0, NAMED).join(', ')}${more}; wait for the gateways or have them estimated`,
  );
}

function readingsCsv(points: readonly string[], intervals: readonly IntervalV1[]): Uint8Array {
  const writer = new CsvWriter(points);
  const indexOf = new Map(points.map((id, index) => [id, index]));
  const chunks: Uint8Array[] = [];
  const rows = [...intervals].sort(
    (a, b) =>
      parseInstant(a.start) - parseInstant(b.start) || compareIds(a.meteringPoint, b.meteringPoint),
  );
  for (const row of rows) {
    writer.row(
      indexOf.get(row.meteringPoint) ?? 0,
      parseInstant(row.start),
      parseInstant(row.end),
      row.importMilliwattHours ?? Number.NaN,
      row.exportMilliwattHours ?? Number.NaN,
      INTERVAL_QUALITIES.indexOf(row.quality),
    );
    if (writer.full) chunks.push(writer.take());
  }
  chunks.push(writer.take());
  return Buffer.concat(chunks);
}

/** Writes all files or none: a folder under its name is complete. */
function writeFolder(folder: string, files: Readonly<Record<string, string | Uint8Array>>): void {
  const half = `${folder}.part`;
  rmSync(half, { recursive: true, force: true });
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(half, { recursive: true });
  for (const [name, content] of Object.entries(files)) {
    writeFileSync(join(half, name), content, { flush: true });
  }
  renameSync(half, folder);
}
