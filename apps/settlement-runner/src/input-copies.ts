import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { canonicalCommunity, parseCommunity } from '@microgrid/community';
import { parseInstant, type TimeInterval } from '@microgrid/units';
import type { InputPlace } from './input-place.js';
import { daysText } from './days-document.js';
import { mixedReadings, readingsOfStatements } from './readings-copy.js';
import { manifestObject, readManifest } from './run-directory.js';
import { COMMUNITY_JSON, DAYS_JSON, EVENTS_NDJSON, READINGS_CSV } from './run-layout.js';

/** What the three input files may have said: the copies a run holds of each, the file itself first. */
export interface InputCopies {
  readonly community: readonly Uint8Array[];
  readonly days: readonly Uint8Array[];
  readonly readings: readonly Uint8Array[];
  /** Inputs that are there but have not the hash the manifest names. */
  readonly doubted: readonly string[];
}

const encoder = new TextEncoder();

/**
 * Collects what each input may have said. A file with the hash the manifest names stands alone;
 * otherwise either may have been changed, and the run's second copies are candidates too: the rules
 * in the manifest, the days that follow from rules and period, the readings in the statements.
 */
export function inputCopies(
  directory: string,
  files: readonly string[],
  place: InputPlace,
): InputCopies {
  const manifest = readManifest(directory);
  const digests = manifestObject(manifest, 'inputs');
  const sha256 = (path: string): unknown => manifestObject(digests, path)['sha256'];
  const doubted: string[] = [];
  const copies = (path: string, seconds: () => (string | undefined)[]): Uint8Array[] => {
    const file = readOrNothing(place, path);
    const known = file !== undefined && digest(file) === sha256(path);
    if (!known && file !== undefined && manifest) doubted.push(path);
    const others = known ? [] : seconds();
    const found = [file, ...others.map((text) => text && encoder.encode(text))];
    return found.filter((bytes) => bytes instanceof Uint8Array);
  };
  const rules = attempt(() =>
    canonicalCommunity(parseCommunity(JSON.stringify(manifest?.['contract']))),
  );
  const community = copies(COMMUNITY_JSON, () => [rules]);
  const days = copies(DAYS_JSON, () => {
    const periods = periodCopies(directory, files, manifest);
    return community.flatMap((text) =>
      periods.map((period) =>
        attempt(() => daysText(parseCommunity(new TextDecoder().decode(text)).timeZone, period)),
      ),
    );
  });
  const readings = copies(READINGS_CSV, () => {
    const tables = files.filter((path) => /^statements\/.+\.csv$/.test(path));
    // A run without tables holds no second copy.
    if (tables.length === 0) return [];
    const second = readingsOfStatements(directory, tables);
    const first = readOrNothing(place, READINGS_CSV);
    if (second === undefined || first === undefined) return [second];
    const { bytes, sha256: wanted } = manifestObject(digests, READINGS_CSV);
    if (digest(encoder.encode(second)) === wanted) return [second];
    const mixture = mixedReadings(second, new TextDecoder().decode(first), {
      bytes,
      sha256: wanted,
    });
    return [mixture ?? second];
  });
  return { community, days, readings, doubted };
}

/** The period as the manifest, the events and a statement tell it, each different one once. */
function periodCopies(
  directory: string,
  files: readonly string[],
  manifest: Readonly<Record<string, unknown>> | undefined,
): TimeInterval[] {
  const json = (text: string | undefined): Readonly<Record<string, unknown>> =>
    attempt(() => JSON.parse(text ?? '') as Readonly<Record<string, unknown>>) ?? {};
  const read = (path: string | undefined): string =>
    attempt(() => readFileSync(join(directory, path ?? ''), 'utf8')) ?? '';
  const events = read(EVENTS_NDJSON).trimEnd();
  const first = json(events.slice(0, events.indexOf('\n')));
  const last = json(events.slice(events.lastIndexOf('\n') + 1));
  const statement = json(read(files.find((path) => /^statements\/.+\.json$/.test(path))));
  const told = [
    manifestObject(manifest, 'period'),
    { start: first['start'], end: last['end'] },
    { start: statement['start'], end: statement['end'] },
  ];
  const periods = told.flatMap(({ start, end }) => {
    const bounds = attempt(() => ({
      startMs: parseInstant(String(start)),
      endMs: parseInstant(String(end)),
    }));
    return bounds ? [bounds] : [];
  });
  return periods.filter(
    ({ startMs, endMs }, index) =>
      index === periods.findIndex((other) => other.startMs === startMs && other.endMs === endMs),
  );
}

function digest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function readOrNothing(place: InputPlace, path: string): Uint8Array | undefined {
  return attempt(() => readFileSync(place.path(path)));
}

function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
