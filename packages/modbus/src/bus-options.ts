import { ModbusError } from './modbus-error.js';

/** Options every bus has, whatever it runs over. All durations are milliseconds. */
export interface BusOptions {
  /** How long a request waits for its reply once sent. Default 1000. */
  readonly requestTimeoutMs?: number;
  /** How long one connection attempt may take. Default 3000. */
  readonly connectTimeoutMs?: number;
  /** Wait after connecting before the first request, for devices that need it. Default 0. */
  readonly connectDelayMs?: number;
  /**
   * Least silence between the end of a reply and the next request.
   * Default 0 on TCP; on a serial line 3.5 characters, at least 1.75 ms.
   */
  readonly requestDelayMs?: number;
  /**
   * RTU framing only: how long the line must stay silent after a request went unanswered before the
   * next one is sent, because an RTU reply does not say which request it answers. A reply that comes
   * later than this can be taken for the next one. Default: the timeout of the unanswered request.
   */
  readonly drainMs?: number;
  /**
   * Give the connection up after this many unanswered requests in a row
   * (half-open connections, stuck gateways); 1 gives up after every timeout, 0 never.
   * Default 3 over TCP, 0 on a serial line, where a dead unit must not close the port for the others.
   */
  readonly resetAfterTimeouts?: number;
  /** Upper bound of the wait before the first reconnect; doubles with each failure. Default 100. */
  readonly reconnectMinimumMs?: number;
  /** Upper bound of the wait before any reconnect. Default 30,000. */
  readonly reconnectMaximumMs?: number;
  /** Most requests waiting at once; one more rejects with `queue-full`. Default 1000. */
  readonly queueLimit?: number;
  /** Source of jitter, uniform in [0, 1). Default `Math.random`. */
  readonly random?: () => number;
}

/** {@link BusOptions} with every default filled in; `drainMs` absent means the request's timeout. */
export interface ResolvedBusOptions extends Required<Omit<BusOptions, 'drainMs'>> {
  readonly drainMs: number | undefined;
}

/** Longest duration accepted anywhere: ten minutes, far below what a timer can hold. */
export const longestMs = 600_000;

/** Fills in the defaults and refuses what cannot work, by name. */
export function resolveBusOptions(options: BusOptions): ResolvedBusOptions {
  const reconnectMinimumMs = inRange(options, 'reconnectMinimumMs', 100, 1);
  return {
    requestTimeoutMs: inRange(options, 'requestTimeoutMs', 1000, 1),
    connectTimeoutMs: inRange(options, 'connectTimeoutMs', 3000, 1),
    connectDelayMs: inRange(options, 'connectDelayMs', 0, 0),
    requestDelayMs: inRange(options, 'requestDelayMs', 0, 0),
    drainMs: options.drainMs === undefined ? undefined : inRange(options, 'drainMs', 0, 1),
    resetAfterTimeouts: inRange(options, 'resetAfterTimeouts', 3, 0),
    reconnectMinimumMs,
    reconnectMaximumMs: inRange(
      options,
      'reconnectMaximumMs',
      Math.max(30_000, reconnectMinimumMs),
      reconnectMinimumMs,
    ),
    queueLimit: inRange(options, 'queueLimit', 1000, 1),
    random: options.random ?? Math.random,
  };
}

type NumericOption = Exclude<keyof BusOptions, 'random'>;

function inRange(options: BusOptions, name: NumericOption, preset: number, least: number): number {
  const value = options[name];
  if (value === undefined) return preset;
  if (Number.isFinite(value) && value >= least && value <= longestMs) return value;
  throw new ModbusError(
    'bad-options',
    `${name}: ${value} is not usable, expected a number in ${least}..${longestMs}`,
  );
}
