import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { canonicalBytes } from '@microgrid/events';
import { RUN_JSON } from '../run-layout.js';
import { readManifest } from '../run-directory.js';
import { RunnerError } from '../runner-error.js';

/** A run's manifest as parsed. */
export type Manifest = Readonly<Record<string, unknown>>;

/**
 * Fields of a manifest that hold members' own data. The operator signs the rest, so that a member can
 * be erased and the signature still holds; the hashes in the rest keep these from being changed.
 */
const PERSONAL = new Set(['members', 'contract', 'community']);

/** The manifest of a run. @throws RunnerError `not-a-run`. */
export function manifestOf(directory: string): Manifest {
  const manifest = readManifest(directory);
  if (manifest !== undefined) return manifest;
  throw new RunnerError(
    'not-a-run',
    `${directory}: holds no readable ${RUN_JSON}; expected a directory that microgrid-settle run wrote`,
  );
}

/** SHA-256 of the manifest without its personal fields, canonical JSON, hexadecimal. */
export function publicManifestHash(manifest: Manifest): string {
  const shown = Object.fromEntries(
    Object.entries(manifest).filter(([name]) => !PERSONAL.has(name)),
  );
  return createHash('sha256').update(canonicalBytes(shown)).digest('hex');
}

/** A file of a run as text. @throws RunnerError `not-a-run` when it cannot be read. */
export function textOf(directory: string, path: string): string {
  try {
    return readFileSync(join(directory, path), 'utf8');
  } catch {
    throw new RunnerError(
      'not-a-run',
      `${join(directory, path)}: cannot be read; expected a whole run: verify it`,
    );
  }
}
