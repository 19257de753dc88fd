import { hash } from 'node:crypto';
import { closeSync, constants, openSync, writeFile, writeSync } from 'node:fs';
import { chmod, copyFile, open, stat } from 'node:fs/promises';
import { promisify } from 'node:util';
import { RunnerError } from '../runner-error.js';
import { CopiedFile } from './copied-file.js';
import { RunningDigest, type FileDigest } from './file-digest.js';
import { FileSyncs } from './file-syncs.js';

const MODE = 0o644;
/** Without an object for the open file, as its twin in fs/promises makes one. */
const makeFile = promisify(writeFile);

/** Makes new files and makes them durable. */
export interface FileWriter {
  /**
   * Makes one file of the pieces, which it uses up before it returns; those of an array stay as they are
   * until it is made.
   * @throws the file system's error, or rejects with it.
   */
  write(path: string, pieces: Iterable<Uint8Array>): FileDigest | Promise<FileDigest>;
  /** Waits while too much is on its way. */
  ready(): Promise<void>;
  /**
   * Waits until all files that could be made are durable; which could not, their digests say.
   * @throws the file system's error.
   */
  durable(): Promise<void>;
  /** Ends the work; harmless afterwards. */
  stop(): Promise<void>;
}

/** More than this is not under way at a time. */
const MOST_BYTES_UNDER_WAY = 1 << 26;
const MOST_FILES_UNDER_WAY = 256;

/** Hashes in the thread that asks; files that are whole at once are made beside it. */
export class WriterHere implements FileWriter {
  private readonly syncs = new FileSyncs();
  private readonly underWay = new Set<Promise<number>>();
  private bytesUnderWay = 0;

  write(path: string, pieces: Iterable<Uint8Array>): FileDigest | Promise<FileDigest> {
    if (pieces instanceof CopiedFile) return heard(this.copy(path, pieces));
    if (Array.isArray(pieces) && pieces.length === 1) {
      return heard(this.makeWhole(path, pieces[0] as Uint8Array));
    }
    const file = new NewFile(path);
    try {
      for (const piece of pieces) file.write(piece);
    } catch (error) {
      file.close();
      throw error;
    }
    return file.end(this.syncs);
  }

  async ready(): Promise<void> {
    while (this.bytesUnderWay > MOST_BYTES_UNDER_WAY || this.underWay.size > MOST_FILES_UNDER_WAY) {
      await Promise.race(this.underWay).catch(() => undefined);
    }
  }

  async durable(): Promise<void> {
    await Promise.allSettled(this.underWay);
    await this.syncs.done();
  }

  /** Nothing appears any more afterwards. */
  async stop(): Promise<void> {
    await Promise.allSettled(this.underWay);
  }

  private async makeWhole(path: string, whole: Uint8Array): Promise<FileDigest> {
    const { length } = whole;
    const making = makeFile(path, whole, { flag: 'wx', mode: MODE }).then(() => length);
    const made = this.beside(path, making, length);
    const digest = { bytes: length, sha256: hash('sha256', whole, 'hex') };
    await made;
    return digest;
  }

  /** The system copies while this thread hashes. */
  private async copy(path: string, original: CopiedFile): Promise<FileDigest> {
    const made = this.beside(path, copied(original.path, path), 0);
    const digest = digestOf(original);
    const size = await made;
    original.check();
    if (size === digest.bytes) return digest;
    throw new RunnerError(
      'bad-output',
      `${path}: got ${size} bytes of ${original.path}, expected ${digest.bytes}; run again`,
    );
  }

  /** A file that is made while other work goes on, and then left to be made durable. @param making gives its size. */
  private beside(path: string, making: Promise<number>, bytes: number): Promise<number> {
    const make = async (): Promise<number> => {
      try {
        const size = await making;
        this.syncs.add(path, size);
        return size;
      } finally {
        this.bytesUnderWay -= bytes;
        this.underWay.delete(made);
      }
    };
    this.bytesUnderWay += bytes;
    const made = make();
    this.underWay.add(made);
    return heard(made);
  }
}

/** Copies a file into a new one; gives its size. */
async function copied(from: string, to: string): Promise<number> {
  const file = await open(to, 'wx', MODE);
  const { mode: ownMode } = await file.stat().finally(() => file.close());
  await copyFile(from, to, constants.COPYFILE_FICLONE);
  const { mode, size } = await stat(to);
  // The system copies who may read it, too.
  if (mode !== ownMode) await chmod(to, ownMode & 0o777);
  return size;
}

/** Whoever needs it hears of an error; nobody may be waiting yet. */
function heard<T>(work: Promise<T>): Promise<T> {
  work.catch(() => undefined);
  return work;
}

function digestOf(pieces: Iterable<Uint8Array>): FileDigest {
  const digest = new RunningDigest();
  for (const piece of pieces) digest.add(piece);
  return digest.end();
}

/** A file while it is written. */
export class NewFile {
  private readonly file: number;
  private readonly digest = new RunningDigest();

  constructor(private readonly path: string) {
    this.file = openSync(path, 'wx', MODE);
  }

  write(piece: Uint8Array): void {
    this.digest.add(piece);
    for (let at = 0; at < piece.length;) at += writeSync(this.file, piece, at);
  }

  /** Gives it up. */
  close(): void {
    closeSync(this.file);
  }

  /** It is whole: says what it is and leaves it to be made durable. */
  end(syncs: FileSyncs): FileDigest {
    closeSync(this.file);
    const digest = this.digest.end();
    syncs.add(this.path, digest.bytes);
    return digest;
  }
}
