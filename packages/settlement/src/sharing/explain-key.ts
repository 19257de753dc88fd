import {
  coefficientRowAt,
  communityHolidays,
  isCalendarCoefficients,
  isFileCoefficients,
  type Coefficients,
  type Community,
  type SharingKey,
} from '@microgrid/community';
import { localTime } from '@microgrid/units/calendar';
import type { SettledPeriod } from '../settled-period.js';

/** The key of an interval as one point sees it. */
export interface ExplainedKey {
  /** Of a calendar, the key that held. */
  readonly key: Community['sharingKey']['type'];
  readonly coefficient?: string;
  /** Groups of the key that the point is in, from the outside in. */
  readonly groups?: readonly string[];
  readonly unused?: NonNullable<Community['unused']>;
  readonly plants?: NonNullable<Community['plants']>['by'];
  readonly buyersPriceMicroPerKilowattHour?: number;
  readonly sellersPriceMicroPerKilowattHour?: number;
}

/** Which key shared an interval, and what it says of one point. */
export function explainKey(settled: SettledPeriod, point: number, interval: number): ExplainedKey {
  const { community, pointIds } = settled.contract;
  const { unused, plants } = community;
  const startMs = settled.startMs + interval * settled.resolutionMs;
  const sharingKey = keyAt(community.sharingKey, community, startMs);
  const coefficient =
    sharingKey.type === 'fixed'
      ? coefficientOf(sharingKey.coefficients, community, pointIds[point] ?? '', startMs)
      : undefined;
  const groups = groupsAround(sharingKey, pointIds[point] ?? '', community, startMs);
  const buyers = settled.internalAmounts?.buyersPrices[interval] ?? NaN;
  const sellers = settled.internalAmounts?.sellersPrices[interval] ?? NaN;
  return {
    key: sharingKey.type,
    ...(coefficient !== undefined && { coefficient }),
    ...(groups.length > 0 && { groups }),
    ...(unused && { unused }),
    ...(plants && { plants: plants.by }),
    ...(!Number.isNaN(buyers) && { buyersPriceMicroPerKilowattHour: buyers }),
    ...(!Number.isNaN(sellers) && { sellersPriceMicroPerKilowattHour: sellers }),
  };
}

/** The key that holds at an instant, where a calendar says which. */
function keyAt(key: SharingKey, community: Community, startMs: number): SharingKey {
  if (key.type !== 'calendar') return key;
  const local = localTime(community.timeZone, startMs);
  const row = key.rows[coefficientRowAt(key.rows, local, communityHolidays(community))];
  return row === undefined ? key : keyAt(row.key, community, startMs);
}

/** Of a combined or two-sided key, the groups of the first step that has the point in one. */
function groupsAround(
  key: SharingKey,
  id: string,
  community: Community,
  startMs: number,
): readonly string[] {
  const inner = (one: SharingKey): readonly string[] => groupsAround(one, id, community, startMs);
  switch (key.type) {
    case 'priority':
    case 'nested': {
      const group = key.groups.find(({ points }) => points.includes(id));
      return group === undefined ? [] : [group.id, ...inner(group.key)];
    }
    case 'combined':
      return key.steps.map(inner).find(({ length }) => length > 0) ?? [];
    case 'twoSided':
      return inner(key.scarce);
    case 'calendar': {
      const held = keyAt(key, community, startMs);
      return held === key ? [] : inner(held);
    }
    default:
      return [];
  }
}

/** The coefficient a contract states for a point; one of a file stands in the file. */
function coefficientOf(
  coefficients: Coefficients,
  community: Community,
  id: string,
  startMs: number,
): string | undefined {
  if (isFileCoefficients(coefficients)) return undefined;
  if (!isCalendarCoefficients(coefficients)) return coefficients[id] ?? '0';
  const local = localTime(community.timeZone, startMs);
  const row = coefficientRowAt(coefficients.calendar, local, communityHolidays(community));
  return coefficients.calendar[row]?.coefficients[id] ?? '0';
}
