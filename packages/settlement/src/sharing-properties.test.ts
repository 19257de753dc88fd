import fc from 'fast-check';
import { innerKeys, type SharingKey } from '@microgrid/community';
import { drawnSlots } from './drawn-slots.test-data.js';
import { generatedSharing, type GeneratedSharing } from './generated-sharing.test-data.js';
import {
  intervalCost,
  memberDays,
  pointCost,
  pointSharedMoney,
  pointSurplus,
} from './member-days.js';
import { settle } from './settle.js';
import { settledByRules } from './settled-by-rules.test-data.js';
import { isSettlementError } from './settlement-error.js';
import { settledColumns } from './settled-columns.js';
import type { SettledPeriod } from './settled-period.js';
import { settlementContract, type SettlementContract } from './settlement-contract.js';
import type { SettlementGrid } from './settlement-grid.js';
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

/** What the rules entitle every point to in an interval, without the net around them and without a transformer limit. */
function entitled(
  contract: SettlementContract,
  { importMilliwattHours, exportMilliwattHours }: Readings,
  interval = 0,
): Entitled {
  const workspace = new Workspace({ ...contract, transformerLimit: Infinity });
  const size = contract.pointIds.length;
  const at = (column: Float64Array): Float64Array =>
    column.subarray(interval * size, (interval + 1) * size);
  const step = {
    data: { startMs: contract.startMs + interval * contract.resolutionMs },
    values: { importPending: at(importMilliwattHours), exportPending: at(exportMilliwattHours) },
    indices: {},
    tokens: {},
    message: undefined,
  };
  const { data } = applyRules(workspace, step);
  return data.withinCapacity ? data : curtail(workspace, { ...step, data }).data;
}

type Readings = Pick<SettlementGrid, 'importMilliwattHours' | 'exportMilliwattHours'>;

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

/** A community's readings of one interval. */
function readingsOf({ grid }: GeneratedSharing, interval: number): Readings {
  const size = grid.points.length;
  const at = (column: Float64Array): Float64Array =>
    column.slice(interval * size, (interval + 1) * size);
  return {
    importMilliwattHours: at(grid.importMilliwattHours),
    exportMilliwattHours: at(grid.exportMilliwattHours),
  };
}

/** Drawn in less than this many of 5,000 communities, a slot says too little. */
const LEAST_DRAWN = 30;
/** So many kinds of keys and slots there are to be drawn. */
const KINDS_AND_SLOTS = 141;
/** A year of hours takes long to read. */
const LEAST_YEARLY = 3;

describe(`${COMMUNITIES} generated communities, kinds, keys, slots and sizes mixed`, () => {
  const all: Settled[] = [];
  const seen = new Map<string, number>();
  const note = (what: string): void => void seen.set(what, (seen.get(what) ?? 0) + 1);

  beforeAll(() => {
    const sample = fc.sample(generatedSharing(8), { numRuns: COMMUNITIES, seed });
    for (const made of sample)
      all.push({ made, settled: settledByRules(made.contract, made.grid) });
    for (const { made, settled } of all) {
      for (const slot of drawnSlots(made)) note(slot);
      const shared = Math.max(...settled.sharedMilliwattHours);
      if (shared > 0) note(`${kindOf(made)} that shares`);
      if (settled.ownSurplusMilliwattHours?.some((own) => own > 0)) note('own surplus');
      if (shared > 2 ** 50) note('shares beyond 2^50 mWh');
      if (settled.capacity.includes(1)) note('cut to capacity');
      if ([...made.inputs.files.values()].some((text) => text.length > 100_000))
        note('TXT of a year');
    }
    const drawn = [...seen].sort(([a], [b]) => (a < b ? -1 : 1));
    console.log(
      `sharing: seed ${seed}, ${all.length} communities, ${drawn.map(([what, count]) => `${what} ${count}`).join(', ')}`,
    );
    for (const [what, count] of drawn) {
      const least = what === 'TXT of a year' ? LEAST_YEARLY : LEAST_DRAWN;
      expect(`${what} ${count < least * scale ? count : 'often'}`).toBe(`${what} often`);
    }
    expect(drawn.length).toBeGreaterThanOrEqual(KINDS_AND_SLOTS);
  });

  test('energy is conserved: what is injected and consumed is shared, stays somebody’s surplus, or is residual', () => {
    for (const { made, settled } of all) {
      const size = settled.points.length;
      for (let interval = 0; interval < settled.intervals; interval++) {
        const of = (column: Float64Array | undefined): Float64Array =>
          column?.subarray(interval * size, (interval + 1) * size) ?? new Float64Array(size);
        const consumed = of(settled.consumedMilliwattHours);
        const injected = of(settled.injectedMilliwattHours);
        const shares = of(settled.sharedInMilliwattHours);
        const given = of(settled.sharedOutMilliwattHours);
        const own = of(settled.ownSurplusMilliwattHours);
        const assigned = of(settled.assignedOutMilliwattHours);
        const imports = of(settled.importMilliwattHours);
        const surplus = settled.points.map((_, point) =>
          pointSurplus(settled, interval * size + point),
        );
        const total = BigInt(settled.sharedMilliwattHours[interval] ?? NaN);
        holds(made, 'shared in is shared out', sum(shares) === sum(given));
        holds(made, 'and the total', sum(shares) === total);
        holds(made, 'own surplus is assigned', sum(own) === sum(assigned));
        holds(made, 'surplus is the rest', sum(surplus) === sum(injected) - sum(shares));
        for (let point = 0; point < size; point++) {
          const at = (column: Float64Array): number => column[point] as number;
          holds(made, 'gives what it has', at(given) + at(assigned) <= at(injected));
          holds(made, 'takes what it consumes', at(shares) <= at(consumed));
          holds(made, 'nothing is below 0', at(shares) >= 0 && at(given) >= 0 && at(own) >= 0);
          holds(made, 'part of the metered', at(consumed) <= at(imports));
          holds(made, 'whole mWh', Number.isInteger(at(shares)) && Number.isInteger(at(given)));
        }
      }
    }
  });

  test('money is conserved: points and members together pay what the community pays', () => {
    for (const [index, { made, settled }] of all.entries()) {
      let points = 0n;
      for (let interval = 0; interval < settled.intervals; interval++) {
        const paid = settled.points.reduce(
          (total, _, point) => total + pointCost(settled, interval, point),
          0n,
        );
        holds(made, 'points', paid === intervalCost(settled, interval));
        points += paid;
      }
      if (index % 5 !== 0) continue;
      const members = memberDays(settled).reduce((total, { costPico }) => total + costPico, 0n);
      holds(made, 'members', members === points);
    }
  });

  test('nothing is paid for that was not injected', () => {
    for (const { made, settled } of all) {
      const { internalAmounts } = settled;
      const size = settled.points.length;
      for (let interval = 0; interval < settled.intervals; interval++) {
        let paid = 0n;
        let earned = 0n;
        for (let cell = interval * size; cell < (interval + 1) * size; cell++) {
          const given = settled.sharedOutMilliwattHours[cell] ?? NaN;
          const assigned = settled.assignedOutMilliwattHours?.[cell] ?? 0;
          const exported = settled.exportMilliwattHours[cell] ?? NaN;
          holds(made, 'sold energy was injected', given + assigned <= exported);
          const shares = settled.sharedInMilliwattHours[cell] ?? NaN;
          const { paidPico, earnedPico } = pointSharedMoney(settled, interval, cell);
          holds(made, 'no energy, no earning', given > 0 || earnedPico === 0n);
          holds(made, 'no energy, no payment', shares > 0 || paidPico === 0n);
          paid += paidPico;
          earned += earnedPico;
        }
        const residual = internalAmounts?.residualPico[interval] ?? 0n;
        holds(made, 'a market keeps nothing below 0', residual >= 0n);
        holds(made, 'paid is earned or kept', paid === earned + residual);
      }
    }
  });

  test('the net around the rules gives what they give', () => {
    for (const { made, settled } of all.slice(0, 200)) {
      const whole = settledColumns(settle(made.contract, made.grid, { checkLaws: true })).columns;
      expect(whole).toEqual(settledColumns(settled).columns);
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
      const contract = settlementContract(turned, made.contract, made.inputs);
      const again = settledByRules(contract, made.grid);
      holds(made, 'same points', same(contract.pointIds, settled.points));
      for (const column of COLUMNS) holds(made, column, same(again[column], settled[column]));
      const [now, before] = [again.internalAmounts, settled.internalAmounts];
      holds(made, 'same payments', same(now?.paidPico, before?.paidPico));
      holds(made, 'same earnings', same(now?.earnedPico, before?.earnedPico));
    }
  });

  test('with a key, the own allocation never falls when the own claim grows', () => {
    let grew = 0;
    let checked = 0;
    for (const { made } of all) {
      const key = made.community.sharingKey;
      if (hasMarket(key) || changesSide(made)) continue;
      const { contract, largest } = made;
      const slack = stepsAfterProportion(key);
      const interval = contract.intervals - 1;
      const readings = readingsOf(made, interval);
      const before = entitled(contract, made.grid, interval).shares;
      for (let point = 0; point < contract.pointIds.length; point++) {
        // Netting and the direction of storage make of more consumption less on offer.
        const alone = readings.exportMilliwattHours[point] === 0;
        if (!alone && (made.community.netting === 'interval' || hasStorage(made))) continue;
        const imports = readingsOf(made, interval).importMilliwattHours;
        const claim = imports[point] ?? 0;
        const more = Math.min(largest - claim, [1, 2, 7, largest][point % 4] ?? 1);
        if (more <= 0) continue;
        imports[point] = claim + more;
        const first = before[point] ?? NaN;
        const then = sharedAt(made, interval, { ...readings, importMilliwattHours: imports })[
          point
        ];
        const falls = first - (then ?? NaN);
        holds(
          made,
          `claim of ${point} in ${interval} grows by ${more}: ${first} then ${then}`,
          falls <= slack,
        );
        checked++;
        if (falls < 0) grew++;
      }
    }
    console.log(`monotone: ${checked} claims grew, ${grew} allocations with them`);
    expect(checked).toBeGreaterThan(5000 * scale);
    expect(grew).toBeGreaterThan(1000 * scale);
  });

  // Other rules ask each half anew: limits in kVA and kW, installed power, reserves; participation
  // factors round each half down.
  test('with the proportional key, splitting a member in two moves no other by more than 1 mWh', () => {
    const proportional = fc.sample(
      generatedSharing(8, { key: () => ({ type: 'proportional' }), plain: true }),
      {
        numRuns: 1200 * scale,
        seed,
      },
    );
    let moved = 0;
    let checked = 0;
    for (const [index, made] of proportional.entries()) {
      const { contract, community } = made;
      const size = contract.pointIds.length;
      const point = index % size;
      const id = contract.pointIds[point] ?? '';
      const readings = readingsOf(made, 0);
      if (community.netting === 'interval' && readings.exportMilliwattHours[point] !== 0) continue;
      const members = community.members.map((member) => ({
        ...member,
        meteringPoints: member.meteringPoints.flatMap((one) =>
          one.id === id ? [one, { ...one, id: `${id}x` }] : [one],
        ),
      }));
      const other = settlementContract({ ...community, members }, contract);
      const divide = (column: Float64Array): Float64Array =>
        Float64Array.from(
          Array.from(column).flatMap((value, position) =>
            position === point ? [Math.floor(value / 3), value - Math.floor(value / 3)] : [value],
          ),
        );
      // Points are in id order: the second half stands right behind the first.
      expect(other.pointIds[point + 1]).toBe(`${id}x`);
      const before = entitled(contract, readings);
      const after = entitled(other, {
        importMilliwattHours: divide(readings.importMilliwattHours),
        exportMilliwattHours: divide(readings.exportMilliwattHours),
      });
      checked++;
      // Half the plant has not half the installed power.
      const columns: readonly ('shares' | 'given')[] =
        community.plants?.by === 'installedPower' ? ['shares'] : ['shares', 'given'];
      for (let position = 0; position < size; position++) {
        if (position === point) continue;
        const now = position > point ? position + 1 : position;
        for (const column of columns) {
          const difference = Math.abs(
            (before[column][position] ?? NaN) - (after[column][now] ?? NaN),
          );
          holds(made, `splitting ${id} moves ${position} by ${difference}`, difference <= 1);
          if (difference === 1) moved++;
        }
      }
    }
    console.log(`splitting: ${checked} members split, ${moved} allocations moved by 1 mWh`);
    expect(checked).toBeGreaterThan(700 * scale);
    expect(moved).toBeGreaterThan(20 * scale);
  });

  test('totals beyond 2^53 - 1 mWh are out of range, never a wrong number', () => {
    const beyond = fc.sample(generatedSharing(5, { beyond: true, ofReadings: false }), {
      numRuns: 500 * scale,
      seed,
    });
    let refused = 0;
    for (const made of beyond) {
      try {
        const settled = settledByRules(made.contract, made.grid);
        for (let interval = 0; interval < settled.intervals; interval++) {
          const paid = settled.points.reduce(
            (total, _, point) => total + pointCost(settled, interval, point),
            0n,
          );
          holds(made, 'money', paid === intervalCost(settled, interval));
        }
        holds(
          made,
          'energy',
          sum(settled.sharedInMilliwattHours) === sum(settled.sharedMilliwattHours),
        );
      } catch (error) {
        if (!isSettlementError(error) || error.code !== 'out-of-range') throw error;
        refused++;
        holds(made, error.message, /\d{4}-\d\d-\d\dT/.test(error.message));
      }
    }
    expect(refused).toBeGreaterThan(50 * scale);
  });
});

const COLUMNS = [
  'sharedInMilliwattHours',
  'sharedOutMilliwattHours',
  'ownSurplusMilliwattHours',
  'assignedOutMilliwattHours',
] as const;

/** What each point takes in an interval with other readings. */
function sharedAt(made: GeneratedSharing, interval: number, readings: Readings): Float64Array {
  const { grid } = made;
  const size = grid.points.length;
  const put = (column: Float64Array, part: Float64Array): Float64Array => {
    const out = column.slice();
    out.set(part, interval * size);
    return out;
  };
  const changed = {
    importMilliwattHours: put(grid.importMilliwattHours, readings.importMilliwattHours),
    exportMilliwattHours: put(grid.exportMilliwattHours, readings.exportMilliwattHours),
  };
  return entitled(made.contract, changed, interval).shares;
}

function hasMarket(key: SharingKey): boolean {
  return key.type === 'market' || innerKeys(key).some(hasMarket);
}

function hasStorage({ contract }: GeneratedSharing): boolean {
  return contract.points.some(({ role }) => role === 'storage');
}

/**
 * Steps of a combined key that follow one which shares in proportion to claims. The claims they find
 * are what whole-mWh parts left of them, so an allocation can fall by 1 mWh at each; of every other
 * key it never falls.
 */
function stepsAfterProportion(key: SharingKey): number {
  const inside = innerKeys(key).reduce((sum, inner) => sum + stepsAfterProportion(inner), 0);
  if (key.type !== 'combined') return inside;
  const first = key.steps.findIndex(hasProportion);
  return first === -1 ? inside : inside + key.steps.length - 1 - first;
}

function hasProportion(key: SharingKey): boolean {
  return key.type === 'proportional' || innerKeys(key).some(hasProportion);
}

/** A two-sided key whose unused parts stay with their points: the claim that tips the side may lose. */
function changesSide({ community }: GeneratedSharing): boolean {
  return community.unused === 'member' && hasSides(community.sharingKey);
}

function hasSides(key: SharingKey): boolean {
  return key.type === 'twoSided' || innerKeys(key).some(hasSides);
}
