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

type Standing = ReturnType<SettlementContract['broughtIn']['standing']['at']>;

/** Where a point stands in the columns of each side; -1 where that contract does not have it. */
interface PairedPoints {
  readonly before: Int32Array;
  readonly after: Int32Array;
}

function pairedPoints(before: SettlementContract, after: SettlementContract): PairedPoints {
  const ids = [...new Set([...before.pointIds, ...after.pointIds])];
  const positions = ({ pointIds }: SettlementContract): Int32Array => {
    const position = new Map(pointIds.map((id, index) => [id, index]));
    return Int32Array.from(ids, (id) => position.get(id) ?? -1);
  };
  return { before: positions(before), after: positions(after) };
}

/** What a point may do; a point that takes no part is like one that is not there. */
function mayDo(standing: Standing, point: number): number {
  if (point === -1 || standing.takesPart[point] !== 1) return 0;
  const { claims, offers, percent } = standing;
  return 1 + (claims[point] ?? 0) + 2 * (offers[point] ?? 0) + 4 * (percent[point] ?? 0);
}

/** Whether some point may do something else; asked once per stretch of time. */
function standingDiffers(points: PairedPoints, before: Standing, after: Standing): boolean {
  return points.before.some(
    (point, index) => mayDo(before, point) !== mayDo(after, points.after[index] as number),
  );
}

/** Whether a point's reading differs; a point that is not there is like one that nothing is known of. */
function readingDiffers(
  a: SettlementGrid,
  cellA: number,
  b: SettlementGrid,
  cellB: number,
): boolean {
  if (cellA < 0) return b.quality[cellB] !== MISSING_QUALITY;
  if (cellB < 0) return a.quality[cellA] !== MISSING_QUALITY;
  return (
    a.quality[cellA] !== b.quality[cellB] ||
    !Object.is(a.importMilliwattHours[cellA], b.importMilliwattHours[cellB]) ||
    !Object.is(a.exportMilliwattHours[cellA], b.exportMilliwattHours[cellB])
  );
}

/** Marks the intervals in which some point's reading or part in sharing differs. */
function markPoints(before: RunBasis, after: RunBasis, marks: Uint8Array): void {
  const points = pairedPoints(before.contract, after.contract);
  const [sizeA, sizeB] = [before.contract.pointIds.length, after.contract.pointIds.length];
  const { startMs, resolutionMs } = after.contract;
  let known: { readonly a: Standing; readonly b: Standing; readonly differs: boolean } | undefined;
  for (let interval = 0; interval < marks.length; interval++) {
    if (marks[interval] === 1) continue;
    const atMs = startMs + interval * resolutionMs;
    const [a, b] = [before, after].map(({ contract }) => contract.broughtIn.standing.at(atMs)) as [
      Standing,
      Standing,
    ];
    if (known?.a !== a || known.b !== b) known = { a, b, differs: standingDiffers(points, a, b) };
    let differs = known.differs;
    for (let index = 0; !differs && index < points.before.length; index++) {
      const [own, next] = [points.before[index] as number, points.after[index] as number];
      differs = readingDiffers(
        before.grid,
        own === -1 ? -1 : interval * sizeA + own,
        after.grid,
        next === -1 ? -1 : interval * sizeB + next,
      );
    }
    if (differs) marks[interval] = 1;
  }
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
  markPoints(before, after, marks);
  return marks;
}
