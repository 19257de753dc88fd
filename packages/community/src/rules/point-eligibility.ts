import type { Community } from '../community.js';
import { communityPoints, type CommunityPoint } from '../community-points.js';
import { installedPowerVerdict } from './installed-power.js';
import { participationPercent } from './participation.js';
import { proximityVerdict } from './proximity.js';
import { ELIGIBLE, mostSevere, takesPart, validOn, type Verdict } from './verdict.js';

/** What a metering point may do in sharing on a day. */
export interface PointEligibility {
  /** Whether its consumption may claim. */
  readonly claim: Verdict;
  /** Whether its export may be offered. */
  readonly offer: Verdict;
  /** What follows by the contract's policy; `stop`: a run over this day stops. */
  readonly claims: 'yes' | 'no' | 'stop';
  readonly offers: 'yes' | 'no' | 'stop';
  /** Whole percent of its energy that takes part, 0 to 100. */
  readonly participationPercent: number;
}

/** An eligibility from a local day (inclusive) to a day (exclusive); absent: no bound. */
export interface EligibilityPeriod extends PointEligibility {
  readonly from?: string;
  readonly to?: string;
}

/**
 * What a point may do on a local day, by validity, participation factors, role, production meter,
 * proximity and installed power. Where facts are absent, `exportEligibility.whenNotEvaluable` decides.
 * @param date `YYYY-MM-DD`.
 * @param points of the community, for callers that ask for many.
 */
export function pointEligibility(
  community: Community,
  point: CommunityPoint,
  date: string,
  points: readonly CommunityPoint[] = communityPoints(community),
): PointEligibility {
  return eligibilityOn(community, points, point, date);
}

/**
 * What a point may do over time: periods without gaps, each with one verdict. Equal periods beside each
 * other are one.
 * @param points of the community, for callers that ask for many.
 */
export function eligibilityPeriods(
  community: Community,
  point: CommunityPoint,
  points: readonly CommunityPoint[] = communityPoints(community),
): EligibilityPeriod[] {
  const periods: EligibilityPeriod[] = [];
  const dates = ['', ...changeDates(community, points, point)];
  dates.forEach((from, index) => {
    const to = dates[index + 1];
    // Before every date of the contract stands for "from the beginning".
    const eligibility = eligibilityOn(community, points, point, from);
    const last = periods.at(-1);
    if (last !== undefined && sameEligibility(last, eligibility)) {
      const { to: _, ...rest } = last;
      periods[periods.length - 1] = { ...rest, ...(to !== undefined && { to }) };
    } else {
      periods.push({
        ...(from !== '' && { from }),
        ...(to !== undefined && { to }),
        ...eligibility,
      });
    }
  });
  return periods;
}

function eligibilityOn(
  community: Community,
  points: readonly CommunityPoint[],
  point: CommunityPoint,
  date: string,
): PointEligibility {
  const percent = participationPercent(point.participation, community.id, date);
  const rule = community.exportEligibility;
  const common = [
    validityVerdict(point, date),
    percent === 0
      ? verdict('participation', 'the point has no factor in this community on this day')
      : ELIGIBLE,
    proximityVerdict(rule?.proximity ?? [], point.connection, date),
  ];
  const claim = mostSevere([
    ...common,
    point.role === 'producer' ? verdict('role', 'a producer claims nothing') : ELIGIBLE,
  ]);
  const offer = mostSevere([
    ...common,
    point.role === 'consumer' ? verdict('role', 'a consumer offers nothing') : ELIGIBLE,
    rule?.productionMeter === 'required' ? productionMeterVerdict(point, date) : ELIGIBLE,
    rule === undefined ? ELIGIBLE : installedPowerVerdict(rule, point, points, date),
  ]);
  const policy = rule?.whenNotEvaluable ?? 'refuse';
  return {
    claim,
    offer,
    claims: takesPart(claim, policy),
    offers: takesPart(offer, policy),
    participationPercent: percent,
  };
}

function validityVerdict(point: CommunityPoint, date: string): Verdict {
  return validOn(point, date)
    ? ELIGIBLE
    : verdict('validity', 'the point or its member does not take part on this day');
}

function productionMeterVerdict({ productionMeter }: CommunityPoint, date: string): Verdict {
  if (productionMeter === undefined) {
    return verdict('productionMeter', 'the point has no production meter registered');
  }
  return validOn(productionMeter, date)
    ? ELIGIBLE
    : verdict('productionMeter', 'the production meter is not registered on this day');
}

function verdict(rule: NonNullable<Verdict['rule']>, reason: string): Verdict {
  return { outcome: 'refused', rule, reason };
}

/** Days on which something dated begins or ends that bears on a point, in order. */
function changeDates(
  community: Community,
  points: readonly CommunityPoint[],
  point: CommunityPoint,
): string[] {
  const { exportEligibility } = community;
  const together = exportEligibility?.maximumInstalledKilowatts !== undefined;
  const dated = [
    point,
    point.productionMeter,
    point.connection?.decision,
    ...(point.participation ?? []),
    ...(exportEligibility?.proximity ?? []),
  ];
  const dates = dated.flatMap((days) => [days?.validFrom, days?.validTo]);
  return [...new Set([...dates, ...(together ? validityDates(points) : [])])]
    .filter((date) => date !== undefined)
    .sort();
}

/** The same for every point, so worked out once per list of points. */
const KNOWN = new WeakMap<readonly CommunityPoint[], readonly (string | undefined)[]>();

function validityDates(points: readonly CommunityPoint[]): readonly (string | undefined)[] {
  const known = KNOWN.get(points);
  if (known !== undefined) return known;
  const dates = [...new Set(points.flatMap(({ validFrom, validTo }) => [validFrom, validTo]))];
  KNOWN.set(points, dates);
  return dates;
}

function sameEligibility(a: PointEligibility, b: PointEligibility): boolean {
  return (
    sameVerdict(a.claim, b.claim) &&
    sameVerdict(a.offer, b.offer) &&
    a.participationPercent === b.participationPercent
  );
}

function sameVerdict(a: Verdict, b: Verdict): boolean {
  return a.outcome === b.outcome && a.rule === b.rule && a.reason === b.reason;
}
