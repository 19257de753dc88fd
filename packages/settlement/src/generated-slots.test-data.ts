import { decimalText, type GeneratedTime } from './generated-contract-files.test-data.js';
import type { Draw } from './draw.test-data.js';
import { priceText } from './generated-keys.test-data.js';

/** Id of every generated community. */
export const COMMUNITY = 'generated';

const OTHERS = ['a', 'b', 'y', 'z'];

/** A limit in kVA or kW that energies of this size are cut by, or not. */
function limitText(draw: Draw, largest: number): string {
  return decimalText(BigInt(draw.whole(draw.pick([largest, 4 * largest, 3_000_000]))), 6);
}

/** Days of a validity that begins or ends around the first day, or none. */
function validity(draw: Draw, { days }: GeneratedTime): object {
  return draw.weighted<object>(
    [3, () => ({})],
    [1, () => ({ validFrom: draw.pick(days) })],
    [1, () => ({ validTo: draw.pick(days) })],
    [1, () => ({ validFrom: days[0], validTo: days[2] })],
  );
}

/** Factors of up to five communities, which may change on a day. */
function participation(draw: Draw, { days }: GeneratedTime): object[] {
  const others = draw.shuffled(OTHERS).slice(0, draw.whole(4));
  const own = 1 + draw.whole(draw.pick([4, 99 - 20 * others.length]));
  const day = draw.pick(days);
  return draw.shuffled([
    ...others.map((community) => ({ community, percent: 1 + draw.whole(19) })),
    ...draw.weighted<readonly object[]>(
      [3, () => [{ community: COMMUNITY, percent: own }]],
      [
        2,
        () => [
          { community: COMMUNITY, percent: own, validTo: day },
          { community: COMMUNITY, percent: 1 + draw.whole(19), validFrom: day },
        ],
      ],
      [1, () => [{ community: COMMUNITY, percent: own, validFrom: day }]],
      [others.length > 0 ? 1 : 0, () => []],
    ),
  ]);
}

function connection(draw: Draw, time: GeneratedTime): object {
  return {
    voltageLevel: draw.pick(['low', 'low', 'medium', 'high']),
    ...draw.some(2, {
      kilometres: () => draw.pick(['0.5', '2', '2.1', '4']),
      sameTransformerStation: () => draw.once(2),
      sameSubstation: () => draw.once(2),
      lowDensity: () => draw.once(2),
    }),
    ...draw.some(4, {
      decision: () => ({
        eligible: draw.once(2),
        document: 'decision',
        ...validity(draw, time),
      }),
    }),
  };
}

/** A metering point's fields beside its id. @param rare how seldom a field is there. */
export function pointFields(
  draw: Draw,
  time: GeneratedTime,
  largest: number,
  rare: number,
): Record<string, unknown> {
  return {
    entryIntoService: draw.pick(['2023-01-10', '2024-06-01', '2024-06-02']),
    installedKilowatts: draw.pick(['0', '1', '2.5', '10', '3.141592']),
    ...draw.some(rare, {
      participation: () => participation(draw, time),
      importLimitKilovoltAmperes: () => limitText(draw, largest),
      exportLimitKilovoltAmperes: () => limitText(draw, largest),
      powerFactor: () => draw.pick(['0.9', '0.95', '1']),
      productionMeter: () => validity(draw, time),
      connection: () => connection(draw, time),
      contractedKilovoltAmperes: () => '6.9',
    }),
    ...(draw.once(2 * rare) && validity(draw, time)),
  };
}

/** A member's fields beside its points. */
export function memberFields(draw: Draw, time: GeneratedTime, rare: number): object {
  return draw.once(4 * rare) ? validity(draw, time) : {};
}

/** The rules of a contract beside its key and its members. */
export function contractRules(
  draw: Draw,
  time: GeneratedTime,
  ids: readonly string[],
  largest: number,
  rare: number,
): Record<string, unknown> {
  const policy = (): string => draw.pick(['refuse', 'accept']);
  const some = (): string[] => draw.shuffled(ids).slice(0, 1 + draw.whole(ids.length - 1));
  return {
    unused: draw.pick(['grid', 'grid', 'member', 'pool']),
    ...draw.some(2, {
      plants: () => ({ by: draw.pick(['injection', 'entryIntoService', 'installedPower']) }),
      calendar: () => ({
        holidays: draw.pick<unknown>([[time.days[1]], { calendar: 'PT', add: [time.days[1]] }]),
      }),
    }),
    ...draw.some(rare, {
      decidedBy: () => draw.pick(['dso', 'community']),
      transformer: () => ({
        limitKilovoltAmperes: limitText(draw, largest),
        ...draw.some(2, { powerFactor: () => '0.9' }),
      }),
      exportEligibility: () => ({
        ...draw.some(2, {
          productionMeter: () => 'required',
          proximity: () => [
            {
              ...validity(draw, time),
              levels: {
                low: [{ withinKilometres: '2' }, { sameTransformerStation: true }],
                medium: [{ sameSubstation: true, lowDensity: true }, { withinKilometres: '4' }],
              },
            },
          ],
          maximumInstalledKilowatts: () => draw.pick(['1', '20', '1000']),
          maximumInstalledKilowattsPerPlant: () => draw.pick(['1', '5']),
        }),
        whenNotEvaluable: policy(),
      }),
      priceLimits: () => ({
        minimum: draw.pick(['export', '0.06', '0.13']),
        maximum: draw.pick(['import', '0.14', '0.2']),
        outside: 'limit',
      }),
      exportConstraints: () =>
        Array.from({ length: 1 + draw.whole(1) }, () => ({
          limitKilowatts: draw.once(4) ? '0' : limitText(draw, largest),
          ...draw.some(2, {
            points: some,
            hours: () => [
              draw.pick([
                { from: '00:00', to: '10:30' },
                { from: '10:30', to: '24:00' },
              ]),
            ],
          }),
          ...validity(draw, time),
        })),
      reserveLevels: () =>
        some().map((point) => ({
          point,
          minimumPercent: '20',
          whenNotEvaluable: policy(),
          ...validity(draw, time),
        })),
    }),
  };
}

/** What supply costs, what surplus earns, what shared energy costs. */
export function contractPrices(draw: Draw): Readonly<Record<string, string>> {
  return {
    import: priceText(draw, 200, 300),
    export: priceText(draw, -20, 60),
    internal: priceText(draw, 0, 250),
  };
}
