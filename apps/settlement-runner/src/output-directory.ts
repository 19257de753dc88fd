import { randomBytes } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { FileSyncs, syncFile } from './file-syncs.js';
import { ERASED_JSON, HEAD_JSON, RUN_JSON } from './run-layout.js';
import { isDirectory, listDirectory, manifestObject, readManifest } from './run-directory.js';
import { isSystemError, RunnerError, systemMessage } from './runner-error.js';

/**
 * An output directory that appears whole or not at all: files go to a temporary sibling, are synced,
 * and the sibling takes the directory's place by renaming.
 */
export class OutputDirectory {
  private readonly temporary: string;
  private readonly folders = new Set<string>();
  private readonly syncs = new FileSyncs();

  private constructor(private readonly target: string) {
    const parent = dirname(target);
    mkdirSync(parent, { recursive: true });
    this.temporary = join(parent, `.${basename(target)}.${randomBytes(6).toString('hex')}`);
    mkdirSync(this.temporary);
  }

  /**
   * Checks that a path may become a run.
   * @throws RunnerError `bad-output` when something is there that is not wholly a run of ours.
   */
  static check(path: string): void {
    try {
      OutputDirectory.checkTarget(path);
    } catch (error) {
      throw isSystemError(error) ? unwritable(path, error) : error;
    }
  }

  private static checkTarget(path: string): void {
    const target = resolvedTarget(path);
    const directory = isDirectory(target);
    if (directory === undefined) return;
    const refuse = (what: string): never => {
      throw new RunnerError(
        'bad-output',
        `${path}: ${what}; expected a path where nothing is, an empty directory or an earlier run; choose another --out or move it away`,
      );
    };
    if (!directory) refuse('is a file');
    if (readdirSync(target).length === 0) return;
    const manifest = readManifest(target);
    if (!manifest) refuse(`is a directory without a ${RUN_JSON} of ours`);
    const known = new Set([
      RUN_JSON,
      HEAD_JSON,
      ERASED_JSON,
      ...Object.keys(manifestObject(manifest, 'inputs')),
      ...Object.keys(manifestObject(manifest, 'files')),
    ]);
    const { files, others } = listDirectory(target);
    const foreign = [...files, ...others].find((file) => !known.has(file));
    if (foreign !== undefined) refuse(`holds ${foreign}, which is no part of the run there`);
  }

  /** Begins to write. @throws RunnerError `bad-output`. */
  static open(path: string): OutputDirectory {
    OutputDirectory.check(path);
    try {
      return new OutputDirectory(resolvedTarget(path));
    } catch (error) {
      throw unwritable(path, error);
    }
  }

  /** Writes one file. @throws RunnerError `bad-output`. */
  write(path: string, pieces: Iterable<Uint8Array>): void {
    this.guarded(path, () => {
      const folder = dirname(join(this.temporary, path));
      if (!this.folders.has(folder)) mkdirSync(folder, { recursive: true });
      this.folders.add(folder);
      const written = join(this.temporary, path);
      const file = openSync(written, 'wx', 0o644);
      try {
        writePieces(file, pieces);
      } catch (error) {
        closeSync(file);
        throw error;
      }
      this.syncs.add(written, file);
    });
  }

  /** Makes all durable and puts the directory in its place. @throws RunnerError `bad-output`. */
  async commit(): Promise<void> {
    try {
      await this.syncs.done();
      await Promise.all([...this.folders, this.temporary].map(syncFile));
    } catch (error) {
      throw unwritable(this.target, error);
    }
    this.guarded('', () => {
      const replaced = existsSync(this.target) ? `${this.temporary}.replaced` : undefined;
      if (replaced !== undefined) renameSync(this.target, replaced);
      try {
        renameSync(this.temporary, this.target);
      } catch (error) {
        if (replaced !== undefined) renameSync(replaced, this.target);
        throw error;
      }
      syncFolder(dirname(this.target));
      if (replaced !== undefined) rmSync(replaced, { recursive: true, force: true });
    });
  }

  /** Removes what was written so far; harmless after {@link commit}. */
  discard(): void {
    rmSync(this.temporary, { recursive: true, force: true });
  }

  private guarded(path: string, work: () => void): void {
    try {
      work();
    } catch (error) {
      // Only the file system's errors speak of the output; any other is the producer's own.
      if (!isSystemError(error)) throw error;
      throw unwritable(path === '' ? this.target : join(this.target, path), error);
    }
  }
}

/** Where a path leads: replacing a link to a directory must replace the directory. */
function resolvedTarget(path: string): string {
  const target = resolve(path);
  return existsSync(target) ? realpathSync(target) : target;
}

/** Writes pieces to an open file. @throws the file system's error. */
export function writePieces(file: number, pieces: Iterable<Uint8Array>): void {
  for (const piece of pieces) {
    for (let at = 0; at < piece.length;) at += writeSync(file, piece, at);
  }
}

/** The error of what cannot be written. */
export function unwritable(path: string, error: unknown): RunnerError {
  return new RunnerError('bad-output', `${path}: cannot be written: ${systemMessage(error)}`);
}

function syncFolder(path: string): void {
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
