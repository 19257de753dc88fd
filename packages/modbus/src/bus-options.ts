import type { BreakerOptions } from './circuit-breaker.js';
import { ModbusError } from './modbus-error.js';

/** Options of one unit on a bus; each defaults to the bus's. All durations are milliseconds. */
export interface UnitOptions {
  /** How long a request waits for its reply once sent. */
  readonly requestTimeoutMs?: number;
  /** Least silence between the end of a reply of this unit and the next request to anybody. */
  readonly requestDelayMs?: number;
  /** Most requests in flight at once while this unit is asked, 1..64; needs Modbus TCP framing. */
  readonly pipelining?: number;
  /** When the unit is left alone; `false` never. */
  readonly breaker?: BreakerOptions | false;
  /** How long values read are handed out again without asking, 0..600,000. */
  readonly cacheMs?: number;
}

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
  /**
   * Most requests in flight at once, 1..64. Default 1: many devices answer only the last of several.
   * More needs Modbus TCP framing.
   */
  readonly pipelining?: number;
  /** When a unit that fails is left alone; `false` never. */
  readonly breaker?: BreakerOptions | false;
  /**
   * How long values read are handed out again without asking the device; a write to the unit
   * forgets them. Default 0. Reads that wait or are in flight are shared whatever this says.
   */
  readonly cacheMs?: number;
  /** How often a request is sent again that a device was too busy for (exception 6). Default 5. */
  readonly busyRetries?: number;
  /** Wait before the first of these, doubling each time. Default 100. */
  readonly busyDelayMs?: number;
  /**
   * How long a write that a device accepted but has not finished (exception 5) is looked for by
   * reading back. Default 10,000.
   */
  readonly acknowledgeTimeoutMs?: number;
  /** How often a read that was not answered is sent again. Default 0; over UDP 1. */
  readonly readRetries?: number;
  /**
   * Whether a block that a device does not have (exception 2) is not asked for again until the bus
   * reconnects, the unit was away, its identity changed, or a day is over. Default true.
   */
  readonly disableMissingBlocks?: boolean;
  /**
   * The device accepts one client only: a second bus to it in this process is refused, and the old
   * connection is gone for good before a new one is tried. Default false.
   */
  readonly oneClient?: boolean;
  /** Options of single units, by unit id. */
  readonly units?: Readonly<Record<number, UnitOptions>>;
  /** Most requests waiting at once; one more rejects with `queue-full`. Default 1000. */
  readonly queueLimit?: number;
  /** Source of jitter, uniform in [0, 1). Default `Math.random`. */
  readonly random?: () => number;
}

/** {@link UnitOptions} with every default filled in; no breaker: the unit is never left alone. */
export interface ResolvedUnitOptions extends Required<Omit<UnitOptions, 'breaker'>> {
  readonly breaker: Required<BreakerOptions> | undefined;
}

/** {@link BusOptions} with every default filled in; `drainMs` absent means the request's timeout. */
export interface ResolvedBusOptions
  extends Required<Omit<BusOptions, 'drainMs' | 'breaker' | 'units'>>, ResolvedUnitOptions {
  readonly drainMs: number | undefined;
  readonly units: ReadonlyMap<number, ResolvedUnitOptions>;
}

/** Longest duration accepted anywhere: ten minutes, far below what a timer can hold. */
export const longestMs = 600_000;

/** Most requests that may be in flight on one connection. */
const mostPipelined = 64;
const breakerDefaults = { failures: 3, minimumMs: 1000, maximumMs: 60_000 };

/** Fills in the defaults and refuses what cannot work, by name. */
export function resolveBusOptions(options: BusOptions): ResolvedBusOptions {
  const reconnectMinimumMs = inRange(options, 'reconnectMinimumMs', 100, 1);
  const unit = resolveUnit(options, '', {
    requestTimeoutMs: 1000,
    requestDelayMs: 0,
    pipelining: 1,
    cacheMs: 0,
    breaker: breakerDefaults,
  });
  return {
    ...unit,
    connectTimeoutMs: inRange(options, 'connectTimeoutMs', 3000, 1),
    connectDelayMs: inRange(options, 'connectDelayMs', 0, 0),
    drainMs: options.drainMs === undefined ? undefined : inRange(options, 'drainMs', 0, 1),
    resetAfterTimeouts: inRange(options, 'resetAfterTimeouts', 3, 0),
    reconnectMinimumMs,
    reconnectMaximumMs: inRange(
      options,
      'reconnectMaximumMs',
      Math.max(30_000, reconnectMinimumMs),
      reconnectMinimumMs,
    ),
    busyRetries: inRange(options, 'busyRetries', 5, 0, 100),
    busyDelayMs: inRange(options, 'busyDelayMs', 100, 1),
    acknowledgeTimeoutMs: inRange(options, 'acknowledgeTimeoutMs', 10_000, 1),
    readRetries: inRange(options, 'readRetries', 0, 0, 100),
    queueLimit: inRange(options, 'queueLimit', 1000, 1),
    disableMissingBlocks: options.disableMissingBlocks ?? true,
    oneClient: options.oneClient ?? false,
    random: options.random ?? Math.random,
    units: new Map(
      Object.entries(options.units ?? {}).map(([id, own]) => [
        unitId(id),
        resolveUnit(own, `units.${id}.`, unit),
      ]),
    ),
  };
}

function unitId(id: string): number {
  const unit = Number(id);
  if (Number.isInteger(unit) && unit >= 0 && unit <= 255) return unit;
  throw new ModbusError('bad-options', `units.${id}: expected a unit id in 0..255`);
}

function resolveUnit(
  options: UnitOptions,
  path: string,
  preset: ResolvedUnitOptions,
): ResolvedUnitOptions {
  return {
    requestTimeoutMs: inRange(
      options,
      'requestTimeoutMs',
      preset.requestTimeoutMs,
      1,
      longestMs,
      path,
    ),
    requestDelayMs: inRange(options, 'requestDelayMs', preset.requestDelayMs, 0, longestMs, path),
    pipelining: inRange(options, 'pipelining', preset.pipelining, 1, mostPipelined, path),
    cacheMs: inRange(options, 'cacheMs', preset.cacheMs, 0, longestMs, path),
    breaker: resolveBreaker(options.breaker, `${path}breaker.`, preset.breaker),
  };
}

function resolveBreaker(
  breaker: BreakerOptions | false | undefined,
  path: string,
  preset: Required<BreakerOptions> | undefined,
): Required<BreakerOptions> | undefined {
  if (breaker === undefined) return preset;
  if (breaker === false) return undefined;
  const { failures, minimumMs, maximumMs } = preset ?? breakerDefaults;
  const least = inRange(breaker, 'minimumMs', minimumMs, 1, longestMs, path);
  return {
    failures: inRange(breaker, 'failures', failures, 1, 1000, path),
    minimumMs: least,
    maximumMs: inRange(breaker, 'maximumMs', Math.max(maximumMs, least), least, longestMs, path),
  };
}

function inRange<Name extends string>(
  options: Readonly<Partial<Record<Name, unknown>>>,
  name: Name,
  preset: number,
  least: number,
  most = longestMs,
  path = '',
): number {
  const value = options[name];
  if (value === undefined) return preset;
  if (typeof value === 'number' && Number.isFinite(value) && value >= least && value <= most) {
    return value;
  }
  throw new ModbusError(
    'bad-options',
    `${path}${name}: ${String(value)} is not usable, expected a number in ${least}..${most}`,
  );
}
