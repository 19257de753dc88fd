import { existsSync } from 'node:fs';
import { catalog, findProfile } from '@microgrid/catalog';
import { isDevicesError, parseProfile, type Driver, type Profile } from '@microgrid/devices';
import { driver as eredesHan } from '@microgrid/driver-eredes-han';
import { modbusDriver } from '@microgrid/driver-modbus';
import { driver as sunspec } from '@microgrid/driver-sunspec';
import type { ModbusBus } from '@microgrid/modbus';
import { CommandError } from '../command-error.js';
import { readYamlFile } from '../yaml-file.js';

/** What knows how to talk to a device. */
export interface DeviceSource {
  /** Id of the profile, or name of the driver. */
  readonly name: string;
  readonly driver: Driver<ModbusBus>;
  /** Absent for a driver in code. */
  readonly profile?: Profile;
}

/** Drivers in code, by every name they are known by. */
export const CODED_DRIVERS: ReadonlyMap<string, Driver<ModbusBus>> = new Map([
  ['sunspec', sunspec],
  ['@microgrid/driver-sunspec', sunspec],
  ['eredes-han', eredesHan],
  ['@microgrid/driver-eredes-han', eredesHan],
]);

/** The source of a profile that is at hand. */
export const sourceOf = (profile: Profile): DeviceSource => ({
  name: profile.id,
  driver: modbusDriver(profile),
  profile,
});

const isPath = (name: string): boolean => /[/\\]/.test(name) || /\.(?:json|ya?ml)$/i.test(name);

/** Names of the catalogue that share a part with a wrong one. */
function resembling(name: string): string {
  const parts = name
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((part) => part.length >= 3);
  const alike = catalog.filter(({ id }) => parts.some((part) => id.includes(part)));
  return alike.length === 0 ? '' : ` Did you mean ${alike.map(({ id }) => id).join(', ')}?`;
}

/**
 * Finds what a name on the command line stands for: a profile of the catalogue, `sunspec`,
 * `eredes-han`, or the path of a profile file in JSON or YAML.
 * @throws CommandError `usage` for a name nobody has, `file`, `input` for a profile that is wrong.
 */
export function deviceSource(name: string): DeviceSource {
  const coded = CODED_DRIVERS.get(name);
  if (coded !== undefined) return { name: coded.manifest.name, driver: coded };
  const listed = findProfile(name);
  if (listed !== undefined) return sourceOf(listed);
  if (isPath(name) || existsSync(name)) return sourceOf(profileFile(name));
  throw new CommandError(
    'usage',
    `profile: got ${JSON.stringify(name)}, expected a profile of the catalogue, sunspec, eredes-han or the path of a profile file; microgrid device profiles lists them.${resembling(name)}`,
  );
}

function profileFile(path: string): Profile {
  try {
    return parseProfile(readYamlFile(path), path);
  } catch (error) {
    if (!isDevicesError(error)) throw error;
    throw new CommandError('input', error.message, { cause: error });
  }
}
