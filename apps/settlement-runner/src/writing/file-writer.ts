import { createHash, hash } from 'node:crypto';
import { closeSync, constants, openSync, writeFile, writeSync } from 'node:fs';
import { chmod, copyFile } from 'node:fs/promises';
import { CopiedFile } from './copied-file.js';
import { FileSyncs } from './file-syncs.js';

const MODE = 0o644;

/** What the manifest says of a file. */
export interface FileDigest {
  readonly bytes: number;
  readonly sha256: string;
}

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
  /** Waits until all files are durable. @throws the file system's error. */
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
  private readonly underWay = new Set<Promise<unknown>>();
  private bytesUnderWay = 0;

  write(path: string, pieces: Iterable<Uint8Array>): FileDigest | Promise<FileDigest> {
    if (pieces instanceof CopiedFile) return this.beside(this.copy(path, pieces), 0);
    if (Array.isArray(pieces) && pieces.length === 1) {
      const [whole] = pieces as [Uint8Array];
      return this.beside(this.makeWhole(path, whole), whole.length);
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
    await Promise.all(this.underWay);
    await this.syncs.done();
  }

  /** Nothing appears any more afterwards. */
  async stop(): Promise<void> {
    await Promise.allSettled(this.underWay);
  }

  private beside(work: Promise<FileDigest>, bytes: number): Promise<FileDigest> {
    this.bytesUnderWay += bytes;
    const done = work.finally(() => {
      this.bytesUnderWay -= bytes;
      this.underWay.delete(done);
    });
    this.underWay.add(done);
    // Whoever needs the digest hears of an error; nobody may be waiting yet.
    done.catch(() => undefined);
    return done;
  }

  private async makeWhole(path: string, whole: Uint8Array): Promise<FileDigest> {
    const made = new Promise<void>((resolve, reject) => {
      writeFile(path, whole, { flag: 'wx', mode: MODE }, (error) => {
        if (error) reject(error);
        else resolve();
      });
    });
    const digest = { bytes: whole.length, sha256: hash('sha256', whole, 'hex') };
    await made;
    this.syncs.add(path, whole.length);
    return digest;
  }

  /** The system copies while this thread hashes. */
  private async copy(path: string, original: CopiedFile): Promise<FileDigest> {
    const { COPYFILE_EXCL, COPYFILE_FICLONE } = constants;
    const copied = copyFile(original.path, path, COPYFILE_EXCL | COPYFILE_FICLONE);
    copied.catch(() => undefined);
    const sha256 = createHash('sha256');
    let bytes = 0;
    for (const piece of original) {
      sha256.update(piece);
      bytes += piece.length;
    }
    await copied;
    original.check();
    await chmod(path, MODE);
    this.syncs.add(path, bytes);
    return { bytes, sha256: sha256.digest('hex') };
  }
}

/** A file while it is written. */
export class NewFile {
  private readonly file: number;
  private readonly hash = createHash('sha256');
  private bytes = 0;

  constructor(private readonly path: string) {
    this.file = openSync(path, 'wx', MODE);
  }

  write(piece: Uint8Array): void {
    this.hash.update(piece);
    this.bytes += piece.length;
    for (let at = 0; at < piece.length;) at += writeSync(this.file, piece, at);
  }

  /** Gives it up. */
  close(): void {
    closeSync(this.file);
  }

  /** It is whole: says what it is and leaves it to be made durable. */
  end(syncs: FileSyncs): FileDigest {
    closeSync(this.file);
    syncs.add(this.path, this.bytes);
    return { bytes: this.bytes, sha256: this.hash.digest('hex') };
  }
}
