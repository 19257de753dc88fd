import type { DeviceRole } from '@microgrid/events';
import type { SunspecConfig } from './config.js';
import type { ModelImage } from './model-image.js';
import { INVERTER_MODEL_IDS, METER_MODEL_IDS, STORAGE_MODEL_IDS } from './model-map.js';

/** The models of one unit that make up one device. */
export interface DeviceParts {
  readonly role: DeviceRole;
  /** Model 1 in front of the device's models. */
  readonly common: ModelImage | undefined;
  /** Measurements of the AC port: an inverter's, or the meter's; a battery alone has none. */
  readonly ac: ModelImage | undefined;
  /** State of the storage, the best source first. */
  readonly storage: readonly ModelImage[];
  /** Strings and DC ports: model 714 or 160. */
  readonly dc: ModelImage | undefined;
  /** Another model by its id, the first of them. */
  readonly other: (id: number) => ModelImage | undefined;
}

/** Types of device in model 120. */
const DER_PV = 4;
const DER_PV_STORAGE = 82;

/** Models from one model 1 to the next: one device, or one part of it. */
function sections(images: readonly ModelImage[]): ModelImage[][] {
  const all: ModelImage[][] = [];
  for (const image of images) {
    const last = all.at(-1);
    if (last === undefined || (image.found.id === 1 && last.length > 0)) all.push([image]);
    else last.push(image);
  }
  return all;
}

const first = (images: readonly ModelImage[], ids: readonly number[]): ModelImage | undefined => {
  for (const id of ids) {
    const image = images.find(({ found }) => found.id === id);
    if (image !== undefined) return image;
  }
  return undefined;
};

/**
 * Chooses the models that make up the device that was asked for; a unit may hold an inverter and
 * several meters, each behind a model 1 of its own. Undefined when it holds no such device.
 */
export function chooseParts(
  images: readonly ModelImage[],
  config: Pick<SunspecConfig, 'role' | 'instance'>,
): DeviceParts | undefined {
  const { role, instance } = config;
  const all = sections(images);
  const inverters = all.filter((section) => first(section, INVERTER_MODEL_IDS) !== undefined);
  const wantsMeter = role === 'gridMeter' || role === 'meter';
  if (wantsMeter || (role === undefined && inverters.length === 0)) {
    const meter = meterAt(all, instance);
    if (meter !== undefined) {
      const common = meter.section.find(({ found }) => found.id === 1);
      return parts(role ?? 'meter', meter.section, common, meter.image, [], undefined);
    }
    if (wantsMeter) return undefined;
  }
  const batteries = all.filter((section) => first(section, [802, 803]) !== undefined);
  const section = (inverters.length > 0 ? inverters : batteries)[instance - 1];
  if (section === undefined) return undefined;
  const storage = STORAGE_MODEL_IDS.flatMap((id) =>
    section.filter((image) => image.found.id === id && hasStorage(image)),
  );
  const dc = first(section, [714, 160]);
  const ac = first(section, INVERTER_MODEL_IDS);
  const common = section.find(({ found }) => found.id === 1) ?? first(images, [1]);
  return parts(role ?? inverterRole(section, storage, dc), section, common, ac, storage, dc);
}

function meterAt(
  all: readonly (readonly ModelImage[])[],
  instance: number,
): { readonly image: ModelImage; readonly section: readonly ModelImage[] } | undefined {
  const meters = all.flatMap((section) =>
    section
      .filter(({ found }) => METER_MODEL_IDS.includes(found.id))
      .map((image) => ({ image, section })),
  );
  return meters[instance - 1];
}

function parts(
  role: DeviceRole,
  section: readonly ModelImage[],
  common: ModelImage | undefined,
  ac: ModelImage | undefined,
  storage: readonly ModelImage[],
  dc: ModelImage | undefined,
): DeviceParts {
  return { role, common, ac, storage, dc, other: (id) => first(section, [id]) };
}

/** Inverters without a battery may show model 124 all the same, with nothing in it. */
function hasStorage(image: ModelImage): boolean {
  if (image.found.id === 124) return (image.number('WChaMax') ?? 0) > 0;
  if (image.found.id === 713) {
    return image.number('SoC') !== undefined || (image.number('WHRtg') ?? 0) > 0;
  }
  return true;
}

function inverterRole(
  section: readonly ModelImage[],
  storage: readonly ModelImage[],
  dc: ModelImage | undefined,
): DeviceRole {
  if (storage.length === 0) return 'pvInverter';
  const type = first(section, [120])?.number('DERTyp');
  if (type === DER_PV || type === DER_PV_STORAGE) return 'hybridInverter';
  if (dc === undefined) return 'batteryInverter';
  if (dc.found.id === 160) return 'hybridInverter';
  const ports = dc.layout.points.filter(({ path }) => path.endsWith('.PrtTyp'));
  const pv = ports.some(({ path }) => dc.number(path) === 0);
  return pv ? 'hybridInverter' : 'batteryInverter';
}
