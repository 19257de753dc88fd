import { isConsoleError } from '../console-error.js';
import { daySeries, missesSamples, withState, type DaySeries } from '../day-series.js';
import { parseHistory } from '../history.js';
import { followState, type Connection } from '../state-stream.js';
import type { ConsoleState } from '../state.js';

const HISTORY_RETRY_MS = 10_000;
const CLOCK_MS = 1_000;

/** What the page knows of its gateway, as Svelte state; `start` follows it until the page goes. */
export class Live {
  /** The newest state; absent until the first one. It stays when the connection is lost. */
  state = $state.raw<ConsoleState | undefined>(undefined);
  connection = $state.raw<Connection>({ phase: 'connecting' });
  /** How long the connection has been in trouble. */
  troubleMs = $state(0);
  /** Today's curves; absent until they were fetched. */
  series = $state.raw<DaySeries | undefined>(undefined);
  /** Why today's curves could not be fetched. */
  seriesProblem = $state<string | undefined>(undefined);

  #nextFetchMs = 0;
  #fetching = false;
  #seriesIsOld = true;

  start(): () => void {
    const stream = followState(
      'api/stream',
      {
        open: (url) => new EventSource(url),
        nowMs: () => performance.now(),
        after: (delayMs, call) => {
          const timer = setTimeout(call, delayMs);
          return () => {
            clearTimeout(timer);
          };
        },
      },
      {
        onState: (state) => {
          this.#show(state);
        },
        onConnection: (connection) => {
          // What happened while nobody listened is only in the gateway's own samples.
          if (connection.phase === 'live') this.#seriesIsOld = true;
          this.connection = connection;
          this.#count();
        },
      },
    );
    const clock = setInterval(() => {
      this.#count();
    }, CLOCK_MS);
    const wake = (): void => {
      if (document.visibilityState === 'visible') stream.retry();
    };
    document.addEventListener('visibilitychange', wake);
    window.addEventListener('online', wake);
    return () => {
      stream.close();
      clearInterval(clock);
      document.removeEventListener('visibilitychange', wake);
      window.removeEventListener('online', wake);
    };
  }

  #count(): void {
    this.troubleMs = 'sinceMs' in this.connection ? performance.now() - this.connection.sinceMs : 0;
  }

  #show(state: ConsoleState): void {
    this.state = state;
    const { series } = this;
    const complete = series !== undefined && !missesSamples(series, state);
    const extended = complete ? withState(series, state) : undefined;
    if (extended !== undefined) this.series = extended;
    if (extended === undefined || this.#seriesIsOld) void this.#fetchSeries();
  }

  async #fetchSeries(): Promise<void> {
    if (this.#fetching || performance.now() < this.#nextFetchMs) return;
    this.#fetching = true;
    this.#nextFetchMs = performance.now() + 1_000;
    try {
      const response = await fetch('api/history', { cache: 'no-store' });
      if (!response.ok) throw new Error(`the gateway answered ${response.status}`);
      this.series = daySeries(parseHistory(await response.json()));
      this.#seriesIsOld = false;
      this.seriesProblem = undefined;
      // Where even the gateway has none, asking again at once would not bring them.
      if (this.state !== undefined && missesSamples(this.series, this.state)) {
        this.#nextFetchMs = performance.now() + HISTORY_RETRY_MS;
      }
    } catch (error) {
      this.#nextFetchMs = performance.now() + HISTORY_RETRY_MS;
      const reason = error instanceof Error ? error.message : String(error);
      this.seriesProblem = isConsoleError(error) ? reason : `not reachable (${reason})`;
    } finally {
      this.#fetching = false;
    }
  }
}
