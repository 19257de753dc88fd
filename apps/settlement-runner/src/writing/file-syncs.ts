import { closeSync, fstatSync, fsync } from 'node:fs';
import { open } from 'node:fs/promises';

/** Each sync alone waits for the disk: many at a time. */
const SYNCS_AT_ONCE = 64;
/** A file this large is written back while other work goes on. */
const LARGE_BYTES = 1 << 23;

/** Makes written files durable. */
export class FileSyncs {
  private underWay = 0;
  private failed: Error | undefined;
  private idle: (() => void) | undefined;
  private readonly waiting: string[] = [];

  /** Takes over an open file that is written, and closes it. */
  add(path: string, file: number): void {
    // A journaling file system makes no new file while it syncs one: the many small ones have to wait.
    if (fstatSync(file).size < LARGE_BYTES) {
      closeSync(file);
      this.waiting.push(path);
      return;
    }
    this.underWay += 1;
    fsync(file, (error) => {
      if (error) this.failed ??= error;
      closeSync(file);
      this.underWay -= 1;
      if (this.underWay === 0) this.idle?.();
    });
  }

  /** Waits until all files are durable. @throws the file system's error of the first that is not. */
  async done(): Promise<void> {
    for (let at = 0; at < this.waiting.length; at += SYNCS_AT_ONCE) {
      await Promise.all(this.waiting.slice(at, at + SYNCS_AT_ONCE).map(syncFile));
    }
    this.waiting.length = 0;
    if (this.underWay > 0) await new Promise<void>((resolve) => (this.idle = resolve));
    if (this.failed !== undefined) throw this.failed;
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
