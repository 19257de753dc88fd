import { communityPoints, type Community } from '@microgrid/community';
import { canonicalJson } from '@microgrid/events';
import type { SettlementContract } from '../settlement-contract.js';
import { MISSING_QUALITY, type SettlementGrid } from '../settlement-grid.js';
import type { StatesOfCharge } from '../sharing/export-bounds.js';
import type { KnownContract } from './run-inputs.js';
import { sameStates } from './states-of-charge.js';

/** What a run settles: everything its result depends on. */
export interface RunBasis {
  readonly known: KnownContract;
  /** Worked out for the period, with the prices known beside it. */
  readonly contract: SettlementContract;
  /** After substitution. */
  readonly grid: SettlementGrid;
  /** What reserve levels ask for; absent where nothing is known. */
  readonly statesOfCharge?: StatesOfCharge;
}

type Point = ReturnType<typeof communityPoints>[number];

/** A point's rules without its dates, which are compared interval by interval. */
function pointRules({ validFrom: _from, validTo: _to, ...rules }: Point): string {
  return canonicalJson(rules);
}

/** All rules but prices, points and names: where they differ, every interval may. */
function commonRules({ community, files = new Map() }: KnownContract): string {
  const {
    members: _members,
    prices: _prices,
    gateways: _gateways,
    name: _name,
    ...rules
  } = community;
  return canonicalJson({ rules, files: Object.fromEntries(files) });
}

/** Whether rules about all plants together make one point's dates everybody's matter. */
function dependsOnOthers({ exportEligibility }: Community): boolean {
  return exportEligibility !== undefined;
}

/** Whether two bases differ in rules that may touch every interval. */
function differsThroughout(before: RunBasis, after: RunBasis): boolean {
  if (commonRules(before.known) !== commonRules(after.known)) return true;
  const old = new Map(before.contract.points.map((point) => [point.id, point]));
  const points = after.contract.points;
  const same = points.every((point) => {
    const known = old.get(point.id);
    return known === undefined || pointRules(known) === pointRules(point);
  });
  if (!same) return true;
  if (!dependsOnOthers(after.known.community)) return false;
  return canonicalJson(before.contract.points) !== canonicalJson(after.contract.points);
}

const BY_POINT = ['importMilliwattHours', 'exportMilliwattHours', 'quality'] as const;

/** Marks the intervals in which one point's readings or part in sharing differ. */
function markPoint(before: RunBasis, after: RunBasis, id: string, marks: Uint8Array): void {
  const [a, b] = [before, after].map(({ contract, grid }) => {
    const point = contract.pointIds.indexOf(id);
    return { contract, grid, point, size: contract.pointIds.length };
  }) as [Side, Side];
  for (let interval = 0; interval < marks.length; interval++) {
    if (marks[interval] === 1) continue;
    const differs =
      standingAt(a, interval) !== standingAt(b, interval) ||
      BY_POINT.some((name) => !Object.is(valueAt(a, name, interval), valueAt(b, name, interval)));
    if (differs) marks[interval] = 1;
  }
}

interface Side {
  readonly contract: SettlementContract;
  readonly grid: SettlementGrid;
  /** -1 where the contract does not have the point. */
  readonly point: number;
  readonly size: number;
}

/** What a point may do in an interval; undefined for one that the contract does not have. */
function standingAt({ contract, point }: Side, interval: number): string | undefined {
  if (point === -1) return undefined;
  const { standing } = contract.broughtIn;
  const atMs = contract.startMs + interval * contract.resolutionMs;
  const { takesPart, claims, offers, percent } = standing.at(atMs);
  if (takesPart[point] !== 1) return undefined;
  return `${claims[point] ?? 0}/${offers[point] ?? 0}/${percent[point] ?? 0}`;
}

/** A point that a contract does not have is like one that nothing is known of. */
function valueAt(
  { grid, point, size }: Side,
  name: (typeof BY_POINT)[number],
  interval: number,
): number | undefined {
  if (point === -1) return name === 'quality' ? MISSING_QUALITY : NaN;
  return grid[name][interval * size + point];
}

/**
 * Which intervals of a period have to be settled again because something they depend on differs: 1 by
 * interval. The other ones come out the same.
 */
export function affectedIntervals(before: RunBasis, after: RunBasis): Uint8Array {
  const marks = new Uint8Array(after.contract.intervals);
  if (differsThroughout(before, after)) return marks.fill(1);
  for (const name of ['import', 'export', 'internal'] as const) {
    const [old, now] = [before.contract.prices[name], after.contract.prices[name]];
    for (let interval = 0; interval < marks.length; interval++) {
      if (old[interval] !== now[interval]) marks[interval] = 1;
    }
  }
  const [statesBefore, statesNow] = [before.statesOfCharge, after.statesOfCharge];
  if (statesBefore !== undefined || statesNow !== undefined) {
    for (let interval = 0; interval < marks.length; interval++) {
      if (!sameStates(statesBefore, statesNow, interval)) marks[interval] = 1;
    }
  }
  const ids = new Set([...before.contract.pointIds, ...after.contract.pointIds]);
  for (const id of ids) markPoint(before, after, id, marks);
  return marks;
}
