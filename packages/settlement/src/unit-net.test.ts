import fc from 'fast-check';
import { createMarking, run, tokensIn } from '@microgrid/petri';
import { columnarNet, intervalMarking } from './columnar-net.js';
import { generatedPeriod, START_MS, type GeneratedPeriod } from './generated-period.test-data.js';
import { referenceInterval, type ReferenceInterval } from './reference-settlement.test-data.js';
import {
  CONSUMPTION_PLACES,
  CONTROL_PLACES,
  GENERATION_PLACES,
  SETTLEMENT_LAWS,
  settlementNet,
} from './settlement-net.js';
import { orderPlace, outcomePlace, unitNet, unitPlace, type MoveSide } from './unit-net.js';
import { Workspace } from './workspace.js';

const scale = Number(process.env['MICROGRID_TEST_SCALE'] ?? 1);

type Orders = Readonly<Record<string, Partial<Record<MoveSide, readonly number[]>>>>;

function less(a: readonly number[], b: readonly number[]): number[] {
  return a.map((value, index) => value - (b[index] ?? 0));
}

/** What each move has to make, from the plain reading of the rules: not from the net that runs. */
function ordersOf(
  {
    netted,
    claimed,
    offered,
    limitedClaims,
    limitedOffers,
    sharedIn,
    sharedOut,
  }: ReferenceInterval,
  imports: readonly number[],
  exports: readonly number[],
): Orders {
  return {
    net: { consumption: netted, generation: netted },
    claim: { consumption: claimed },
    offer: { generation: offered },
    limitClaim: { consumption: less(claimed, limitedClaims) },
    limitOffer: { generation: less(offered, limitedOffers) },
    share: { consumption: sharedIn, generation: sharedOut },
    supply: { consumption: less(less(imports, netted), claimed) },
    supplyUnshared: { consumption: less(limitedClaims, sharedIn) },
    supplyCurtailed: { consumption: less(claimed, limitedClaims) },
    feedIn: { generation: less(less(exports, netted), offered) },
    feedInUnshared: { generation: less(limitedOffers, sharedOut) },
    feedInCurtailed: { generation: less(offered, limitedOffers) },
  };
}

function firstInterval({ contract, grid }: GeneratedPeriod): {
  imports: number[];
  exports: number[];
} {
  const size = contract.pointIds.length;
  return {
    imports: Array.from(grid.importMilliwattHours.subarray(0, size)),
    exports: Array.from(grid.exportMilliwattHours.subarray(0, size)),
  };
}

const ENERGY = [...CONSUMPTION_PLACES, ...GENERATION_PLACES];

/** Where the energy of the first interval lies after the net that runs. */
function columnarResult(period: GeneratedPeriod): Record<string, number[]> {
  const workspace = new Workspace(period.contract);
  const size = period.contract.pointIds.length;
  const { imports, exports } = firstInterval(period);
  const start = intervalMarking(
    {
      workspace,
      startMs: START_MS,
      sharedIn: new Float64Array(size),
      sharedOut: new Float64Array(size),
    },
    Float64Array.from(imports),
    Float64Array.from(exports),
  );
  const { marking } = run(columnarNet, start, [], { checkLaws: true });
  return Object.fromEntries([
    ...CONTROL_PLACES.map((place) => [place, [tokensIn(marking, place).length]]),
    ...ENERGY.map((place) => [place, Array.from(tokensIn(marking, place)[0] as Float64Array)]),
  ]) as Record<string, number[]>;
}

/** Where it lies after the net that is proved, moved mWh by mWh. */
function unitResult(period: GeneratedPeriod): Record<string, number[]> {
  const ids = period.contract.pointIds;
  const { imports, exports } = firstInterval(period);
  const expected = referenceInterval(period.community, START_MS, imports, exports);
  const orders = ordersOf(expected, imports, exports);
  const taken = expected.capacity === 'within' ? 'passCapacity' : 'curtailCapacity';
  const net = unitNet(ids);
  const tokens: Record<string, number> = { validated: 1, [outcomePlace(taken)]: 1 };
  for (const [index, id] of ids.entries()) {
    tokens[unitPlace('imported', id)] = imports[index] ?? 0;
    tokens[unitPlace('exported', id)] = exports[index] ?? 0;
    for (const step of settlementNet.steps) {
      if (step.name === 'curtailCapacity' && taken !== 'curtailCapacity') continue;
      for (const move of step.moves) {
        for (const side of ['consumption', 'generation'] as const) {
          if (move[side] === undefined) continue;
          tokens[orderPlace(step.name, move.name, side, id)] =
            orders[move.name]?.[side]?.[index] ?? 0;
        }
      }
    }
  }
  const { marking } = run(net, createMarking(net, tokens as never), [], { checkLaws: true });
  return Object.fromEntries([
    ...CONTROL_PLACES.map((place) => [place, [tokensIn(marking, place).length]]),
    ...ENERGY.map((place) => [
      place,
      ids.map((id) => tokensIn(marking, unitPlace(place, id)).length),
    ]),
  ]) as Record<string, number[]>;
}

describe('the two nets made from one declaration', () => {
  test('end in equal markings', () => {
    const seen = { shared: 0, curtailed: 0, netted: 0, residual: 0 };
    fc.assert(
      fc.property(generatedPeriod(3, 12), (period) => {
        const result = columnarResult(period);
        expect(unitResult(period)).toEqual(result);
        expect(result['settled']).toEqual([1]);
        if (result['sharedIn']?.some(Boolean)) seen.shared++;
        if (result['nettedImport']?.some(Boolean)) seen.netted++;
        if (result['residual']?.some(Boolean)) seen.residual++;
        if (period.contract.transformerLimit < 12) seen.curtailed++;
      }),
      { numRuns: 120 * scale, seed: 1883 },
    );
    for (const count of Object.values(seen)) expect(count).toBeGreaterThan(10);
  });

  test('have the same laws, which hold for every transition of the unit net whatever the orders', () => {
    const ids = ['p0', 'p1', 'p2'];
    const net = unitNet(ids);
    expect(net.laws.map(({ name }) => name)).toEqual(columnarNet.laws.map(({ name }) => name));
    for (const [name, weights] of Object.entries(SETTLEMENT_LAWS)) {
      const weight = new Map<string, number>(
        Object.entries(weights).flatMap(([place, value]) =>
          ids.map((id) => [unitPlace(place as keyof typeof weights, id), value] as const),
        ),
      );
      for (const { inputs, outputs, name: transition } of net.structure.transitions) {
        const weigh = (arcs: typeof inputs): number =>
          arcs.reduce((sum, arc) => sum + arc.weight * (weight.get(arc.place) ?? 0), 0);
        expect(`${name} ${transition} ${weigh(outputs) - weigh(inputs)}`).toBe(
          `${name} ${transition} 0`,
        );
      }
    }
  });

  test('do not end a step while an order is open: energy that is not there stops the case', () => {
    const net = unitNet(['p']);
    const start = createMarking(net, {
      validated: 1,
      [unitPlace('imported', 'p')]: 1,
      [orderPlace('applyRules', 'claim', 'consumption', 'p')]: 2,
    } as never);
    const { marking } = run(net, start);
    expect(tokensIn(marking, 'ruled')).toEqual([]);
    expect(tokensIn(marking, unitPlace('claimed', 'p'))).toHaveLength(1);
  });
});
