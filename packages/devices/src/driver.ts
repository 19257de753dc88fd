import { safeParse } from '@microgrid/events';
import type { z } from 'zod';
import type { Clock } from './clock.js';
import type { Device } from './device.js';
import { DevicesError } from './devices-error.js';

/** Severity of a log line. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** Where a driver writes what it has to say. */
export type Log = (
  level: LogLevel,
  message: string,
  fields?: Readonly<Record<string, unknown>>,
) => void;

/** All that a driver is given: it opens no socket and starts no timer of its own. */
export interface DriverContext<Transport> {
  /** Id of the device; stands in every reading. */
  readonly device: string;
  /** The wire, for example a Modbus bus; shared with other devices and closed by its owner. */
  readonly transport: Transport;
  readonly clock: Clock;
  readonly log: Log;
  /** Fires when the gateway stops: requests under way are given up. */
  readonly signal: AbortSignal;
  /** Id of the gateway. Commands whose audience is neither this nor the device are refused. */
  readonly gateway?: string;
}

/** Who a device says it is. */
export interface DeviceIdentity {
  readonly manufacturer?: string;
  readonly model?: string;
  readonly serial?: string;
  readonly firmware?: string;
}

/** What an author of a driver writes; see {@link defineDriver}. */
export interface DriverDefinition<Transport, Config> {
  /** Lower-case name, as in `sdm630`. */
  readonly name: string;
  /** Version of this contract. */
  readonly contractVersion: 1;
  /** Schema of the device's configuration. */
  readonly config: z.ZodType<Config>;
  /** Looks whether such a device answers, by reads only; undefined means that it is another one. */
  readonly probe?: (
    context: DriverContext<Transport>,
    config: Config,
  ) => Promise<DeviceIdentity | undefined>;
  /**
   * Opens the device. Trouble on the wire is no reason to reject: the device then reports bad
   * readings until it can be reached.
   */
  readonly open: (context: DriverContext<Transport>, config: Config) => Promise<Device>;
}

/** A driver as a gateway uses it: configuration is checked at this border. */
export interface Driver<Transport> {
  readonly name: string;
  readonly contractVersion: 1;
  readonly config: z.ZodType;
  /** @throws DevicesError (as a rejection) `bad-config`. Absent where a driver cannot identify its devices. */
  readonly probe?: (
    context: DriverContext<Transport>,
    config?: unknown,
  ) => Promise<DeviceIdentity | undefined>;
  /**
   * Opens a device.
   * @param config as written by the user; default `{}`.
   * @throws DevicesError (as a rejection) `bad-config` naming path, value and expectation.
   */
  readonly open: (context: DriverContext<Transport>, config?: unknown) => Promise<Device>;
}

const NAME = /^[a-z0-9][a-z0-9-]{0,63}$/;

/**
 * Makes a driver of its definition: the configuration is checked before the driver sees it.
 * @throws DevicesError `bad-driver` for a name or contract version that is not allowed.
 */
export function defineDriver<Transport, Config>(
  definition: DriverDefinition<Transport, Config>,
): Driver<Transport> {
  const { name, config: schema, probe, open } = definition;
  if (!NAME.test(name)) {
    throw new DevicesError(
      'bad-driver',
      `driver: name: got ${JSON.stringify(name)}, expected lower-case letters, digits and -`,
    );
  }
  // Untyped callers load drivers by package name, so the literal type alone is no guarantee.
  const version: number = definition.contractVersion;
  if (version !== 1) {
    throw new DevicesError(
      'bad-driver',
      `driver ${name}: contractVersion: got ${version}, expected 1`,
    );
  }
  const checked = (device: string, config: unknown): Config => {
    const result = safeParse(schema, config ?? {}, `device ${device}`);
    if (result.success) return result.data;
    throw new DevicesError('bad-config', result.error.message, result.error.problems);
  };
  return Object.freeze({
    name,
    contractVersion: 1 as const,
    config: schema,
    ...(probe === undefined
      ? {}
      : {
          probe: async (context: DriverContext<Transport>, config?: unknown) =>
            probe(context, checked(context.device, config)),
        }),
    open: async (context: DriverContext<Transport>, config?: unknown) =>
      open(context, checked(context.device, config)),
  });
}
