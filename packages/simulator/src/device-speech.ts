import { findProfile } from '@microgrid/catalog';
import {
  isPointName,
  isRegisterPoint,
  safeParseProfile,
  type Clock,
  type Driver,
  type ModbusTwin,
  type Profile,
} from '@microgrid/devices';
import { driver as eredesHan } from '@microgrid/driver-eredes-han';
import { modbusTwin } from '@microgrid/driver-modbus';
import { driver as sunspec, type TwinRatings } from '@microgrid/driver-sunspec';
import type { ModbusBus } from '@microgrid/modbus';
import { z } from 'zod';
import type { SumTerm } from './driver-site-twin.js';
import { SimulatorError } from './simulator-error.js';

/** What a simulated device speaks: a profile of the catalogue, a profile of one's own, or a driver's twin. */
export const deviceSpeech = z.union([
  z.strictObject({
    profile: z.string().min(1),
    /** Unit id on its line; default the profile's. */
    unit: z.int().min(0).max(255).optional(),
  }),
  z.strictObject({
    /** Name of a driver package that ships a Modbus twin. */
    driver: z.string().min(1),
    /** What the driver asks for, as the models of a SunSpec device under `twin`. */
    config: z.record(z.string(), z.json()).default({}),
    unit: z.int().min(0).max(255).optional(),
  }),
]);
export type DeviceSpeech = z.infer<typeof deviceSpeech>;

/** Drivers whose twins can be simulated, by the name of their package. */
export type TwinDrivers = ReadonlyMap<string, Driver<ModbusBus>>;

const SUNSPEC = '@microgrid/driver-sunspec';

/** The drivers of the house that have a wire of their own. */
export const HOUSE_DRIVERS: TwinDrivers = new Map([
  [SUNSPEC, sunspec],
  ['@microgrid/driver-eredes-han', eredesHan],
]);

/** What twins are looked up in. */
export interface TwinSources {
  readonly drivers: TwinDrivers;
  /** Profiles beside the catalogue's, by id. */
  readonly profiles: ReadonlyMap<string, Profile>;
}

/** A twin, and the sums among its points. */
export interface SpokenTwin {
  readonly speaks: string;
  readonly twin: ModbusTwin;
  readonly sums: ReadonlyMap<string, readonly SumTerm[]>;
}

/** The published sums of a profile that only the plant's own points can feed. */
function sumsOf(profile: Profile): ReadonlyMap<string, readonly SumTerm[]> {
  const sums = new Map<string, readonly SumTerm[]>();
  for (const point of profile.points) {
    if (isRegisterPoint(point)) continue;
    const terms = point.sum.map(({ point: term, factor = 1 }) => ({ term, factor }));
    // A sum of published points shows what its terms show.
    if (terms.some(({ term }) => isPointName(term))) continue;
    sums.set(point.id, terms);
  }
  return sums;
}

/** A SunSpec device states the plant's ratings where its configuration states no others. */
function withRatings(
  config: Readonly<Record<string, unknown>>,
  ratings: TwinRatings | undefined,
): Readonly<Record<string, unknown>> {
  if (ratings === undefined) return config;
  const { twin } = config;
  const given: Readonly<Record<string, unknown>> =
    typeof twin === 'object' && twin !== null ? { ...twin } : {};
  return { ...config, twin: { ratings, ...given } };
}

/**
 * The twin a device asks for.
 * @param device for messages.
 * @param ratings of the plant's device; what has a nameplate shows them.
 *   @throws SimulatorError `bad-options` for a profile or driver that is not
 *   known, has no Modbus twin, or refuses its configuration.
 */
export function speakingTwin(
  device: string,
  speech: DeviceSpeech,
  sources: TwinSources,
  clock: Clock,
  ratings?: TwinRatings,
): SpokenTwin {
  if ('profile' in speech) {
    const profile = sources.profiles.get(speech.profile) ?? findProfile(speech.profile);
    if (profile === undefined) {
      throw refused(
        device,
        `profile: got ${speech.profile}, expected a profile of the catalogue or one given`,
      );
    }
    const checked = safeParseProfile(profile, profile.id);
    if (!checked.success) throw refused(device, checked.error.message);
    const config = speech.unit === undefined ? {} : { unit: speech.unit };
    const { data } = checked;
    return { speaks: data.id, twin: modbusTwin(data, config, { clock }), sums: sumsOf(data) };
  }
  const driver = sources.drivers.get(speech.driver);
  if (driver === undefined) {
    const known = [...sources.drivers.keys()].join(', ');
    throw refused(device, `driver: got ${speech.driver}, expected one with a twin: ${known}`);
  }
  const unit = speech.unit === undefined ? {} : { unit: speech.unit };
  const config = speech.driver === SUNSPEC ? withRatings(speech.config, ratings) : speech.config;
  const twin = driver.twin({ ...config, ...unit }, { clock });
  if (twin.kind !== 'modbus') {
    throw refused(
      device,
      `driver: ${speech.driver} has a twin on ${twin.kind}, expected one on Modbus`,
    );
  }
  return { speaks: speech.driver, twin, sums: new Map() };
}

function refused(device: string, message: string): SimulatorError {
  return new SimulatorError('bad-options', `device ${device}: ${message}`);
}
