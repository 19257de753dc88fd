import { safeParse } from '@microgrid/events';
import type { z } from 'zod';
import { checkedConfig } from './checked-config.js';
import type { SafetyTable } from './control-safety.js';
import type { Device } from './device.js';
import { DevicesError } from './devices-error.js';
import type { DeviceIdentity, DriverContext } from './driver-context.js';
import { driverManifest, type DriverManifest } from './driver-manifest.js';
import type { DriverTwin, TwinSurroundings } from './driver-twin.js';
import { guardedContext, guardedDevice } from './guarded-device.js';
import { Redactor } from './redaction.js';
import { secretPaths, secretsIn, type SecretPath } from './secret.js';

/** What an author of a driver writes; see {@link defineDriver}. */
export interface DriverDefinition<Transport, Config> {
  /** What the driver says of itself. */
  readonly manifest: DriverManifest;
  /** Schema of the device's configuration; secrets are marked with `secret`. */
  readonly config: z.ZodType<Config>;
  /** Looks whether such a device answers, by reads only; undefined means that it is another one. */
  readonly probe: (
    context: DriverContext<Transport>,
    config: Config,
  ) => Promise<DeviceIdentity | undefined>;
  /**
   * Opens the device and writes nothing. Trouble on the wire is no reason to reject: the device then
   * reports bad readings until it can be reached.
   */
  readonly open: (context: DriverContext<Transport>, config: Config) => Promise<Device>;
  /** One entry for each control of the manifest. */
  readonly safety: SafetyTable;
  /** Makes the simulated device. Pure but for its own state. */
  readonly twin: (config: Config, surroundings: TwinSurroundings) => DriverTwin;
}

/** A driver as a gateway uses it: configuration is checked at this border. */
export interface Driver<Transport> {
  readonly manifest: DriverManifest;
  readonly config: z.ZodType;
  /** Where the configuration's secrets stand. */
  readonly secrets: readonly SecretPath[];
  readonly safety: SafetyTable;
  /** @throws DevicesError (as a rejection) `bad-config`. */
  readonly probe: (
    context: DriverContext<Transport>,
    config?: unknown,
  ) => Promise<DeviceIdentity | undefined>;
  /**
   * Opens a device.
   * @param config as written by the user; default `{}`.
   * @throws DevicesError (as a rejection) `bad-config` naming path, value and expectation.
   */
  readonly open: (context: DriverContext<Transport>, config?: unknown) => Promise<Device>;
  /** @throws DevicesError `bad-config`. */
  readonly twin: (config: unknown, surroundings: TwinSurroundings) => DriverTwin;
}

/**
 * Makes a driver of its definition: the configuration is checked before the driver sees it.
 * @throws DevicesError `bad-driver` for a manifest that is not complete, or a control in it without
 *   its safety facts.
 */
export function defineDriver<Transport, Config>(
  definition: DriverDefinition<Transport, Config>,
): Driver<Transport> {
  const { config: schema, probe, open, safety, twin } = definition;
  const manifest = checkedManifest(definition.manifest);
  const { name } = manifest;
  for (const control of manifest.capabilities.controls) {
    if (safety[control] === undefined) {
      throw new DevicesError(
        'bad-driver',
        `driver ${name}: safety.${control}: got nothing, expected the facts of each control of the manifest`,
      );
    }
  }
  const secrets = secretPaths(schema);
  /** Runs one of the author's functions with a checked configuration whose secrets stay inside. */
  const inside = async <T>(
    context: DriverContext<Transport>,
    given: unknown,
    run: (guarded: DriverContext<Transport>, config: Config, redactor: Redactor) => Promise<T>,
  ): Promise<T> => {
    const config = checkedConfig(schema, given, `device ${context.device}`, secrets);
    const redactor = new Redactor([...secretsIn(given, secrets), ...secretsIn(config, secrets)]);
    return redactor.guard(() => run(guardedContext(context, redactor), config, redactor));
  };
  return Object.freeze({
    manifest,
    config: schema,
    secrets,
    safety,
    probe: (context: DriverContext<Transport>, given?: unknown) =>
      inside(context, given, async (guarded, config, redactor) =>
        redactor.value(await probe(guarded, config)),
      ),
    open: (context: DriverContext<Transport>, given?: unknown) =>
      inside(context, given, async (guarded, config, redactor) =>
        guardedDevice(await open(guarded, config), redactor),
      ),
    twin: (config: unknown, surroundings: TwinSurroundings) =>
      twin(checkedConfig(schema, config, `twin of ${name}`, secrets), surroundings),
  });
}

// Untyped callers load drivers by package name, so the types alone are no guarantee.
function checkedManifest(value: DriverManifest): DriverManifest {
  const result = safeParse(driverManifest, value, 'driver: manifest');
  if (result.success) return Object.freeze(result.data);
  throw new DevicesError('bad-driver', result.error.message, result.error.problems);
}
