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
  const plants = points.filter((other) => isPlant(other) && validOn(other, date));
  const total = plants.reduce((sum, plant) => sum + kilowatts(plant.installedKilowatts ?? '0'), 0n);
  if (total > kilowatts(all)) {
    return refused(`the plants have more than ${all} kW together, expected at most that`);
  }
  const blank = plants.find((plant) => plant.installedKilowatts === undefined);
  return blank === undefined ? ELIGIBLE : unknown(blank.id);
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
