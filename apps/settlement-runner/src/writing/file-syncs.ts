import { open } from 'node:fs/promises';

/** Each sync alone waits for the disk: many at a time. */
const SYNCS_AT_ONCE = 64;
/** A file this large is written back while other work goes on. */
const LARGE_BYTES = 1 << 23;

/** Makes written files durable. */
export class FileSyncs {
  private readonly underWay: Promise<void>[] = [];
  private readonly waiting: string[] = [];

  /** Takes on a file that is written. @param bytes its size. */
  add(path: string, bytes: number): void {
    // A journaling file system makes no new file while it syncs one: the many small ones have to wait.
    if (bytes < LARGE_BYTES) {
      this.waiting.push(path);
      return;
    }
    const synced = syncFile(path);
    // Heard of in the end.
    synced.catch(() => undefined);
    this.underWay.push(synced);
  }

  /** Waits until all files are durable. @throws the file system's error of the first that is not. */
  async done(): Promise<void> {
    for (let at = 0; at < this.waiting.length; at += SYNCS_AT_ONCE) {
      await Promise.all(this.waiting.slice(at, at + SYNCS_AT_ONCE).map(syncFile));
    }
    this.waiting.length = 0;
    await Promise.all(this.underWay);
  }
}

/** Makes a file or folder durable. @throws the file system's error. */
export async function syncFile(path: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
