import { createMarking, fire, isPetriError, type Marking } from '@microgrid/petri';
import { generalisedSoundness, query, soundness } from '@microgrid/petri/analysis';
import { casesSharing } from './cases-sharing.js';
import { MUTATIONS, type Mutation } from './mutations.test-data.js';
import { proveSettlement, settlementProperties } from './settlement-proofs.js';
import { settlementParameters } from './settlement-parameters.js';
import { unitNet, type UnitNet } from './unit-net.js';

const SMALL = settlementParameters({ corrections: 1, retries: 1, disputes: 1 });
const AMOUNTS = { imports: [2], exports: [3], payerCash: 1, fund: 1 };
const SCOPES = ['energy', 'payment', 'whole'] as const;

function open(proof: ReturnType<typeof proveSettlement>): string[] {
  return proof.properties
    .filter(({ verdict }) => verdict.verdict !== 'true')
    .map(({ name, verdict }) => `${name}: ${verdict.verdict}`);
}

/** Fires names with the kernel, which refuses what is not enabled. */
function replayFirings(unit: UnitNet, firings: readonly string[]): Marking {
  let marking = createMarking(unit.net, unit.initial as never);
  for (const name of firings) {
    const transition = unit.net.structure.transitions.find((one) => one.name === name);
    const arcs = [...(transition?.inputs ?? []), ...(transition?.reads ?? [])];
    const tokens = Object.fromEntries(
      arcs.map(({ place, weight }) => [
        place,
        (marking.places[place] ?? []).slice(0, weight).map(({ sequence }) => sequence),
      ]),
    );
    ({ marking } = fire(unit.net, marking, { transition: name, tokens }));
  }
  return marking;
}

describe('the settlement net is proved', () => {
  test.each(SCOPES)('in full, R = A = D = 1, every way of acting: %s', (scope) => {
    const proof = proveSettlement(SMALL, AMOUNTS, { scope });
    expect(open(proof)).toEqual([]);
    expect(proof.proved).toBe(true);
    expect(proof.properties.length).toBeGreaterThan(10);
  });

  test('with netting, without corrections, and for two metering points', () => {
    const netting = { ...SMALL, netting: 'interval' } as const;
    expect(open(proveSettlement(netting, AMOUNTS))).toEqual([]);
    const once = settlementParameters({ corrections: 0, retries: 0, disputes: 0 });
    const proof = proveSettlement(once, AMOUNTS);
    // Without corrections and disputes their steps have nothing to do; everything else holds.
    expect(open(proof)).toEqual(['every step is there: false']);
    const points = { imports: [1, 1], exports: [1, 1], payerCash: 1, fund: 1 };
    expect(open(proveSettlement(once, points, { scope: 'energy' }))).toEqual([]);
  });

  test('control places alone: sound, one-safe, and sound for two and three cases at once', () => {
    const { ptNet } = unitNet(SMALL, AMOUNTS, { values: false });
    const several = generalisedSoundness(ptNet, { input: 'start', output: 'closed', cases: 2 });
    expect(several.sound.verdict).toBe('true');
    expect(several.byCases.map(({ states }) => states)).toEqual([216, 17_582]);
    expect(query(ptNet, 'AG (issued.0 <= 1 && closed <= 1)').verdict).toBe('true');
  });

  test('for two payment cases that share a fund which is not enough for both', () => {
    const amounts = { imports: [1], exports: [1], payerCash: 1, fund: 1 };
    const payment = unitNet(SMALL, amounts, { scope: 'payment' });
    expect(casesSharing(payment, 2, ['fund']).sound.verdict).toBe('true');
  });
});

describe('the negative control', () => {
  const parameters = { ...SMALL, deferral: false };
  const amounts = { ...AMOUNTS, fund: 0 };

  test('without deferral and with an empty fund there is no way out of arrears', () => {
    const unit = unitNet(parameters, amounts);
    const workflow = { input: 'start', output: 'closed', leftover: unit.valuePlaces };
    const { sound, optionToComplete } = soundness(unit.ptNet, workflow);
    expect(sound.verdict).toBe('false');
    expect(optionToComplete.verdict).toBe('false');
    const firings = optionToComplete.witness?.firings ?? [];
    const { places } = replayFirings(unit, firings);
    expect(places['inArrears.0']?.length).toBe(1);
    expect(places['due']?.length).toBeGreaterThan(0);
    expect(places['fund'] ?? []).toHaveLength(0);
  });

  test('with deferral the same empty fund leaves every case a way out', () => {
    const unit = unitNet(SMALL, amounts);
    const workflow = { input: 'start', output: 'closed', leftover: unit.valuePlaces };
    expect(soundness(unit.ptNet, workflow).optionToComplete.verdict).toBe('true');
  });
});

const NETTING = { ...SMALL, netting: 'interval' } as const;
const FEW = { imports: [1], exports: [2], payerCash: 1, fund: 1 };

/** What of the proof notices a mutation; undefined if nothing does. */
function caughtBy({ steps }: Mutation): string | undefined {
  const limits = { maxStates: 20_000 };
  try {
    const control = unitNet(NETTING, FEW, { values: false, steps });
    const workflow = { ...limits, input: 'start', output: 'closed' };
    const { verdict } = soundness(control.ptNet, workflow).sound;
    if (verdict === 'false') return 'soundness of the control places';
    for (const scope of SCOPES) {
      const unit = unitNet(NETTING, FEW, { scope, steps });
      const subject = { scope, parameters: NETTING, amounts: FEW };
      for (const { name, verdict: found } of settlementProperties(unit, subject, limits))
        if (found.verdict === 'false') return name;
    }
  } catch (error) {
    if (isPetriError(error)) return error.code;
    throw error;
  }
  return undefined;
}

test('a step, arc, unit, condition or count less is noticed by some proof, each of them', () => {
  const by = new Map<string, number>();
  const unnoticed: string[] = [];
  for (const mutation of MUTATIONS) {
    const name = caughtBy(mutation);
    if (name === undefined) unnoticed.push(mutation.what);
    else by.set(name, (by.get(name) ?? 0) + 1);
  }
  console.log(
    `${MUTATIONS.length} mutations, noticed by ${JSON.stringify(Object.fromEntries(by))}`,
  );
  expect(MUTATIONS.length).toBeGreaterThan(150);
  expect(unnoticed).toEqual([]);
});
