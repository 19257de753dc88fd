import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compareIds } from '@microgrid/units';
import { RUN_JSON, RUN_SCHEMA } from './run-layout.js';

/** What lies under a directory: files, and what is neither file nor directory or an empty directory. */
export interface DirectoryListing {
  /** Paths with `/`, in code-unit order. */
  readonly files: readonly string[];
  /** Links, sockets and empty directories: a run has none. */
  readonly others: readonly string[];
}

/** Lists everything under a directory. @throws the file system's error. */
export function listDirectory(directory: string): DirectoryListing {
  const files: string[] = [];
  const others: string[] = [];
  const walk = (prefix: string): void => {
    const entries = readdirSync(join(directory, prefix), { withFileTypes: true });
    if (entries.length === 0 && prefix !== '') others.push(prefix);
    for (const entry of entries) {
      const path = prefix === '' ? entry.name : `${prefix}/${entry.name}`;
      if (entry.isDirectory()) walk(path);
      else if (entry.isFile()) files.push(path);
      else others.push(path);
    }
  };
  walk('');
  return { files: files.sort(compareIds), others: others.sort(compareIds) };
}

/** The manifest as far as it can be read: `undefined` unless it is JSON of our schema. */
export function readManifest(directory: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(join(directory, RUN_JSON), 'utf8'));
    if (typeof value !== 'object' || value === null) return undefined;
    const manifest = value as Readonly<Record<string, unknown>>;
    return manifest['schema'] === RUN_SCHEMA ? manifest : undefined;
  } catch {
    return undefined;
  }
}

/** A field of the manifest that should be an object; empty when it is not. */
export function manifestObject(
  manifest: Readonly<Record<string, unknown>> | undefined,
  field: string,
): Readonly<Record<string, unknown>> {
  const value = manifest?.[field];
  return typeof value === 'object' && value !== null
    ? (value as Readonly<Record<string, unknown>>)
    : {};
}

/** Whether a path is a directory, not following links; `undefined` when nothing is there. */
export function isDirectory(path: string): boolean | undefined {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  return stat?.isDirectory();
}
