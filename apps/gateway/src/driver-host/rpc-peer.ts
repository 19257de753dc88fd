import type { MessagePort, Worker } from 'node:worker_threads';

/** An error as it crosses the border of a thread. */
export interface WireError {
  readonly name: string;
  readonly message: string;
  readonly code?: string;
  readonly exceptionCode?: number;
}

type Message =
  | { readonly kind: 'call'; readonly id: number; readonly method: string; readonly args: unknown }
  | { readonly kind: 'abort'; readonly id: number }
  | { readonly kind: 'result'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'failure'; readonly id: number; readonly error: WireError }
  | { readonly kind: 'event'; readonly name: string; readonly value: unknown };

/** Answers calls of the other side; `signal` fires when that side gave the call up. */
export type RpcHandler = (args: never, signal: AbortSignal) => Promise<unknown>;

/** What one side of a thread's border offers the other. */
export interface RpcSide {
  readonly calls: Readonly<Record<string, RpcHandler>>;
  readonly events: Readonly<Record<string, (value: never) => void>>;
}

function wireError(error: unknown): WireError {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error) };
  const { code, exceptionCode } = error as { code?: unknown; exceptionCode?: unknown };
  return {
    name: error.name,
    message: error.message,
    ...(typeof code === 'string' ? { code } : {}),
    ...(typeof exceptionCode === 'number' ? { exceptionCode } : {}),
  };
}

/** The same kind of error on this side: guards look at its name and code. */
function localError({ name, message, ...fields }: WireError): Error {
  return Object.assign(new Error(message), { name, ...fields });
}

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
  readonly forget: () => void;
}

/** Calls and events over the message port between two threads. */
export class RpcPeer {
  private readonly waiting = new Map<number, Waiting>();
  private readonly running = new Map<number, AbortController>();
  private lastId = 0;
  private ended: Error | undefined;

  constructor(
    private readonly port: MessagePort | Worker,
    private readonly side: RpcSide,
  ) {
    port.on('message', (message: Message) => {
      this.receive(message);
    });
  }

  /** Calls a method of the other side. @throws what it threw there, or the reason of the end. */
  call(method: string, args: unknown, signal?: AbortSignal): Promise<unknown> {
    if (this.ended !== undefined) return Promise.reject(this.ended);
    this.lastId += 1;
    const id = this.lastId;
    return new Promise((resolve, reject) => {
      const giveUp = (): void => {
        this.post({ kind: 'abort', id });
      };
      const forget = (): void => {
        signal?.removeEventListener('abort', giveUp);
      };
      this.waiting.set(id, { resolve, reject, forget });
      this.post({ kind: 'call', id, method, args });
      if (signal?.aborted === true) giveUp();
      else signal?.addEventListener('abort', giveUp, { once: true });
    });
  }

  /** Tells the other side without waiting. */
  emit(name: string, value: unknown): void {
    if (this.ended === undefined) this.post({ kind: 'event', name, value });
  }

  /** The other side is gone: every call under way fails, in both directions. */
  end(reason: Error): void {
    this.ended ??= reason;
    for (const { reject, forget } of this.waiting.values()) {
      forget();
      reject(reason);
    }
    this.waiting.clear();
    for (const controller of this.running.values()) controller.abort();
    this.running.clear();
  }

  private post(message: Message): void {
    this.port.postMessage(message);
  }

  private receive(message: Message): void {
    switch (message.kind) {
      case 'call':
        void this.answer(message.id, message.method, message.args);
        return;
      case 'abort':
        this.running.get(message.id)?.abort();
        return;
      case 'event':
        this.side.events[message.name]?.(message.value as never);
        return;
      default:
        this.settle(message);
    }
  }

  private settle(message: Message & { readonly kind: 'result' | 'failure' }): void {
    const waiting = this.waiting.get(message.id);
    if (waiting === undefined) return;
    this.waiting.delete(message.id);
    waiting.forget();
    if (message.kind === 'result') waiting.resolve(message.value);
    else waiting.reject(localError(message.error));
  }

  private async answer(id: number, method: string, args: unknown): Promise<void> {
    const controller = new AbortController();
    this.running.set(id, controller);
    let reply: Message;
    try {
      const handler = this.side.calls[method];
      if (handler === undefined) throw new TypeError(`${method}: no such call`);
      const value = await handler(args as never, controller.signal);
      reply = { kind: 'result', id, value };
    } catch (error) {
      reply = { kind: 'failure', id, error: wireError(error) };
    }
    this.running.delete(id);
    if (this.ended !== undefined) return;
    try {
      this.post(reply);
    } catch (error) {
      // What cannot be cloned cannot be said.
      this.post({ kind: 'failure', id, error: wireError(error) });
    }
  }
}
