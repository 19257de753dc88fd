import type { Clock } from './clock.js';
import type { SetPointWrite } from './set-point-port.js';

/** How far a sequence has come. */
export type SequenceState =
  | { readonly kind: 'done' }
  | { readonly kind: 'waiting'; readonly reason: string }
  | { readonly kind: 'failed'; readonly reason: string; readonly lasting: boolean };

/** What a sequence needs besides its writes. */
export interface WriteSequenceOptions {
  readonly clock: Clock;
  /** How long to wait before looking whether a write in progress was completed, ms. */
  readonly responseMs: number;
  /** Called, and waited for, before each write goes out; what it throws ends the sequence. */
  readonly beforeSend: (write: SetPointWrite) => Promise<void>;
}

/** How often a write in progress is looked at in vain before it counts as lost. */
const MOST_LOOKS = 3;

/**
 * Sends writes in their order. It has no timer: where a pause is asked for, or a write is still in
 * progress, it stops and goes on when it is run again later. A write goes out once at most.
 */
export class WriteSequence {
  private next = 0;
  private notBeforeMs = -Infinity;
  private inProgress = false;
  private looks = 0;

  constructor(
    private readonly writes: readonly SetPointWrite[],
    private readonly options: WriteSequenceOptions,
  ) {}

  /** Goes on as far as it can now. */
  async run(): Promise<SequenceState> {
    const { clock } = this.options;
    for (let write = this.writes[this.next]; write !== undefined; write = this.writes[this.next]) {
      if (clock.monotonicMs() < this.notBeforeMs) {
        const reason = this.inProgress ? 'accepted, in progress' : 'pausing between writes';
        return { kind: 'waiting', reason: `${write.place}: ${reason}` };
      }
      const ended = this.inProgress ? await this.look(write) : await this.send(write);
      if (ended !== undefined) return ended;
    }
    return { kind: 'done' };
  }

  /** The device said that it is at it; only reading tells whether it came to an end. */
  private async look(write: SetPointWrite): Promise<SequenceState | undefined> {
    // What can never be read back is taken at its word once its time has passed.
    const stands = write.unreadable === true ? true : await write.stands();
    this.looks += 1;
    if (stands === undefined && this.looks < MOST_LOOKS) {
      return { kind: 'waiting', reason: `${write.place}: accepted, but cannot be read back` };
    }
    this.inProgress = false;
    if (stands === true) {
      this.advance(write);
      return undefined;
    }
    const reason = `${write.place}: accepted (in progress) but not applied within ${this.options.responseMs} ms`;
    return { kind: 'failed', reason, lasting: true };
  }

  private async send(write: SetPointWrite): Promise<SequenceState | undefined> {
    try {
      await this.options.beforeSend(write);
    } catch (error) {
      const cause = error instanceof Error ? error.message : String(error);
      return { kind: 'failed', reason: `not written: ${cause}`, lasting: false };
    }
    const result = await write.send();
    if (result.kind === 'failed') {
      const reason = `writing ${write.place}: ${result.cause}`;
      return { kind: 'failed', reason, lasting: result.lasting ?? false };
    }
    if (result.kind === 'done') {
      this.advance(write);
      return undefined;
    }
    this.inProgress = true;
    this.looks = 0;
    this.notBeforeMs = this.options.clock.monotonicMs() + Math.max(1, this.options.responseMs);
    return { kind: 'waiting', reason: `${write.place}: accepted, in progress` };
  }

  private advance(write: SetPointWrite): void {
    this.next += 1;
    const pause = write.delayMs;
    this.notBeforeMs = pause === undefined ? -Infinity : this.options.clock.monotonicMs() + pause;
  }
}
