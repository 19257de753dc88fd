import { sampleState } from './sample-site.js';
import {
  followState,
  SILENCE_MS,
  type Connection,
  type EventSourceLike,
  type StateStream,
} from './state-stream.js';

type Listener = (event: { readonly data?: unknown }) => void;

class FakeEventSource implements EventSourceLike {
  closed = false;
  readonly #listeners = new Map<string, Listener[]>();

  addEventListener(type: string, listener: Listener): void {
    this.#listeners.set(type, [...(this.#listeners.get(type) ?? []), listener]);
  }

  close(): void {
    this.closed = true;
  }

  emit(type: string, data?: unknown): void {
    for (const listener of this.#listeners.get(type) ?? []) listener({ data });
  }
}

/** A browser with virtual time. */
class Browser {
  nowMs = 0;
  readonly sources: FakeEventSource[] = [];
  readonly phases: string[] = [];
  connection: Connection | undefined;
  readonly seen: string[] = [];
  #timers: { at: number; call: () => void }[] = [];

  follow(): StateStream {
    return followState(
      'api/stream',
      {
        open: () => {
          const source = new FakeEventSource();
          this.sources.push(source);
          return source;
        },
        nowMs: () => this.nowMs,
        after: (delayMs, call) => {
          const timer = { at: this.nowMs + delayMs, call };
          this.#timers.push(timer);
          return () => {
            this.#timers = this.#timers.filter((each) => each !== timer);
          };
        },
      },
      {
        onState: (state) => {
          this.seen.push(state.now);
        },
        onConnection: (connection) => {
          this.connection = connection;
          this.phases.push(connection.phase);
        },
      },
    );
  }

  get source(): FakeEventSource {
    const source = this.sources.at(-1);
    if (source === undefined) throw new Error('no stream was opened');
    return source;
  }

  pass(ms: number): void {
    const end = this.nowMs + ms;
    for (;;) {
      const next = this.#timers.filter((each) => each.at <= end).sort((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      this.#timers = this.#timers.filter((each) => each !== next);
      this.nowMs = next.at;
      next.call();
    }
    this.nowMs = end;
  }

  get pending(): number {
    return this.#timers.length;
  }
}

const state = (now = '2026-06-21T11:42:10Z'): string => JSON.stringify(sampleState(now));

describe('followState', () => {
  test('goes from connecting to live and hands every state on', () => {
    const browser = new Browser();
    browser.follow();
    browser.source.emit('state', state('2026-06-21T11:42:10Z'));
    browser.source.emit('state', state('2026-06-21T11:42:11Z'));
    expect(browser.phases).toEqual(['connecting', 'live']);
    expect(browser.seen).toEqual(['2026-06-21T11:42:10Z', '2026-06-21T11:42:11Z']);
  });

  test('an ended stream is lost at once and tried again with growing pauses', () => {
    const browser = new Browser();
    browser.follow();
    browser.source.emit('state', state());
    browser.source.emit('error');
    expect(browser.connection).toEqual({ phase: 'lost', sinceMs: 0 });
    const opened: number[] = [];
    for (let count = 0; count < 7; count += 1) {
      const before = browser.sources.length;
      while (browser.sources.length === before) browser.pass(500);
      opened.push(browser.nowMs);
      browser.source.emit('error');
    }
    const pauses = opened.map((at, index) => at - (opened[index - 1] ?? 0));
    expect(pauses).toEqual([1000, 2000, 4000, 8000, 15_000, 15_000, 15_000]);
    expect(browser.connection).toEqual({ phase: 'lost', sinceMs: 0 });
    expect(browser.sources.slice(0, -1).every((source) => source.closed)).toBe(true);
  });

  test('silence counts as loss, though the connection never said so', () => {
    const browser = new Browser();
    browser.follow();
    browser.source.emit('state', state());
    browser.pass(SILENCE_MS - 1);
    browser.source.emit('state', state());
    browser.pass(SILENCE_MS - 1);
    expect(browser.connection?.phase).toBe('live');
    browser.pass(1);
    expect(browser.connection).toEqual({ phase: 'lost', sinceMs: 2 * SILENCE_MS - 1 });
  });

  test('a gateway that never answers is lost, not connecting for ever', () => {
    const browser = new Browser();
    browser.follow();
    browser.pass(SILENCE_MS);
    expect(browser.phases).toEqual(['connecting', 'lost']);
  });

  test('comes back live by itself, and late events of the old stream do not count', () => {
    const browser = new Browser();
    browser.follow();
    const old = browser.source;
    old.emit('state', state('2026-06-21T11:42:10Z'));
    old.emit('error');
    browser.pass(1000);
    browser.source.emit('state', state('2026-06-21T11:50:00Z'));
    old.emit('state', state('2026-06-21T11:42:11Z'));
    old.emit('error');
    expect(browser.phases).toEqual(['connecting', 'live', 'lost', 'live']);
    expect(browser.seen).toEqual(['2026-06-21T11:42:10Z', '2026-06-21T11:50:00Z']);
  });

  test('what cannot be read is said with its reason, and the next good state heals it', () => {
    const browser = new Browser();
    browser.follow();
    for (const data of ['{', '{"kind":"consoleState","version":1}', undefined]) {
      browser.source.emit('state', data);
      expect(browser.connection?.phase).toBe('incompatible');
    }
    expect(browser.seen).toEqual([]);
    browser.source.emit('state', state());
    expect(browser.connection?.phase).toBe('live');
  });

  test('retry skips the pause but leaves a live stream alone', () => {
    const browser = new Browser();
    const stream = browser.follow();
    browser.source.emit('state', state());
    stream.retry();
    expect(browser.sources).toHaveLength(1);
    browser.source.emit('error');
    stream.retry();
    expect(browser.sources).toHaveLength(2);
    browser.source.emit('state', state());
    expect(browser.connection?.phase).toBe('live');
  });

  test('close leaves nothing behind', () => {
    const browser = new Browser();
    const stream = browser.follow();
    stream.close();
    stream.retry();
    expect(browser.source.closed).toBe(true);
    expect(browser.pending).toBe(0);
    expect(browser.sources).toHaveLength(1);
  });
});
