import { fork, type ChildProcess } from 'node:child_process';

/** A process of the demo that answers one message at a time. */
export class Child {
  private readonly waiting: ((answer: unknown) => void)[] = [];
  private stopped = false;

  private constructor(
    private readonly name: string,
    private readonly process: ChildProcess,
  ) {
    process.on('message', (answer) => this.waiting.shift()?.(answer));
    process.on('exit', (code) => {
      if (!this.stopped) {
        console.error(`${name} ended by itself (${code ?? 'signal'})`);
        globalThis.process.exit(1);
      }
    });
  }

  /** Starts a module of this package under the loader this process runs under. */
  static start(name: string, module: string): Child {
    return new Child(name, fork(module, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] }));
  }

  /** Sends a message and resolves with the answer. */
  ask<T>(message: object): Promise<T> {
    return new Promise((resolve, reject) => {
      this.waiting.push((answer) => {
        const { error } = answer as { error?: string };
        if (error === undefined) resolve(answer as T);
        else reject(new Error(`${this.name}: ${error}`));
      });
      this.process.send(message);
    });
  }

  /** Ends it and resolves when it has ended; SIGKILL gives it no chance to say goodbye. */
  async stop(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    if (this.stopped) return;
    this.stopped = true;
    const ended = new Promise((resolve) => this.process.once('exit', resolve));
    this.process.kill(signal);
    await ended;
  }
}

/** An answer, and what is done right after it left, before anything else is served. */
export interface Answer {
  readonly answer: object;
  readonly afterwards?: () => void;
}

/**
 * The other side: answers each message of the parent; ends when the parent stops it or is gone.
 * @param close what has to be closed first.
 */
export function serveParent(
  respond: (message: never) => Promise<Answer>,
  close?: () => Promise<void> | undefined,
): void {
  process.on('message', (message) => {
    respond(message as never).then(
      ({ answer, afterwards }) => {
        process.send?.(answer);
        afterwards?.();
      },
      (error: unknown) => process.send?.({ error: String(error) }),
    );
  });
  const end = (): void => {
    void Promise.resolve(close?.()).finally(() => process.exit(0));
  };
  process.once('disconnect', end);
  process.once('SIGTERM', end);
  // The terminal's Ctrl-C reaches the whole group: the parent stops us in order.
  process.on('SIGINT', () => undefined);
}
