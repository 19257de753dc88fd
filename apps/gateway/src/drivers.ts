import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { findProfile } from '@microgrid/catalog';
import { isDevicesError, parseProfile, type Profile } from '@microgrid/devices';
import { modbusDriver } from '@microgrid/driver-modbus';
import { parse } from 'yaml';
import type { GatewayConfig } from './configuration.js';
import { GatewayError } from './gateway-error.js';
import { HOUSE_DRIVERS, type WiredDriver } from './house-drivers.js';

type DeviceEntry = GatewayConfig['devices'][number];

/** What runs a configured device: a driver here, or a package in a thread of its own. */
export interface FoundDriver {
  /** Absent for a package. */
  readonly here?: WiredDriver;
  /** The profile it runs, if it runs one. */
  readonly profile?: Profile;
}

/** Finds the driver of one configured device. */
export async function findDriver(entry: DeviceEntry, baseFolder: string): Promise<FoundDriver> {
  if (entry.driver !== undefined) {
    const here = HOUSE_DRIVERS.get(entry.driver);
    return here === undefined ? {} : { here };
  }
  const profile =
    entry.profileFile === undefined
      ? catalogued(entry)
      : await fromFile(resolve(baseFolder, entry.profileFile));
  return { here: { wire: 'modbus', driver: modbusDriver(profile) }, profile };
}

/** The unit of a device on its Modbus bus, where it is known before the device is found. */
export function unitOf({ driver, config }: DeviceEntry, profile?: Profile): number | undefined {
  const { unit } = config;
  if (typeof unit === 'number') return unit;
  return driver === 'eredes-han' ? 1 : profile?.transport.unit;
}

/** Tells a configuration that a driver refuses from other trouble. */
export function asConfigError(error: unknown, index: number): unknown {
  if (!isDevicesError(error) || error.code !== 'bad-config') return error;
  return new GatewayError('bad-config', `devices[${index}].config: ${error.message}`);
}

function catalogued({ id, profile = '' }: DeviceEntry): Profile {
  const found = findProfile(profile);
  if (found !== undefined) return found;
  throw new GatewayError(
    'unknown-driver',
    `devices.${id}.profile: got ${JSON.stringify(profile)}, which the catalogue does not have; name one of its profiles or give profileFile`,
  );
}

async function fromFile(path: string): Promise<Profile> {
  let value: unknown;
  try {
    value = parse(await readFile(path, 'utf8'));
  } catch (error) {
    throw new GatewayError(
      'unknown-driver',
      `profileFile: ${path}: ${String(error)}; expected a profile in YAML or JSON`,
    );
  }
  return parseProfile(value, path);
}
