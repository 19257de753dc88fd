import { catalog } from '@microgrid/catalog';
import type { DeviceIdentity, Driver, DriverContext } from '@microgrid/devices';
import { driver as eredesHan } from '@microgrid/driver-eredes-han';
import { modbusDriver } from '@microgrid/driver-modbus';
import { driver as sunspec } from '@microgrid/driver-sunspec';
import type { ModbusBus } from '@microgrid/modbus';
import type { DeviceAddress } from './address.js';
import { memoryStore } from './file-store.js';
import { systemClock } from './system-clock.js';

/** One thing a unit can be read as. */
export interface Recognised {
  /** What `read` takes. */
  readonly profile: string;
  /** How it was recognised. */
  readonly by: 'SunSpec' | 'HAN port' | 'catalogue' | 'plausible values';
  readonly identity: DeviceIdentity;
}

/** Asks one unit what it is; reads only. */
export type Recogniser = (
  bus: ModbusBus,
  unit: number,
  signal: AbortSignal,
) => Promise<readonly Recognised[]>;

interface Candidate {
  readonly profile: string;
  readonly by: Recognised['by'];
  readonly driver: Driver<ModbusBus>;
}

/** Those of the catalogue that a device on this wire can prove to be. */
function candidates(wire: DeviceAddress['wire']): Candidate[] {
  const proven = catalog.filter(
    ({ identity, transport }) =>
      (identity?.match.length ?? 0) > 0 && transport.kinds.includes(wire),
  );
  return [
    { profile: 'eredes-han', by: 'HAN port', driver: eredesHan },
    { profile: 'sunspec', by: 'SunSpec', driver: sunspec },
    ...proven.map((profile): Candidate => ({
      profile: profile.id,
      by: 'catalogue',
      driver: modbusDriver(profile),
    })),
  ];
}

/** Profiles of devices that do not say who they are; they can only be tried. */
function anonymous(wire: DeviceAddress['wire']): Candidate[] {
  const silent = catalog.filter(
    ({ identity, transport, points }) =>
      (identity?.match.length ?? 0) === 0 &&
      transport.kinds.includes(wire) &&
      points.some(({ id }) => id === 'voltageL1') &&
      points.some(({ id }) => id === 'frequency'),
  );
  return silent.map((profile): Candidate => ({
    profile: profile.id,
    by: 'plausible values',
    driver: modbusDriver(profile),
  }));
}

/** Mains as it can be in a home anywhere, at a working meter. */
const MAINS = { frequency: [45, 65], voltageL1: [90, 280] } as const;

/** Whether a device read by a profile shows a voltage and a frequency of the mains. */
async function isPlausible(
  { driver }: Candidate,
  context: DriverContext<ModbusBus>,
  unit: number,
): Promise<boolean> {
  const device = await driver.open(context, { unit });
  const readings = await device.read();
  await device.close();
  return Object.entries(MAINS).every(([name, [least, most]]) => {
    const value = readings.find(({ point }) => point === name)?.value;
    return value !== undefined && value >= least && value <= most;
  });
}

/** Makes a recogniser for a wire; the catalogue is looked at once. */
export function recogniser(wire: DeviceAddress['wire']): Recogniser {
  const known = candidates(wire);
  const tried = anonymous(wire);
  return async (bus, unit, signal) => {
    const found: Recognised[] = [];
    const contextOf = (device: string): DriverContext<ModbusBus> => ({
      device,
      transport: bus,
      clock: systemClock,
      log: () => undefined,
      store: memoryStore(),
      signal,
    });
    for (const { profile, by, driver } of known) {
      if (signal.aborted) break;
      // The HAN port's addresses are 1 to 247.
      if (by === 'HAN port' && (unit < 1 || unit > 247)) continue;
      const identity = await driver.probe(contextOf(profile), { unit });
      if (identity !== undefined) found.push({ profile, by, identity });
      // A HAN port speaks nothing else.
      if (identity !== undefined && by === 'HAN port') break;
    }
    for (const candidate of found.length === 0 ? tried : []) {
      if (signal.aborted) break;
      const { profile, by } = candidate;
      if (await isPlausible(candidate, contextOf(profile), unit)) {
        found.push({ profile, by, identity: {} });
      }
    }
    return found;
  };
}
