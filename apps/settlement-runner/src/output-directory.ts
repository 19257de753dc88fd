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
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { ERASED_JSON, HEAD_JSON, RUN_JSON } from './run-layout.js';
import { isDirectory, listDirectory, manifestObject, readManifest } from './run-directory.js';
import { isSystemError, RunnerError, systemMessage } from './runner-error.js';
import { syncFile } from './writing/file-syncs.js';
import type { FileWriter } from './writing/file-writer.js';
import type { FileDigest } from './writing/file-digest.js';

/**
 * An output directory that appears whole or not at all: files go to a temporary sibling, are synced,
 * and the sibling takes the directory's place by renaming.
 */
export class OutputDirectory {
  private readonly temporary: string;
  private readonly folders = new Set<string>();

  private constructor(
    private readonly target: string,
    private readonly writer: FileWriter,
  ) {
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
  static open(path: string, writer: FileWriter): OutputDirectory {
    OutputDirectory.check(path);
    try {
      return new OutputDirectory(resolvedTarget(path), writer);
    } catch (error) {
      throw unwritable(path, error);
    }
  }

  /** Writes one file. @throws RunnerError `bad-output`, or rejects with it. */
  write(path: string, pieces: Iterable<Uint8Array>): FileDigest | Promise<FileDigest> {
    const written = join(this.temporary, path);
    return guardedWrite(join(this.target, path), () => {
      const folder = dirname(written);
      if (!this.folders.has(folder)) mkdirSync(folder, { recursive: true });
      this.folders.add(folder);
      return this.writer.write(written, pieces);
    });
  }

  /** Waits until all that was written is durable. @throws RunnerError `bad-output`. */
  async durable(): Promise<void> {
    try {
      await this.writer.durable();
      await Promise.all([...this.folders, this.temporary].map(syncFile));
    } catch (error) {
      throw unwritable(this.target, error);
    }
  }

  /** Puts the directory in its place; all has to be durable. @throws RunnerError `bad-output`. */
  commit(): void {
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

/** Writes a file. @param shown what messages call it. @throws RunnerError `bad-output`, or rejects with it. */
export function guardedWrite(
  shown: string,
  write: () => FileDigest | Promise<FileDigest>,
): FileDigest | Promise<FileDigest> {
  const refuse = (error: unknown): never => {
    // Only the file system's errors speak of the output; any other is the producer's own.
    throw isSystemError(error) ? unwritable(shown, error) : error;
  };
  try {
    const written = write();
    if (!(written instanceof Promise)) return written;
    const guarded = written.catch(refuse);
    // Whoever needs the digest hears of it; nobody may be waiting yet.
    guarded.catch(() => undefined);
    return guarded;
  } catch (error) {
    return refuse(error);
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
