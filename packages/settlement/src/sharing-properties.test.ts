import fc from 'fast-check';
import type { Community, SharingKey } from '@microgrid/community';
import {
  generatedSharing,
  readGenerated,
  SHARING_START_MS,
  type GeneratedSharing,
} from './generated-keys.test-data.js';
import { intervalCost, memberDays, pointCost, pointSurplus } from './member-days.js';
import { settle } from './settle.js';
import { settledByRules } from './settled-by-rules.test-data.js';
import { settledColumns } from './settled-columns.js';
import type { SettledPeriod } from './settled-period.js';
import { settlementContract, type SettlementContract } from './settlement-contract.js';
import { curtail } from './capacity.js';
import { applyRules } from './apply-rules.js';
import { Workspace, type Entitled } from './workspace.js';

const scale = Number(process.env['MICROGRID_TEST_SCALE'] ?? 1);
const seed = Number(process.env['MICROGRID_TEST_SEED'] ?? 20_261_122);
const COMMUNITIES = 5000 * scale;

function sum(values: Iterable<number>): bigint {
  let total = 0n;
  for (const value of values) total += BigInt(value);
  return total;
}

/** The community with its settlement. */
interface Settled {
  readonly made: GeneratedSharing;
  readonly settled: SettledPeriod;
}

/** What the rules entitle every point to, without the net around them and without a transformer limit. */
function entitled(
  contract: SettlementContract,
  importMilliwattHours: Float64Array,
  exportMilliwattHours: Float64Array,
): Entitled {
  const workspace = new Workspace({ ...contract, transformerLimit: Infinity });
  const step = {
    data: { startMs: contract.startMs },
    values: { importPending: importMilliwattHours, exportPending: exportMilliwattHours },
    indices: {},
    tokens: {},
    message: undefined,
  };
  const { data } = applyRules(workspace, step);
  return data.withinCapacity ? data : curtail(workspace, { ...step, data }).data;
}

/** Cheaper than a matcher, of which there would be millions; says which community it was. */
function holds({ file, grid }: GeneratedSharing, what: string, does: boolean): void {
  if (does) return;
  const readings = [grid.importMilliwattHours, grid.exportMilliwattHours].map((column) =>
    Array.from(column),
  );
  throw new Error(`${what}: not so for ${JSON.stringify({ file, readings })}`);
}

function same(a: ArrayLike<unknown> | undefined, b: ArrayLike<unknown> | undefined): boolean {
  if (a === undefined || b === undefined || a.length !== b.length) return a === b;
  for (let index = 0; index < a.length; index++) if (a[index] !== b[index]) return false;
  return true;
}

const kindOf = ({ community }: GeneratedSharing): string => community.sharingKey.type;

describe(`${COMMUNITIES} generated communities, kinds, keys, slots and sizes mixed`, () => {
  const all: Settled[] = [];
  const seen = new Map<string, number>();
  const note = (what: string): void => void seen.set(what, (seen.get(what) ?? 0) + 1);

  beforeAll(() => {
    const sample = fc.sample(generatedSharing(8), { numRuns: COMMUNITIES, seed });
    for (const made of sample)
      all.push({ made, settled: settledByRules(made.contract, made.grid) });
    for (const { made, settled } of all) {
      note(kindOf(made));
      if ((settled.sharedMilliwattHours[0] ?? 0) > 0) note(`${kindOf(made)} that shares`);
      if (settled.ownSurplusMilliwattHours?.some((own) => own > 0)) note('with own surplus');
      if ((settled.sharedMilliwattHours[0] ?? 0) > 2 ** 50) note('beyond 2^50 mWh');
      if (settled.capacity[0] === 1) note('curtailed');
    }
    console.log(
      `sharing: seed ${seed}, ${all.length} communities, ${JSON.stringify(Object.fromEntries([...seen].sort()))}`,
    );
    for (const kind of ['proportional', 'fixed', 'priority', 'nested', 'combined', 'pairs'])
      expect(`${kind} ${(seen.get(`${kind} that shares`) ?? 0) > 60}`).toBe(`${kind} true`);
    for (const kind of ['twoSided that shares', 'market that shares', 'with own surplus'])
      expect(`${kind} ${(seen.get(kind) ?? 0) > 60}`).toBe(`${kind} true`);
    expect(seen.get('beyond 2^50 mWh') ?? 0).toBeGreaterThan(20);
    expect(seen.get('curtailed') ?? 0).toBeGreaterThan(60);
  });

  test('energy is conserved: what is injected and consumed is shared, stays somebody’s surplus, or is residual', () => {
    for (const { made, settled } of all) {
      const { consumedMilliwattHours: consumed, injectedMilliwattHours: injected } = settled;
      const shares = settled.sharedInMilliwattHours;
      const given = settled.sharedOutMilliwattHours;
      const own = settled.ownSurplusMilliwattHours ?? new Float64Array(shares.length);
      const assigned = settled.assignedOutMilliwattHours ?? new Float64Array(shares.length);
      const surplus = settled.points.map((_, point) => pointSurplus(settled, point));
      holds(made, 'shared in is shared out', sum(shares) === sum(given));
      holds(made, 'and the total', sum(shares) === sum(settled.sharedMilliwattHours));
      holds(made, 'own surplus is assigned', sum(own) === sum(assigned));
      holds(made, 'surplus is the rest', sum(surplus) === sum(injected) - sum(shares));
      for (let point = 0; point < shares.length; point++) {
        const at = <T>(column: ArrayLike<T>): T => column[point] as T;
        holds(made, 'gives what it has', at(given) + at(assigned) <= at(injected));
        holds(made, 'takes what it consumes', at(shares) <= at(consumed));
        holds(made, 'nothing is below 0', at(shares) >= 0 && at(given) >= 0 && at(own) >= 0);
        holds(made, 'part of the metered', at(consumed) <= at(settled.importMilliwattHours));
        holds(made, 'whole mWh', Number.isInteger(at(shares)) && Number.isInteger(at(given)));
      }
    }
  });

  test('money is conserved: points and members together pay what the community pays', () => {
    for (const [index, { made, settled }] of all.entries()) {
      const points = settled.points.reduce(
        (total, _, point) => total + pointCost(settled, 0, point),
        0n,
      );
      holds(made, 'points', points === intervalCost(settled, 0));
      if (index % 5 !== 0) continue;
      const members = memberDays(settled).reduce((total, { costPico }) => total + costPico, 0n);
      holds(made, 'members', members === points);
    }
  });

  test('nothing is paid for that was not injected', () => {
    for (const { made, settled } of all) {
      const { internalAmounts, prices } = settled;
      const internal = BigInt(prices.internal[0] ?? NaN);
      let paid = 0n;
      let earned = 0n;
      for (let point = 0; point < settled.points.length; point++) {
        const given = settled.sharedOutMilliwattHours[point] ?? NaN;
        const assigned = settled.assignedOutMilliwattHours?.[point] ?? 0;
        const exported = settled.exportMilliwattHours[point] ?? NaN;
        holds(made, 'sold energy was injected', given + assigned <= exported);
        const shares = settled.sharedInMilliwattHours[point] ?? NaN;
        const pays = internalAmounts?.paidPico[point] ?? BigInt(shares) * internal;
        const earns = internalAmounts?.earnedPico[point] ?? BigInt(given) * internal;
        holds(made, 'no energy, no earning', given > 0 || earns === 0n);
        holds(made, 'no energy, no payment', shares > 0 || pays === 0n);
        paid += pays;
        earned += earns;
      }
      const residual = internalAmounts?.residualPico[0] ?? 0n;
      holds(made, 'a market keeps nothing below 0', residual >= 0n);
      holds(made, 'paid is earned or kept', paid === earned + residual);
    }
  });

  test('files read to the same communities, and the net around the rules gives what they give', () => {
    for (const { made, settled } of all.slice(0, 150)) {
      const contract = settlementContract(readGenerated(made), made.contract);
      const whole = settledColumns(settle(contract, made.grid, { checkLaws: true })).columns;
      const rules = settledColumns(settled).columns;
      expect(whole).toEqual(rules);
    }
  });

  test('the order of members and points in the file changes nothing', () => {
    for (const { made, settled } of all) {
      const { members, ...rest } = made.community;
      const turned = {
        ...rest,
        members: members
          .toReversed()
          .map((member) => ({ ...member, meteringPoints: member.meteringPoints.toReversed() })),
      };
      const { importMilliwattHours, exportMilliwattHours } = made.grid;
      const contract = settlementContract(turned, made.contract);
      const again = entitled(contract, importMilliwattHours, exportMilliwattHours);
      const before = entitled(made.contract, importMilliwattHours, exportMilliwattHours);
      holds(made, 'same points', same(contract.pointIds, settled.points));
      holds(made, 'same shares', same(again.shares, before.shares));
      holds(made, 'same givers', same(again.given, before.given));
      holds(made, 'same own surplus', same(again.own, before.own));
      holds(made, 'same sellers of it', same(again.assigned, before.assigned));
      holds(made, 'same money', same(again.market?.paidPico, before.market?.paidPico));
    }
  });

  test('with a key, the own allocation never falls when the own claim grows', () => {
    let grew = 0;
    let checked = 0;
    for (const { made } of all) {
      if (kindOf(made) === 'market' || changesSide(made)) continue;
      const { grid, largest } = made;
      const steps = stepsAfterProportion(made.community.sharingKey);
      for (let point = 0; point < grid.points.length; point++) {
        // Netting and the direction of storage make of more consumption less on offer.
        const alone = grid.exportMilliwattHours[point] === 0;
        if (!alone && (made.community.netting === 'interval' || hasStorage(made))) continue;
        const before = grid.importMilliwattHours[point] ?? 0;
        const more = Math.min(largest - before, [1, 2, 7, largest][point % 4] ?? 1);
        if (more <= 0) continue;
        const imports = grid.importMilliwattHours.slice();
        const share = (): number =>
          entitled(made.contract, imports, grid.exportMilliwattHours).shares[point] ?? NaN;
        const first = share();
        imports[point] = before + more;
        const then = share();
        const least = first - steps;
        holds(made, `claim of ${point} grows by ${more}: ${first} then ${then}`, then >= least);
        checked++;
        if (then > first) grew++;
      }
    }
    console.log(`monotone: ${checked} claims grew, ${grew} allocations with them`);
    expect(checked).toBeGreaterThan(5000 * scale);
    expect(grew).toBeGreaterThan(1000 * scale);
  });

  test('with the proportional key, splitting a member in two moves no other by more than 1 mWh', () => {
    const proportional = fc.sample(
      generatedSharing(8, () => fc.constant({ type: 'proportional' })),
      { numRuns: 1000 * scale, seed },
    );
    let moved = 0;
    for (const [index, made] of proportional.entries()) {
      const { file, grid, contract } = made;
      if (contract.importLimits !== undefined || contract.exportLimits !== undefined) continue;
      const size = contract.pointIds.length;
      const point = index % size;
      const id = contract.pointIds[point] ?? '';
      const members = file['members'] as { id: string; meteringPoints: { id: string }[] }[];
      const split = members.flatMap((member) =>
        member.id === `m${id}`
          ? [
              member,
              { id: `m${id}x`, meteringPoints: [{ ...member.meteringPoints[0], id: `${id}x` }] },
            ]
          : [member],
      );
      // Rounding down of participation factors is not the key's.
      const whole = JSON.stringify(file).includes('participation');
      if (whole || contract.points[point]?.role === 'storage') continue;
      const parts = { ...made.community, members: split } as Community;
      const other = settlementContract(parts, contract);
      const divide = (column: Float64Array): number[] =>
        Array.from(column).flatMap((value, position) =>
          position === point ? [Math.floor(value / 3), value - Math.floor(value / 3)] : [value],
        );
      // Points are in id order: the second half stands right behind the first.
      expect(other.pointIds[point + 1]).toBe(`${id}x`);
      if (made.community.netting === 'interval' && grid.exportMilliwattHours[point] !== 0) continue;
      const before = entitled(contract, grid.importMilliwattHours, grid.exportMilliwattHours);
      const after = entitled(
        other,
        Float64Array.from(divide(grid.importMilliwattHours)),
        Float64Array.from(divide(grid.exportMilliwattHours)),
      );
      // Half the plant has not half the installed power.
      const columns: readonly ('shares' | 'given')[] =
        made.community.plants?.by === 'installedPower' ? ['shares'] : ['shares', 'given'];
      for (let position = 0; position < size; position++) {
        if (position === point) continue;
        const now = position > point ? position + 1 : position;
        for (const column of columns) {
          const difference = Math.abs(
            (before[column][position] ?? NaN) - (after[column][now] ?? NaN),
          );
          expect(difference).toBeLessThanOrEqual(1);
          if (difference === 1) moved++;
        }
      }
    }
    console.log(`splitting: ${moved} allocations moved by 1 mWh`);
    expect(moved).toBeGreaterThan(0);
  });
});

function hasStorage({ contract }: GeneratedSharing): boolean {
  return contract.points.some(({ role }) => role === 'storage');
}

/**
 * Steps of a combined key that follow one which shares in proportion to claims. The claims they find
 * are what whole-mWh parts left of them, so an allocation can fall by 1 mWh at each; of every other
 * key it never falls.
 */
function stepsAfterProportion(key: SharingKey): number {
  switch (key.type) {
    case 'combined': {
      const first = key.steps.findIndex(hasProportion);
      const after = first === -1 ? 0 : key.steps.length - 1 - first;
      return key.steps.reduce((sum, step) => sum + stepsAfterProportion(step), after);
    }
    case 'priority':
    case 'nested':
      return key.groups.reduce((sum, group) => sum + stepsAfterProportion(group.key), 0);
    case 'twoSided':
      return stepsAfterProportion(key.scarce);
    default:
      return 0;
  }
}

function hasProportion(key: SharingKey): boolean {
  switch (key.type) {
    case 'proportional':
      return true;
    case 'combined':
      return key.steps.some(hasProportion);
    case 'priority':
    case 'nested':
      return key.groups.some((group) => hasProportion(group.key));
    default:
      return false;
  }
}

/** A two-sided key whose unused parts stay with their points: the claim that tips the side may lose. */
function changesSide({ community }: GeneratedSharing): boolean {
  return community.sharingKey.type === 'twoSided' && community.unused === 'member';
}

test('the first interval of the generated communities is an hour of a working day', () => {
  expect(new Date(SHARING_START_MS).toISOString()).toBe('2026-06-22T09:00:00.000Z');
});
