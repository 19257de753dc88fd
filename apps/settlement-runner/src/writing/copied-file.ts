import { closeSync, openSync, readSync, statSync, type BigIntStats } from 'node:fs';
import { RunnerError } from '../runner-error.js';

const READ_BYTES = 1 << 20;

/** Tells whether a file was touched. */
export type FileState = string;

/** How a file stands, by what the file system says of it. */
export function stateOf({ dev, ino, size, mtimeNs, ctimeNs }: BigIntStats): FileState {
  return [dev, ino, size, mtimeNs, ctimeNs].join(' ');
}

/** The bytes of a plain file that was read before, piece by piece, good until the next piece. */
export class CopiedFile implements Iterable<Uint8Array> {
  /** @param state how the file stood when it was read. */
  constructor(
    readonly path: string,
    readonly state: FileState,
  ) {}

  /** @throws as {@link check}. */
  *[Symbol.iterator](): Generator<Uint8Array> {
    const file = openSync(this.path, 'r');
    try {
      const buffer = new Uint8Array(READ_BYTES);
      for (let count = readSync(file, buffer); count > 0; count = readSync(file, buffer)) {
        yield buffer.subarray(0, count);
      }
    } finally {
      closeSync(file);
    }
    this.check();
  }

  /** @throws RunnerError `bad-input` when the file is no longer the one that was read. */
  check(): void {
    const { path } = this;
    if (stateOf(statSync(path, { bigint: true })) === this.state) return;
    throw new RunnerError(
      'bad-input',
      `${path}: was changed while it was settled; expected a file that nobody writes; run again`,
    );
  }
}
