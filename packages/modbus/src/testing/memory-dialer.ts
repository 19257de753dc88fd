import type { Dialer, Link, LinkSink } from '../link.js';

/** A link in memory: what the bus writes goes to `onWrite`, what the test says reaches the bus. */
export class MemoryDialer implements Dialer {
  readonly name = 'memory';
  readonly written: Buffer[] = [];
  dials = 0;
  onWrite: (bytes: Buffer) => void = () => undefined;
  #sink: LinkSink | undefined;

  dial(sink: LinkSink): Promise<Link> {
    this.dials += 1;
    this.#sink = sink;
    return Promise.resolve({
      write: (bytes) => {
        this.written.push(bytes);
        this.onWrite(bytes);
      },
      close: () => Promise.resolve(),
    });
  }

  /** Bytes arrive at the bus. */
  say(bytes: Uint8Array): void {
    this.#sink?.onBytes(Buffer.from(bytes), bytes.length);
  }

  /** The line breaks. */
  lose(): void {
    this.#sink?.onLost(undefined);
  }
}
