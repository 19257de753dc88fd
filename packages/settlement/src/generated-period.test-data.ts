import fc from 'fast-check';
import { parseCommunity, type Community } from '@microgrid/community';
import { settlementContract } from './settlement-contract.js';
import type { SettlementContract } from './settlement-contract.js';
import type { SettlementGrid } from './settlement-grid.js';

/** A community and its readings of a few hours around a local midnight. */
export interface GeneratedPeriod {
  readonly community: Community;
  readonly contract: SettlementContract;
  readonly grid: SettlementGrid;
}

/** 21:00Z to 03:00Z; midnight in Lisbon is 23:00Z. */
export const START_MS = Date.UTC(2026, 5, 21, 21);
export const HOURS = 6;
const MIDNIGHT = '2026-06-22';

const decimal = (max: number): fc.Arbitrary<string> =>
  fc.nat({ max }).map((value) => (value / 1000).toFixed(3));

const price = fc.integer({ min: -50_000, max: 600_000 }).map((micro) => (micro / 1e6).toFixed(6));

const tariff = fc.oneof(
  price,
  fc.tuple(price, price).map(([day, night]) => ({
    type: 'timeOfUse',
    seasons: [
      {
        id: 'all',
        from: '01-01',
        to: '12-31',
        days: [
          {
            weekdays: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'],
            periods: [
              { from: '00:00', to: '02:00', price: night },
              { from: '02:00', to: '23:00', price: day },
              { from: '23:00', to: '24:00', price: night },
            ],
          },
        ],
      },
    ],
  })),
);

const point = fc.record(
  {
    importLimitKilovoltAmperes: decimal(4000),
    exportLimitKilovoltAmperes: decimal(4000),
    powerFactor: fc.constantFrom('1', '0.9', '0.95'),
    validFrom: fc.constant(MIDNIGHT),
    validTo: fc.constant(MIDNIGHT),
  },
  { requiredKeys: [] },
);

/** At most one end of validity, so that it never ends before it begins. */
function onePoint(fields: Record<string, string>, id: string, keep: boolean): object {
  const { validTo, ...rest } = fields;
  return { id, ...rest, ...(keep && rest['validFrom'] === undefined && validTo && { validTo }) };
}

interface Energies {
  readonly imports: number[];
  readonly exports: number[];
}

function energies(points: number, largest: number): fc.Arbitrary<Energies> {
  const cells = points * HOURS;
  const energy = fc.oneof(
    fc.constant(0),
    fc.nat({ max: Math.min(5, largest) }),
    fc.nat({ max: largest }),
  );
  const column = fc.array(energy, { minLength: cells, maxLength: cells });
  return fc.record({ imports: column, exports: column });
}

/** The grid of a contract with the given energies, all measured. */
export function gridOf(
  contract: SettlementContract,
  { imports, exports }: Energies,
): SettlementGrid {
  return {
    points: contract.pointIds,
    startMs: contract.startMs,
    endMs: contract.endMs,
    resolutionMs: contract.resolutionMs,
    importMilliwattHours: Float64Array.from(imports),
    exportMilliwattHours: Float64Array.from(exports),
    quality: new Uint8Array(imports.length),
  };
}

function coefficients(weights: readonly number[]): Record<string, string> {
  const sum = Math.max(1000, ...[weights.reduce((a, b) => a + b, 0)]);
  return Object.fromEntries(
    weights.map((weight, index) => [
      `p${index}`,
      (Math.floor((weight * 1000) / sum) / 1000).toFixed(3),
    ]),
  );
}

/** Communities of 1 to `mostPoints` points with any mix of rules, energies up to `largest` mWh. */
export function generatedPeriod(
  mostPoints: number,
  largest: number,
): fc.Arbitrary<GeneratedPeriod> {
  return fc.integer({ min: 1, max: mostPoints }).chain((size) =>
    fc
      .record({
        points: fc.array(point, { minLength: size, maxLength: size }),
        limited: fc.boolean(),
        dated: fc.boolean(),
        weights: fc.option(fc.array(fc.nat({ max: 1000 }), { minLength: size, maxLength: size })),
        netting: fc.constantFrom('none', 'interval'),
        transformer: fc.option(fc.nat({ max: Math.min(largest, 20_000_000) })),
        prices: fc.record({ import: tariff, export: tariff, internal: tariff }),
        perMember: fc.integer({ min: 1, max: 3 }),
        energies: energies(size, Math.floor(largest / size)),
      })
      .map((made) => {
        const points = made.points.map((fields, index) => {
          const { validFrom, validTo, powerFactor, ...limits } = fields as Record<string, string>;
          return onePoint(
            {
              ...(made.limited && { ...limits, ...(powerFactor && { powerFactor }) }),
              ...(made.dated && { ...(validFrom && { validFrom }), ...(validTo && { validTo }) }),
            },
            `p${index}`,
            made.dated,
          );
        });
        const members: object[] = [];
        for (let first = 0; first < points.length; first += made.perMember) {
          const own = points.slice(first, first + made.perMember);
          members.push({ id: `m${first}`, meteringPoints: own });
        }
        const community = parseCommunity(
          JSON.stringify({
            schema: 'microgrid/community/1',
            id: 'generated',
            name: 'Generated',
            timeZone: 'Europe/Lisbon',
            resolution: 'PT60M',
            currency: 'EUR',
            netting: made.netting,
            sharingKey: made.weights
              ? { type: 'fixed', coefficients: coefficients(made.weights) }
              : { type: 'proportional' },
            prices: made.prices,
            ...(made.transformer !== null && {
              transformer: { limitKilovoltAmperes: (made.transformer / 1e6).toFixed(6) },
            }),
            members,
          }),
        );
        const contract = settlementContract(community, {
          startMs: START_MS,
          endMs: START_MS + HOURS * 3_600_000,
        });
        return { community, contract, grid: gridOf(contract, made.energies) };
      }),
  );
}
