import { createHash } from 'node:crypto';
import { closeSync, openSync, writeSync } from 'node:fs';
import { FileSyncs } from './file-syncs.js';

/** What the manifest says of a file. */
export interface FileDigest {
  readonly bytes: number;
  readonly sha256: string;
}

/** Makes new files and makes them durable. */
export interface FileWriter {
  /**
   * Makes one file of the pieces, which it uses up before it returns.
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

/** Writes in the thread that asks. */
export class WriterHere implements FileWriter {
  private readonly syncs = new FileSyncs();

  write(path: string, pieces: Iterable<Uint8Array>): FileDigest {
    const file = new NewFile(path);
    try {
      for (const piece of pieces) file.write(piece);
    } catch (error) {
      file.close();
      throw error;
    }
    return file.end(this.syncs);
  }

  ready(): Promise<void> {
    return Promise.resolve();
  }

  durable(): Promise<void> {
    return this.syncs.done();
  }

  stop(): Promise<void> {
    return Promise.resolve();
  }
}

/** A file while it is written. */
export class NewFile {
  private readonly file: number;
  private readonly hash = createHash('sha256');
  private bytes = 0;

  constructor(private readonly path: string) {
    this.file = openSync(path, 'wx', 0o644);
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
    syncs.add(this.path, this.file);
    return { bytes: this.bytes, sha256: this.hash.digest('hex') };
  }
}
