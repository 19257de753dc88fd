/** Does tasks one after another; a failed task does not stop the next. */
export class Serial {
  #tail: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  constructor(private readonly onError: (error: unknown) => void) {}

  /** Tasks not finished yet. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Queues a task whose failure goes to `onError`; resolves when it is done either way. */
  run(task: () => Promise<void>): Promise<void> {
    this.#waiting += 1;
    const done = this.#tail.then(task).catch(this.onError);
    this.#tail = done.then(() => {
      this.#waiting -= 1;
    });
    return done;
  }

  /** Resolves when everything queued so far, and by it, is done. */
  async idle(): Promise<void> {
    let tail: Promise<unknown>;
    do {
      tail = this.#tail;
      await tail;
    } while (tail !== this.#tail);
  }
}
