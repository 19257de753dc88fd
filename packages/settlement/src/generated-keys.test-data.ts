import fc from 'fast-check';
import { parseCommunity, type Community } from '@microgrid/community';
import { flatTariff } from '@microgrid/tariff';
import { gridOf } from './generated-period.test-data.js';
import { settlementContract, type SettlementContract } from './settlement-contract.js';
import type { SettlementGrid } from './settlement-grid.js';

/** A community with any key and any slots, and its readings of one or two hours. */
export interface GeneratedSharing {
  /** As written in a file, its points in a shuffled order. */
  readonly file: Readonly<Record<string, unknown>>;
  readonly community: Community;
  readonly contract: SettlementContract;
  readonly grid: SettlementGrid;
  /** The largest energy that was drawn. */
  readonly largest: number;
}

/** A Monday; Lisbon is one hour ahead of UTC. */
export const SHARING_START_MS = Date.UTC(2026, 5, 22, 9);

const HOUR_MS = 3_600_000;

const PRICES = { import: '0.25', export: '0.05', internal: '0.12' };

/** Limit prices of a market key as tariffs. */
function withTariffs(key: object): object {
  const limits = (prices: unknown): object =>
    Object.fromEntries(
      Object.entries(prices as Record<string, string>).map(([id, text]) => [id, flatTariff(text)]),
    );
  const { bids, asks } = key as { bids?: unknown; asks?: unknown };
  return {
    ...key,
    ...(bids !== undefined && { bids: limits(bids) }),
    ...(asks !== undefined && { asks: limits(asks) }),
  };
}

/** The same community as its file reads. */
export function readGenerated({ file }: GeneratedSharing): Community {
  return parseCommunity(JSON.stringify(file));
}

const thousandths = (value: number): string => (value / 1000).toFixed(3);

/** Coefficients of some points that add up to at most 1, in thousandths; often to 1. */
function coefficients(ids: readonly string[]): fc.Arbitrary<Record<string, string>> {
  return fc
    .tuple(
      fc.array(fc.nat({ max: 5 }), { minLength: ids.length, maxLength: ids.length }),
      fc.boolean(),
    )
    .map(([weights, full]) => {
      const sum = weights.reduce((a, b) => a + b, 0) + (full ? 0 : 2);
      const parts = weights.map((weight) => (sum === 0 ? 0 : Math.floor((weight * 1000) / sum)));
      if (full && sum > 0) {
        const first = weights.findIndex((weight) => weight > 0);
        parts[first] = (parts[first] ?? 0) + 1000 - parts.reduce((a, b) => a + b, 0);
      }
      return Object.fromEntries(ids.map((id, index) => [id, thousandths(parts[index] ?? 0)]));
    });
}

function fixedKey(ids: readonly string[]): fc.Arbitrary<object> {
  return fc.oneof(
    coefficients(ids).map((named) => ({ type: 'fixed', coefficients: named })),
    fc.tuple(coefficients(ids), coefficients(ids)).map(([day, other]) => ({
      type: 'fixed',
      coefficients: {
        calendar: [
          { dayTypes: ['workingDay'], hours: [{ from: '10:00', to: '11:00' }], coefficients: day },
          { coefficients: other },
        ],
      },
    })),
    fc
      .array(fc.integer({ min: 1, max: 900 }), { minLength: ids.length, maxLength: ids.length })
      .map((weights) => ({
        type: 'fixed',
        sum: 'renormalise',
        coefficients: Object.fromEntries(
          ids.map((id, index) => [id, thousandths(weights[index] ?? 1)]),
        ),
      })),
  );
}

/** Points cut into one to three groups; a few are in none. */
function groups(ids: readonly string[], depth: number): fc.Arbitrary<object[]> {
  return fc
    .array(fc.nat({ max: 3 }), { minLength: ids.length, maxLength: ids.length })
    .map((places) =>
      [1, 2, 3].map((group) => ids.filter((_, index) => (places[index] ?? 0) % 4 === group)),
    )
    .chain((parts) => {
      const filled = parts.filter((part) => part.length > 0);
      const used = filled.length === 0 ? [[ids[0] ?? '']] : filled;
      return fc.tuple(
        ...used.map((points, index) =>
          poolKey(points, depth - 1).map((key) => ({ id: `g${index}`, points, key })),
        ),
      );
    });
}

/** A key that shares out a pool, whoever made it. */
function poolKey(ids: readonly string[], depth: number): fc.Arbitrary<object> {
  const plain = fc.constant<object>({ type: 'proportional' });
  if (depth === 0) return fc.oneof(plain, fixedKey(ids));
  return fc.oneof(
    { weight: 2, arbitrary: plain },
    { weight: 3, arbitrary: fixedKey(ids) },
    {
      weight: 3,
      arbitrary: groups(ids, depth).map((made) => ({ type: 'priority', groups: made })),
    },
    {
      weight: 3,
      arbitrary: fc.tuple(groups(ids, depth), fc.boolean()).map(([made, full]) => ({
        type: 'nested',
        groups: made.map((group, index) => ({
          ...group,
          share: shareOf(index, made.length, full),
        })),
      })),
    },
    {
      weight: 2,
      arbitrary: fc
        .tuple(fixedKey(ids), poolKey(ids, depth - 1))
        .map((steps) => ({ type: 'combined', steps })),
    },
    {
      weight: 1,
      arbitrary: fc
        .tuple(poolKey(ids, depth - 1), poolKey(ids, depth - 1), poolKey(ids, depth - 1))
        .map((steps) => ({ type: 'combined', steps })),
    },
  );
}

function shareOf(index: number, count: number, full: boolean): string {
  const most = full ? 1000 : 900;
  const each = Math.floor(most / count);
  return thousandths(index === 0 ? most - each * (count - 1) : each);
}

function pairsKey(ids: readonly string[]): fc.Arbitrary<object> {
  return fc.tuple(...ids.map(() => fc.option(coefficients(ids), { freq: 2 }))).map((rows) => ({
    type: 'pairs',
    coefficients: Object.fromEntries(
      ids.flatMap((id, index) => (rows[index] ? [[id, rows[index]] as const] : [])),
    ),
  }));
}

const price = fc.integer({ min: -20, max: 400 }).map((milli) => thousandths(milli));

const MECHANISMS: readonly object[] = [
  { mechanism: 'poolCrossing' },
  { mechanism: 'poolCrossing', options: { price: 'middle' } },
  { mechanism: 'payAsBid' },
  { mechanism: 'payAsBid', options: { sellers: 'ask' } },
  { mechanism: 'midMarketRate' },
  { mechanism: 'supplyDemandRatio', options: { compensation: '0.5' } },
  { mechanism: 'doubleAuction' },
  { mechanism: 'huang' },
  { mechanism: 'muda', options: { price: '0.1' } },
];

function marketKey(ids: readonly string[]): fc.Arbitrary<object> {
  const limits = fc.dictionary(fc.constantFrom(...ids), price, { maxKeys: ids.length });
  return fc
    .tuple(fc.constantFrom(...MECHANISMS), limits, limits)
    .map(([mechanism, bids, asks]) => ({ type: 'market', ...mechanism, bids, asks }));
}

/** Keys at the top of a contract. */
function anyKey(ids: readonly string[]): fc.Arbitrary<object> {
  return fc.oneof(
    { weight: 8, arbitrary: poolKey(ids, 2) },
    { weight: 2, arbitrary: pairsKey(ids) },
    {
      weight: 1,
      arbitrary: fc
        .tuple(pairsKey(ids), poolKey(ids, 1))
        .map((steps) => ({ type: 'combined', steps })),
    },
    {
      weight: 2,
      arbitrary: fc
        .tuple(poolKey(ids, 1), poolKey(ids, 1))
        .map(([scarce, abundant]) => ({ type: 'twoSided', scarce, abundant })),
    },
    { weight: 2, arbitrary: marketKey(ids) },
  );
}

const plantData = fc.record({
  entryIntoService: fc.constantFrom('2023-01-10', '2024-06-01', '2024-06-02'),
  installedKilowatts: fc.constantFrom('0', '1', '2.5', '10'),
});

const pointSlots = fc.record(
  {
    role: fc.constantFrom('producer', 'consumer', 'storage'),
    participation: fc
      .integer({ min: 1, max: 100 })
      .map((percent) => [{ community: 'generated', percent }]),
    importLimitKilovoltAmperes: fc.nat({ max: 3000 }).map(thousandths),
    exportLimitKilovoltAmperes: fc.nat({ max: 3000 }).map(thousandths),
    validTo: fc.constant('2026-06-22'),
  },
  { requiredKeys: [] },
);

/** Energies of points: many are zero, some tiny, some as large as they may be. */
function energies(cells: number, largest: number): fc.Arbitrary<number[]> {
  const energy = fc.oneof(
    { weight: 3, arbitrary: fc.constant(0) },
    { weight: 2, arbitrary: fc.nat({ max: Math.min(9, largest) }) },
    { weight: 5, arbitrary: fc.nat({ max: largest }) },
    { weight: 1, arbitrary: fc.constant(largest) },
  );
  return fc.array(energy, { minLength: cells, maxLength: cells });
}

/** Any community of one to `mostPoints` points. */
export function generatedSharing(
  mostPoints: number,
  key: (ids: readonly string[]) => fc.Arbitrary<object> = anyKey,
): fc.Arbitrary<GeneratedSharing> {
  return fc
    .tuple(
      fc.integer({ min: 1, max: mostPoints }),
      fc.constantFrom(3, 1000, 20_000_000, 2 ** 40, Number.MAX_SAFE_INTEGER),
    )
    .chain(([size, magnitude]) => {
      const ids = Array.from({ length: size }, (_, index) => `p${index}`);
      return key(ids).chain((sharingKey) => {
        const market = (sharingKey as { type: string }).type === 'market';
        const largest = Math.floor(Math.min(magnitude, market ? 2 ** 42 : magnitude) / size);
        return fc
          .record({
            points: fc.array(fc.tuple(plantData, pointSlots), {
              minLength: size,
              maxLength: size,
            }),
            slots: fc.nat({ max: 2 }).map((one) => one === 0),
            unused: fc.constantFrom('grid', 'member', 'pool'),
            plants: fc.constantFrom('injection', 'entryIntoService', 'installedPower'),
            netting: fc.constantFrom('none', 'interval'),
            transformer: fc.option(fc.nat({ max: 20_000_000 }), { freq: 4 }),
            order: fc.shuffledSubarray(ids, { minLength: size, maxLength: size }),
            imports: energies(size, largest),
            exports: energies(size, largest),
          })
          .map((made) => generated(ids, sharingKey, made, largest));
      });
    });
}

function generated(
  ids: readonly string[],
  sharingKey: object,
  made: {
    readonly points: readonly (readonly [object, object])[];
    readonly slots: boolean;
    readonly unused: string;
    readonly plants: string;
    readonly netting: string;
    readonly transformer: number | null;
    readonly order: readonly string[];
    readonly imports: number[];
    readonly exports: number[];
  },
  largest: number,
): GeneratedSharing {
  const members = made.order.map((id) => {
    const [plant, slots] = made.points[ids.indexOf(id)] ?? [{}, {}];
    return { id: `m${id}`, meteringPoints: [{ id, ...plant, ...(made.slots && slots) }] };
  });
  const common = {
    schema: 'microgrid/community/1' as const,
    id: 'generated',
    name: 'Generated',
    timeZone: 'Europe/Lisbon',
    resolution: 'PT60M',
    currency: 'EUR',
    netting: made.netting,
    unused: made.unused,
    plants: { by: made.plants },
    ...(made.transformer !== null && {
      transformer: { limitKilovoltAmperes: (made.transformer / 1e6).toFixed(6), powerFactor: '1' },
    }),
    members,
  };
  const file = { ...common, sharingKey, prices: PRICES };
  const tariff = (price: string) => flatTariff(price);
  // Reading a file costs more than settling it: what it says is put together here as well, and a
  // test holds the two against each other.
  const community = {
    ...common,
    sharingKey: withTariffs(sharingKey),
    prices: {
      import: tariff(PRICES.import),
      export: tariff(PRICES.export),
      internal: tariff(PRICES.internal),
    },
    gateways: [],
  } as unknown as Community;
  const contract = settlementContract(community, {
    startMs: SHARING_START_MS,
    endMs: SHARING_START_MS + HOUR_MS,
  });
  return { file, community, contract, grid: gridOf(contract, made), largest };
}
