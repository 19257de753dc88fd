import fc from 'fast-check';
import {
  parseCommunity,
  type Community,
  type ContractFiles,
  type StateOfCharge,
} from '@microgrid/community';
import { bringIn } from './apply-rules.js';
import { Draw } from './draw.test-data.js';
import type { GeneratedTime } from './generated-contract-files.test-data.js';
import { statedEnergies } from './generated-energies.test-data.js';
import { KeyDraw, type KeyFile } from './generated-keys.test-data.js';
import { gridOf } from './generated-period.test-data.js';
import {
  COMMUNITY,
  contractPrices,
  contractRules,
  memberFields,
  pointFields,
} from './generated-slots.test-data.js';
import {
  settlementContract,
  type ContractInputs,
  type SettlementContract,
} from './settlement-contract.js';
import type { SettlementGrid } from './settlement-grid.js';
import { Workspace } from './workspace.js';

/** A community with any key and any slots, and its readings of one to three intervals. */
export interface GeneratedSharing {
  /** As written in a file, members and points in a shuffled order. */
  readonly file: Readonly<Record<string, unknown>> & { readonly sharingKey: KeyFile };
  readonly community: Community;
  /** The files it names, and the states of charge that its reserve levels ask for. */
  readonly inputs: Required<Pick<ContractInputs, 'files' | 'statesOfCharge'>>;
  readonly contract: SettlementContract;
  readonly grid: SettlementGrid;
  /** Most energy of a point: with all points there the total is a safe integer. */
  readonly largest: number;
}

/** What is drawn. */
export interface SharingChoice {
  /** Default: any. */
  readonly key?: (keys: KeyDraw) => KeyFile;
  /**
   * Whether there may be what holds for these readings alone: energies stated afterwards, states of
   * charge. Default: true.
   */
  readonly ofReadings?: boolean;
  /** Whether there are but key, netting and plants, and no other rules. Default: false. */
  readonly plain?: boolean;
  /** Whether a point alone may have all of 2^53 - 1 mWh, so that totals are out of range. */
  readonly beyond?: boolean;
}

const RESOLUTIONS = { PT60M: 3_600_000, PT30M: 1_800_000, PT15M: 900_000, PT5M: 300_000 };

/** Working days and holidays, clock changes, New Year, a leap day, midnight inside a UTC hour. */
const TIMES: readonly (readonly [zone: string, startMs: number, days: GeneratedTime['days']])[] = [
  ['Europe/Lisbon', Date.UTC(2026, 5, 22, 9), ['2026-06-21', '2026-06-22', '2026-06-23']],
  ['Europe/Lisbon', Date.UTC(2026, 9, 25, 0), ['2026-10-24', '2026-10-25', '2026-10-26']],
  ['Europe/Madrid', Date.UTC(2026, 2, 29, 0), ['2026-03-28', '2026-03-29', '2026-03-30']],
  ['Europe/Vienna', Date.UTC(2026, 11, 31, 22), ['2026-12-30', '2026-12-31', '2027-01-01']],
  ['Europe/Rome', Date.UTC(2028, 1, 28, 22), ['2028-02-27', '2028-02-28', '2028-02-29']],
  ['Asia/Kolkata', Date.UTC(2026, 0, 3, 18), ['2026-01-02', '2026-01-03', '2026-01-04']],
];

function timeOf(draw: Draw): GeneratedTime {
  const [timeZone, startMs, days] = draw.pick(TIMES);
  const resolution = draw.pick(Object.keys(RESOLUTIONS) as (keyof typeof RESOLUTIONS)[]);
  const intervals = draw.pick([1, 1, 2, 3]);
  return { timeZone, startMs, days, resolution, resolutionMs: RESOLUTIONS[resolution], intervals };
}

/** The community of a seed. @param mostPoints it has one to so many points. */
export function sharingOf(
  seed: number,
  mostPoints: number,
  {
    key = (keys) => keys.any(),
    ofReadings = true,
    plain = false,
    beyond = false,
  }: SharingChoice = {},
): GeneratedSharing {
  const draw = new Draw(seed);
  const time = timeOf(draw);
  const size = 1 + draw.whole(mostPoints - 1);
  const ids = Array.from({ length: size }, (_, index) => `p${String(index).padStart(2, '0')}`);
  const magnitude = draw.pick([3, 1000, 20_000_000, 2 ** 40, Number.MAX_SAFE_INTEGER]);
  const rare = plain ? Infinity : draw.pick([1000, 3, 8]);
  const roles = new Map(
    ids
      .filter(() => draw.once(rare))
      .map((id) => [id, draw.pick(['producer', 'consumer', 'storage'])]),
  );
  const oneSided = new Set(ids.filter((id) => roles.has(id) && roles.get(id) !== 'storage'));
  const keys = new KeyDraw(draw, time, ids, oneSided, { energies: ofReadings });
  const sharingKey = key(keys);
  // What a market pays for an interval is at most 2^63 - 1 units of 10^-12.
  const most = JSON.stringify(sharingKey).includes('"market"') ? 2 ** 42 : magnitude;
  const largest = beyond ? magnitude : Math.floor(Math.min(magnitude, most) / size);
  const { reserveLevels, ...rules } = contractRules(draw, time, ids, largest, rare);
  const file = {
    schema: 'microgrid/community/1' as const,
    id: COMMUNITY,
    name: 'Generated',
    timeZone: time.timeZone,
    resolution: time.resolution,
    currency: 'EUR',
    netting: draw.pick(['none', 'interval']),
    prices: contractPrices(draw),
    ...rules,
    ...(ofReadings && reserveLevels !== undefined && { reserveLevels }),
    ...(clearsOnce(sharingKey) && { transformer: undefined }),
    sharingKey,
    members: draw.parts(draw.shuffled(ids), size).map((points, index) => ({
      id: `m${index}`,
      ...memberFields(draw, time, rare),
      meteringPoints: points.map((id) => ({
        id,
        ...(keys.cups.has(id) && { operatorId: keys.cups.get(id) }),
        ...(roles.has(id) && { role: roles.get(id) }),
        ...pointFields(draw, time, largest, rare),
      })),
    })),
  };
  const cells = size * time.intervals;
  const readings = {
    imports: energies(draw, cells, largest),
    exports: energies(draw, cells, largest),
  };
  return withInputs(file, keys.files, readings, { draw, time, ids, largest });
}

/** Whether a transformer limit could not cut what markets in a key trade. */
function clearsOnce(key: KeyFile): boolean {
  const text = JSON.stringify(key);
  return text.includes('"market"') && (key.type !== 'market' || text.includes('"seed"'));
}

/** Energies of points: many are zero, some tiny, some as large as they may be. */
function energies(draw: Draw, cells: number, largest: number): number[] {
  const zero = draw.whole(4);
  const one = (): number =>
    draw.weighted(
      [zero, () => 0],
      [1, () => draw.whole(Math.min(9, largest))],
      [5, () => draw.whole(largest)],
      [1, () => largest],
    );
  return Array.from({ length: cells }, one);
}

function withInputs(
  file: GeneratedSharing['file'],
  named: ReadonlyMap<string, string>,
  readings: { readonly imports: number[]; readonly exports: number[] },
  {
    draw,
    time,
    ids,
    largest,
  }: {
    readonly draw: Draw;
    readonly time: GeneratedTime;
    readonly ids: readonly string[];
    readonly largest: number;
  },
): GeneratedSharing {
  const community = parseCommunity(JSON.stringify(file));
  const period = {
    startMs: time.startMs,
    endMs: time.startMs + time.intervals * time.resolutionMs,
  };
  const statesOfCharge = new Map(
    (community.reserveLevels ?? []).map(({ point }) => [point, charge(draw, time)] as const),
  );
  const files = new Map(named);
  const proportional = { ...community, sharingKey: { type: 'proportional' } as const };
  if (JSON.stringify(file.sharingKey).includes('"energy"')) {
    const plain = settlementContract(proportional, period, { statesOfCharge });
    const brought = broughtIn(plain, gridOf(plain, readings));
    for (const [name, text] of statedEnergies(draw, time, file.sharingKey, ids, brought)) {
      files.set(name, text);
    }
  }
  const inputs: {
    files: ContractFiles;
    statesOfCharge: ContractInputs['statesOfCharge'] & object;
  } = { files, statesOfCharge };
  const contract = settlementContract(community, period, inputs);
  return { file, community, inputs, contract, grid: gridOf(contract, readings), largest };
}

/** States of charge at the ends of the intervals, some absent, some not signed. */
function charge(draw: Draw, { intervals }: GeneratedTime): (StateOfCharge | undefined)[] {
  return Array.from({ length: intervals }, () =>
    draw.once(4)
      ? undefined
      : { percent: draw.pick(['0', '19.9', '20', '85']), signed: !draw.once(4) },
  );
}

/** What the points of a contract bring into sharing in each interval, after netting. */
function broughtIn(
  contract: SettlementContract,
  { importMilliwattHours: imports, exportMilliwattHours: exports }: SettlementGrid,
): { readonly claims: Float64Array; readonly offers: Float64Array }[] {
  const workspace = new Workspace(contract);
  const size = contract.pointIds.length;
  const netting = contract.community.netting === 'interval';
  return Array.from({ length: contract.intervals }, (_, interval) => {
    const part = (of: Float64Array, less: Float64Array): Float64Array =>
      Float64Array.from({ length: size }, (__, point) => {
        const at = interval * size + point;
        const energy = of[at] ?? NaN;
        return netting ? Math.max(0, energy - (less[at] ?? NaN)) : energy;
      });
    const startMs = contract.startMs + interval * contract.resolutionMs;
    const made = bringIn(workspace, part(imports, exports), part(exports, imports), startMs);
    return { claims: made.claimed, offers: made.offered };
  });
}

/** Any community of one to `mostPoints` points. */
export function generatedSharing(
  mostPoints: number,
  choice?: SharingChoice,
): fc.Arbitrary<GeneratedSharing> {
  return fc.noShrink(fc.integer()).map((seed) => sharingOf(seed, mostPoints, choice));
}
