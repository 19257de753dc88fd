import type { Dialer, Link, LinkSink } from './link.js';

/** A link in memory: what the bus writes goes to `onWrite`, what the test says reaches the bus. */
export class MemoryDialer implements Dialer {
  readonly name = 'memory';
  readonly written: Buffer[] = [];
  dials = 0;
  onWrite: (bytes: Buffer) => void = () => undefined;
  readonly #sinks: LinkSink[] = [];

  dial(sink: LinkSink): Promise<Link> {
    this.dials += 1;
    this.#sinks.push(sink);
    return Promise.resolve({
      write: (bytes) => {
        this.written.push(bytes);
        this.onWrite(bytes);
      },
      close: () => Promise.resolve(),
    });
  }

  /** Bytes arrive at the bus, over the newest link or an earlier one (0 = the first). */
  say(bytes: Uint8Array, link = this.#sinks.length - 1): void {
    this.#sinks[link]?.onBytes(Buffer.from(bytes), bytes.length);
  }

  /** The line breaks. */
  lose(): void {
    this.#sinks.at(-1)?.onLost(undefined);
  }
}
