import type { Duplex } from 'node:stream';
import type { Fault, FaultPlan } from './fault.js';
import { distort } from './reply-faults.js';
import type { Responder } from './responder.js';
import { replyOf } from './served-request.js';
import type { ServerFraming } from './server-framing.js';

/** What goes wrong for a client, by plan. */
export interface ClientFaults {
  readonly plan: FaultPlan;
  /** How many clients came before this one. */
  readonly client: number;
  /** Takes the next number of a request. */
  readonly next: () => number;
}

/** One client of a server: requests in, replies out, in order. */
export class ServerClient {
  #replies: Buffer[] = [];
  /** Replies that are not there yet; while there are any, later ones wait for them. */
  #late: Promise<void> | undefined;
  #lateCount = 0;
  /** Held back by a fault, to come with the next reply. */
  #held: Buffer[] = [];
  #silenced = false;
  readonly #waits = new Set<{ timer: NodeJS.Timeout; done: () => void }>();

  constructor(
    private readonly stream: Duplex,
    private readonly framing: ServerFraming,
    private readonly responder: Responder,
    private readonly faults?: ClientFaults,
  ) {
    stream.on('data', (bytes: Buffer) => {
      this.#onData(bytes);
    });
    stream.on('drain', () => stream.resume());
    // A reset by the client is its own business; 'close' follows and frees this client.
    stream.on('error', () => stream.destroy());
    stream.once('close', () => {
      this.#cancelWaits();
    });
  }

  /** Ends the connection. */
  drop(): void {
    this.#cancelWaits();
    this.stream.destroy();
  }

  onFrame(id: number, unit: number, bytes: Buffer, start: number, end: number): void {
    if (id < 0 && unit === 0) {
      this.responder.broadcast(bytes, start, end);
      return;
    }
    const fault = this.faults && this.#faultOf(this.faults, unit, bytes, start, end);
    if (this.#silenced || fault?.kind === 'ignore') return;
    if (fault?.kind === 'black-hole') {
      this.#silenced = true;
      return;
    }
    const { framing } = this;
    const answer =
      fault?.kind === 'exception'
        ? replyOf((bytes[start] ?? 0) | 0x80, Uint8Array.of(fault.code), framing.room)
        : this.responder.answer(unit, bytes, start, end, framing.room);
    if (answer instanceof Promise || this.#late || fault) {
      this.#later(async () => {
        const reply = await answer;
        if (!reply) return;
        framing.wrap(reply, id, unit);
        if (fault) await this.#sendDistorted(fault, reply, id, unit);
        else this.#send([reply]);
      });
    } else if (answer) {
      framing.wrap(answer, id, unit);
      this.#replies.push(answer);
    }
  }

  #faultOf(
    { plan, client, next }: ClientFaults,
    unit: number,
    bytes: Buffer,
    start: number,
    end: number,
  ): Fault | undefined {
    const data = Uint8Array.from(bytes.subarray(start + 1, end));
    return plan({ unit, functionCode: bytes[start] ?? 0, data, number: next(), client });
  }

  #onData(bytes: Buffer): void {
    const isSound = this.framing.receive(bytes, bytes.length, this);
    this.#send(this.#replies);
    this.#replies = [];
    if (!isSound) this.stream.destroy();
  }

  #send(frames: readonly Buffer[]): void {
    const all = this.#held.length === 0 ? frames : [...this.#held, ...frames];
    const [first, ...others] = all;
    if (frames.length === 0 || !first || this.stream.destroyed) return;
    this.#held = [];
    // A client that asks and does not read gets no more memory than the stream's buffer.
    const bytes = others.length === 0 ? first : Buffer.concat(all);
    if (!this.stream.write(bytes)) this.stream.pause();
  }

  #later(work: () => Promise<void>): void {
    this.#lateCount += 1;
    const done = (): void => {
      this.#lateCount -= 1;
      if (this.#lateCount === 0) this.#late = undefined;
    };
    this.#late = (this.#late ?? Promise.resolve()).then(work).then(done, done);
  }

  async #sendDistorted(fault: Fault, frame: Buffer, id: number, unit: number): Promise<void> {
    const { pieces, then } = distort(fault, { frame, id, unit }, this.framing);
    if (then === 'hold') {
      this.#held.push(...pieces.map(({ bytes }) => bytes));
      return;
    }
    for (const { bytes, waitMs } of pieces) {
      if (waitMs > 0) await this.#wait(waitMs);
      this.#send([bytes]);
    }
    if (then === 'reset') this.#reset();
  }

  #wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const wait = {
        done: resolve,
        timer: setTimeout(() => {
          this.#waits.delete(wait);
          resolve();
        }, ms),
      };
      this.#waits.add(wait);
    });
  }

  #cancelWaits(): void {
    for (const { timer, done } of this.#waits) {
      clearTimeout(timer);
      done();
    }
    this.#waits.clear();
  }

  /** A TCP connection is reset; a line or a datagram socket only falls silent. */
  #reset(): void {
    const { stream } = this;
    if ('resetAndDestroy' in stream && typeof stream.resetAndDestroy === 'function') {
      // What was written must leave before the reset overtakes it.
      setImmediate(() => {
        (stream as Duplex & { resetAndDestroy(): void }).resetAndDestroy();
      });
    }
  }
}
