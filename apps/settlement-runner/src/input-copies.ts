import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { canonicalCommunity, parseCommunity } from '@microgrid/community';
import { parseInstant } from '@microgrid/units';
import { daysText } from './days-document.js';
import { mixedReadings, readingsOfStatements } from './readings-copy.js';
import { manifestObject, readManifest } from './run-directory.js';
import { COMMUNITY_JSON, DAYS_JSON, READINGS_CSV } from './run-layout.js';

/** What the three input files may have said: the copies a run holds of each, the file itself first. */
export interface InputCopies {
  readonly community: readonly Uint8Array[];
  readonly days: readonly Uint8Array[];
  readonly readings: readonly Uint8Array[];
}

const encoder = new TextEncoder();

/**
 * Collects what each input may have said. A file with the hash the manifest names stands alone;
 * otherwise either may have been changed, and the run's second copies are candidates too: the rules
 * in the manifest, the days that follow from rules and period, the readings in the statements.
 */
export function inputCopies(directory: string, files: readonly string[]): InputCopies {
  const manifest = readManifest(directory);
  const digests = manifestObject(manifest, 'inputs');
  const sha256 = (path: string): unknown => manifestObject(digests, path)['sha256'];
  const copies = (path: string, seconds: () => (string | undefined)[]): Uint8Array[] => {
    const file = readOrNothing(directory, path);
    const known = file !== undefined && digest(file) === sha256(path);
    const others = known ? [] : seconds();
    const found = [file, ...others.map((text) => text && encoder.encode(text))];
    return found.filter((bytes) => bytes instanceof Uint8Array);
  };
  const rules = attempt(() =>
    canonicalCommunity(parseCommunity(JSON.stringify(manifest?.['contract']))),
  );
  const community = copies(COMMUNITY_JSON, () => [rules]);
  const days = copies(DAYS_JSON, () =>
    community.map((text) =>
      attempt(() => {
        const { start, end } = manifestObject(manifest, 'period') as Record<string, string>;
        const period = { startMs: parseInstant(start ?? ''), endMs: parseInstant(end ?? '') };
        return daysText(parseCommunity(new TextDecoder().decode(text)).timeZone, period);
      }),
    ),
  );
  const readings = copies(READINGS_CSV, () => {
    const tables = files.filter((path) => /^statements\/.+\.csv$/.test(path));
    const second = readingsOfStatements(directory, tables);
    const first = readOrNothing(directory, READINGS_CSV);
    const wanted = sha256(READINGS_CSV);
    if (second === undefined || first === undefined || typeof wanted !== 'string') return [second];
    return [mixedReadings(second, new TextDecoder().decode(first), wanted) ?? second];
  });
  return { community, days, readings };
}

function digest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function readOrNothing(directory: string, path: string): Uint8Array | undefined {
  return attempt(() => readFileSync(join(directory, path)));
}

function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
