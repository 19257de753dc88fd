import { numeratorAt, parseRatio } from '@microgrid/units';
import type { CommunityPoint } from '../community-points.js';
import type { ExportEligibility } from '../contract-rules.js';
import { ELIGIBLE, validOn, type Verdict } from './verdict.js';

const SCALE = 12;

function kilowatts(text: string): bigint {
  return numeratorAt(parseRatio(text), SCALE);
}

/**
 * Whether a point's plant is within the limits of installed power, alone and together with all plants
 * that take part on a local day. A plant is a point with installed power or with the role producer.
 */
export function installedPowerVerdict(
  rule: ExportEligibility,
  point: CommunityPoint,
  points: readonly CommunityPoint[],
  date: string,
): Verdict {
  const { maximumInstalledKilowatts: all, maximumInstalledKilowattsPerPlant: one } = rule;
  if ((all ?? one) === undefined || !isPlant(point)) return ELIGIBLE;
  const { installedKilowatts } = point;
  if (one !== undefined && installedKilowatts !== undefined) {
    if (kilowatts(installedKilowatts) > kilowatts(one)) {
      return refused(`the plant has ${installedKilowatts} kW, expected at most ${one} kW`);
    }
  }
  if (one !== undefined && installedKilowatts === undefined) return unknown(point.id);
  if (all === undefined) return ELIGIBLE;
  const { total, blank } = plantsOn(points, date);
  if (total > kilowatts(all)) {
    return refused(`the plants have more than ${all} kW together, expected at most that`);
  }
  return blank === undefined ? ELIGIBLE : unknown(blank);
}

/** All plants of a day together. */
interface Plants {
  readonly total: bigint;
  /** The first whose power is absent. */
  readonly blank: string | undefined;
}

/** The same for every point, so worked out once per list of points and day. */
const KNOWN = new WeakMap<readonly CommunityPoint[], Map<string, Plants>>();

function plantsOn(points: readonly CommunityPoint[], date: string): Plants {
  const days = KNOWN.get(points) ?? new Map<string, Plants>();
  KNOWN.set(points, days);
  const known = days.get(date);
  if (known !== undefined) return known;
  const plants = points.filter((point) => isPlant(point) && validOn(point, date));
  const made = {
    total: plants.reduce((sum, plant) => sum + kilowatts(plant.installedKilowatts ?? '0'), 0n),
    blank: plants.find((plant) => plant.installedKilowatts === undefined)?.id,
  };
  days.set(date, made);
  return made;
}

function isPlant({ installedKilowatts, role }: CommunityPoint): boolean {
  return installedKilowatts !== undefined || role === 'producer';
}

function refused(reason: string): Verdict {
  return { outcome: 'refused', rule: 'installedPower', reason };
}

function unknown(id: string): Verdict {
  const reason = `installedKilowatts of ${id} is absent`;
  return { outcome: 'not-evaluable', rule: 'installedPower', reason };
}
