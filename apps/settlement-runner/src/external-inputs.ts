import { createHash, randomBytes } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { join } from 'node:path';
import { externalName } from './input-place.js';
import { guardedWrite, unwritable } from './output-directory.js';
import { isSystemError, RunnerError } from './runner-error.js';
import type { FileWriter } from './writing/file-writer.js';
import type { FileDigest } from './writing/file-digest.js';

/** What the manifest says of the inputs. */
type Digests = Readonly<Record<string, { readonly sha256: string }>>;

/**
 * A directory where several runs keep their inputs, each file under its own hash and written once.
 * Nothing appears under its name before {@link commit}.
 */
export class ExternalInputs {
  private readonly waiting = new Map<string, string>();

  private constructor(
    private readonly directory: string,
    private readonly writer: FileWriter,
  ) {}

  /** Opens the directory, making it where it is missing. @throws RunnerError `bad-output`. */
  static open(directory: string, writer: FileWriter): ExternalInputs {
    try {
      mkdirSync(directory, { recursive: true });
      return new ExternalInputs(directory, writer);
    } catch (error) {
      throw unwritable(directory, error);
    }
  }

  /** Takes one input under its path in the run. @throws RunnerError `bad-output`, or rejects with it. */
  write(path: string, pieces: Iterable<Uint8Array>): FileDigest | Promise<FileDigest> {
    const temporary = join(this.directory, `.${randomBytes(6).toString('hex')}`);
    this.waiting.set(path, temporary);
    return guardedWrite(this.directory, () => this.writer.write(temporary, pieces));
  }

  /**
   * Gives every input its name; all have to be durable.
   * @throws RunnerError `bad-output` when a file with that name holds something else.
   */
  commit(digests: Digests): void {
    this.guarded(() => {
      for (const [path, temporary] of this.waiting) {
        const sha256 = digests[path]?.sha256 ?? '';
        const kept = join(this.directory, externalName(path, sha256));
        if (existsSync(kept)) {
          const found = createHash('sha256').update(readFileSync(kept)).digest('hex');
          if (found === sha256) continue;
          throw new RunnerError(
            'bad-output',
            `${kept}: holds bytes of SHA-256 ${found}, expected those its name says; it was changed: remove it and run again`,
          );
        }
        renameSync(temporary, kept);
      }
      const folder = openSync(this.directory, 'r');
      fsyncSync(folder);
      closeSync(folder);
    });
  }

  /** Removes what has no name yet; harmless after {@link commit}. */
  discard(): void {
    for (const temporary of this.waiting.values()) rmSync(temporary, { force: true });
    this.waiting.clear();
  }

  private guarded(work: () => void): void {
    try {
      work();
    } catch (error) {
      throw isSystemError(error) ? unwritable(this.directory, error) : error;
    }
  }
}
