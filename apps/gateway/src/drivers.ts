import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { findProfile } from '@microgrid/catalog';
import { parseProfile, type Device, type DriverContext } from '@microgrid/devices';
import { modbusDriver } from '@microgrid/driver-modbus';
import type { ModbusBus } from '@microgrid/modbus';
import { parse } from 'yaml';
import type { GatewayConfig } from './configuration.js';
import { GatewayError } from './gateway-error.js';

/** Opens one configured device with the profile it names. */
export async function openDevice(
  entry: GatewayConfig['devices'][number],
  context: DriverContext<ModbusBus>,
  baseFolder: string,
): Promise<Device> {
  const profile =
    entry.profileFile === undefined
      ? catalogued(entry)
      : await fromFile(resolve(baseFolder, entry.profileFile));
  return modbusDriver(profile).open(context, entry.config);
}

function catalogued({ id, profile = '' }: GatewayConfig['devices'][number]) {
  const found = findProfile(profile);
  if (found !== undefined) return found;
  throw new GatewayError(
    'unknown-driver',
    `devices.${id}.profile: got ${JSON.stringify(profile)}, which the catalogue does not have; name one of its profiles or give profileFile`,
  );
}

async function fromFile(path: string) {
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
