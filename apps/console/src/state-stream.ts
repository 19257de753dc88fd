import { ConsoleError, isConsoleError } from './console-error.js';
import { parseState, type ConsoleState } from './state.js';

/** The gateway sends a state at least every 5 s; after this much silence the values are called old. */
export const SILENCE_MS = 12_000;

const FIRST_RETRY_MS = 1_000;
const LAST_RETRY_MS = 15_000;

/**
 * How fresh the shown state is: `connecting` before the first one, `live`, `lost` when the stream
 * ended or fell silent, `incompatible` when what arrives cannot be read.
 */
export type Connection =
  | { readonly phase: 'connecting' }
  | { readonly phase: 'live' }
  | { readonly phase: 'lost'; readonly sinceMs: number }
  | { readonly phase: 'incompatible'; readonly sinceMs: number; readonly message: string };

/** The part of the browser's EventSource that is used. */
export interface EventSourceLike {
  addEventListener(type: string, listener: (event: { readonly data?: unknown }) => void): void;
  close(): void;
}

/** The browser, as the stream needs it. */
export interface StreamPorts {
  readonly open: (url: string) => EventSourceLike;
  /** Monotonic milliseconds, so that a corrected clock neither hides nor invents silence. */
  readonly nowMs: () => number;
  /** Calls once after a delay; the result cancels. */
  readonly after: (delayMs: number, call: () => void) => () => void;
}

/** Who is told. */
export interface StreamListener {
  readonly onState: (state: ConsoleState) => void;
  readonly onConnection: (connection: Connection) => void;
}

/** A running stream. */
export interface StateStream {
  /** Tries again at once: the page came back to the front, the network returned. */
  readonly retry: () => void;
  readonly close: () => void;
}

/**
 * Follows the gateway's stream for as long as the page lives. It reconnects by itself, with a pause
 * that doubles from 1 s to 15 s: the browser's own retry gives up for good on an HTTP error, which
 * is just what a proxy answers while a gateway restarts.
 */
export function followState(
  url: string,
  ports: StreamPorts,
  listener: StreamListener,
): StateStream {
  return new Follower(url, ports, listener);
}

class Follower implements StateStream {
  #source: EventSourceLike | undefined;
  #connection: Connection = { phase: 'connecting' };
  #cancelTimer = (): void => undefined;
  #retryMs = FIRST_RETRY_MS;
  #closed = false;

  constructor(
    private readonly url: string,
    private readonly ports: StreamPorts,
    private readonly listener: StreamListener,
  ) {
    listener.onConnection(this.#connection);
    this.#open();
  }

  readonly retry = (): void => {
    if (this.#closed || this.#connection.phase === 'live') return;
    this.#retryMs = FIRST_RETRY_MS;
    this.#open();
  };

  readonly close = (): void => {
    this.#closed = true;
    this.#drop();
  };

  #open(): void {
    this.#drop();
    const source = this.ports.open(this.url);
    this.#source = source;
    // Late events of a source that was given up must not count.
    const current = (call: () => void) => (): void => {
      if (this.#source === source) call();
    };
    source.addEventListener('state', (event) => {
      current(() => {
        this.#receive(event.data);
      })();
    });
    source.addEventListener(
      'error',
      current(() => {
        this.#lose();
      }),
    );
    this.#watchSilence();
  }

  #drop(): void {
    this.#cancelTimer();
    this.#source?.close();
    this.#source = undefined;
  }

  #watchSilence(): void {
    this.#cancelTimer();
    this.#cancelTimer = this.ports.after(SILENCE_MS, () => {
      this.#lose();
    });
  }

  #receive(data: unknown): void {
    this.#watchSilence();
    this.#retryMs = FIRST_RETRY_MS;
    try {
      const state = read(data);
      this.#set({ phase: 'live' });
      this.listener.onState(state);
    } catch (error) {
      if (!isConsoleError(error)) throw error;
      const sinceMs = this.#sinceMs();
      this.#set({ phase: 'incompatible', sinceMs, message: error.message });
    }
  }

  #lose(): void {
    this.#drop();
    if (this.#connection.phase !== 'lost') this.#set({ phase: 'lost', sinceMs: this.#sinceMs() });
    this.#cancelTimer = this.ports.after(this.#retryMs, () => {
      this.#open();
    });
    this.#retryMs = Math.min(this.#retryMs * 2, LAST_RETRY_MS);
  }

  /** Trouble counts from its beginning, not from its latest form. */
  #sinceMs(): number {
    return 'sinceMs' in this.#connection ? this.#connection.sinceMs : this.ports.nowMs();
  }

  #set(connection: Connection): void {
    if (connection.phase === 'live' && this.#connection.phase === 'live') return;
    this.#connection = connection;
    this.listener.onConnection(connection);
  }
}

function read(data: unknown): ConsoleState {
  if (typeof data !== 'string') throw new ConsoleError('malformed', 'stream: got no text');
  let value: unknown;
  try {
    value = JSON.parse(data);
  } catch {
    throw new ConsoleError('malformed', `stream: got ${data.slice(0, 80)}, expected JSON`);
  }
  return parseState(value);
}
