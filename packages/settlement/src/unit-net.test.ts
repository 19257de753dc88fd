import fc from 'fast-check';
import { advanceClock, deposit, tokensIn, type Marking, type RunInput } from '@microgrid/petri';
import type { IntervalReading } from './energy-case.js';
import { contractParameters, energyMarking, energyNet } from './energy-net.js';
import { generatedPeriod, START_MS, type GeneratedPeriod } from './generated-period.test-data.js';
import type { AmountMessage } from './payment-case.js';
import { paymentMarking, paymentNet } from './payment-net.js';
import { SETTLEMENT_LAWS, STEP_NAMES, type StepName } from './settlement-net.js';
import { settlementParameters } from './settlement-parameters.js';
import { UnitSimulation } from './unit-simulation.test-data.js';
import { unitNet } from './unit-net.js';

const scale = Number(process.env['MICROGRID_TEST_SCALE'] ?? 1);
const DAY_MS = 86_400_000;

/** The readings of the interval at a position of the period. */
function readingOf({ contract, grid }: GeneratedPeriod, interval: number): IntervalReading {
  const size = contract.pointIds.length;
  const cut = (column: Float64Array): Float64Array =>
    column.slice(interval * size, (interval + 1) * size);
  return {
    accepted: true,
    importMilliwattHours: cut(grid.importMilliwattHours),
    exportMilliwattHours: cut(grid.exportMilliwattHours),
  };
}

const intakes = ['reading', 'repair', 'giveUp', 'substitute'] as const;
const afterwards = ['late', 'correctLate', 'correctUpheld', 'upheldOther', 'resettle', 'close'];

function put(marking: Marking, simulation: UnitSimulation, place: string, token: unknown): Marking {
  return deposit(simulation.net, marking, { place, token });
}

/** Puts messages, lets time pass, and lets both nets come to rest after each. */
function feed(simulation: UnitSimulation, inputs: readonly RunInput[]): void {
  for (const input of inputs) {
    simulation.marking =
      'place' in input
        ? put(simulation.marking, simulation, input.place, input.token)
        : advanceClock(simulation.net, simulation.marking, input.nowMs);
    simulation.settle();
  }
}

function intakeInputs(kind: (typeof intakes)[number], reading: IntervalReading): RunInput[] {
  const late = { nowMs: START_MS + 10 * DAY_MS };
  const refused = { place: 'reading', token: { ...reading, accepted: false } };
  switch (kind) {
    case 'reading':
      return [{ place: 'reading', token: reading }];
    case 'repair':
      return [refused, { place: 'reading', token: reading }];
    case 'giveUp':
      return [refused, { place: 'profile', token: reading }, late];
    case 'substitute':
      return [{ place: 'profile', token: reading }, late];
  }
}

describe('the two nets made from one declaration', () => {
  test('of the energy case are at equal markings after every firing, corrections included', () => {
    const seen = new Map<string, number>();
    let unitFirings = 0;
    fc.assert(
      fc.property(
        generatedPeriod(3, 12),
        fc.constantFrom(...intakes),
        fc.array(fc.tuple(fc.constantFrom(...afterwards), fc.nat({ max: 5 })), { maxLength: 8 }),
        (period, intake, events) => {
          const { contract } = period;
          const parameters = contractParameters(contract, { corrections: 2 });
          const net = energyNet(contract, parameters);
          const zeros = contract.pointIds.map(() => 0);
          const simulation = new UnitSimulation(
            'energy',
            net,
            parameters,
            energyMarking(net, contract, START_MS),
            { imports: zeros, exports: zeros, payerCash: 0, fund: 0 },
          );
          simulation.settle();
          feed(simulation, intakeInputs(intake, readingOf(period, 0)));
          expect(tokensIn(simulation.marking, 'issued')).toHaveLength(1);
          for (const [event, interval] of events) {
            const reading = readingOf(period, interval);
            const token = event === 'upheldOther' ? { reading } : {};
            const step = event === 'upheldOther' ? 'correctUpheld' : event;
            const place = event === 'late' ? 'reading' : `agreed.${step}`;
            feed(simulation, [{ place, token: event === 'late' ? reading : token }]);
          }
          for (const name of simulation.steps) seen.set(name, (seen.get(name) ?? 0) + 1);
          unitFirings += simulation.unitFirings;
        },
      ),
      { numRuns: 60 * scale, seed: 1883 },
    );
    console.log(`energy cases: ${unitFirings} unit firings, steps ${JSON.stringify([...seen])}`);
    for (const name of [
      'repairReading',
      'giveUpRepair',
      'substitute',
      'curtail',
      'match',
      'resettle',
    ])
      expect(`${name} ${(seen.get(name) ?? 0) > 1}`).toBe(`${name} true`);
  });

  test('of the payment case are at equal markings after every firing, whatever comes from outside', () => {
    const seen = new Map<string, number>();
    const parameters = settlementParameters({ corrections: 1, retries: 1, disputes: 2 });
    const net = paymentNet(parameters);
    const amount = fc.nat({ max: 4 }).map((units) => ({ amountPico: BigInt(units) }));
    const reason = fc.constant({ reason: 'test' });
    const message = (place: string, token: fc.Arbitrary<unknown>): fc.Arbitrary<RunInput> =>
      token.map((value) => ({ place, token: value }));
    const agreed = (...steps: readonly StepName[]): fc.Arbitrary<RunInput> =>
      fc.constantFrom(...steps).chain((step) => message(`agreed.${step}`, fc.constant({})));
    const meanwhile = fc.oneof(
      { weight: 4, arbitrary: message('payment', amount) },
      { weight: 3, arbitrary: message('refusal', reason) },
      { weight: 3, arbitrary: message('creditConfirmation', amount) },
      { weight: 2, arbitrary: message('dispute', reason) },
      { weight: 1, arbitrary: message('disputeRejection', reason) },
      { weight: 2, arbitrary: message('disputeApproval', reason) },
      { weight: 2, arbitrary: fc.nat({ max: 30 }).map((days) => ({ nowMs: days * DAY_MS })) },
    );
    const units = (place: string, count: number): RunInput[] =>
      Array.from({ length: count }, () => ({ place, token: { amountPico: 1n } }));
    /** A version: billed, issued, anything in between, paid and credited in the end, then taken on. */
    const round = fc
      .tuple(
        message('bill', amount),
        fc.array(meanwhile, { maxLength: 12 }),
        agreed('correctLate', 'correctUpheld', 'close', 'escalateLate', 'escalateUpheld'),
        fc.array(agreed('resettle', 'closeManually'), { maxLength: 2 }),
      )
      .map(([bill, between, decision, then]) => [
        bill,
        { place: 'agreed.issueEvent', token: {} },
        ...between,
        ...units('payment', 4),
        ...units('creditConfirmation', 4),
        { nowMs: 20 * DAY_MS },
        decision,
        ...then,
      ]);
    fc.assert(
      fc.property(
        fc.array(round, { minLength: 1, maxLength: 4 }).map((rounds) => rounds.flat()),
        fc.nat({ max: 3 }),
        fc.nat({ max: 3 }),
        (events, payerCash, fund) => {
          // The clock goes on only.
          let nowMs = 0;
          const inputs = events.map((input) =>
            'place' in input ? input : { nowMs: (nowMs += input.nowMs) },
          );
          const paid = (list: readonly RunInput[]): number =>
            list.reduce(
              (sum, input) =>
                'place' in input && input.place === 'payment'
                  ? sum + Number((input.token as AmountMessage).amountPico)
                  : sum,
              0,
            );
          let fed = 0;
          const toCome = (marking: Marking): number =>
            paid(inputs.slice(fed)) +
            tokensIn(marking, 'payment').reduce<number>(
              (sum, token) => sum + Number((token as AmountMessage).amountPico),
              0,
            );
          const start = paymentMarking(
            net,
            { statement: 's', payer: 'a', payee: 'b', currency: 'EUR' },
            { payerCashPico: BigInt(payerCash), fundPico: BigInt(fund) },
          );
          const most = events.length * 4;
          const simulation = new UnitSimulation(
            'payment',
            net,
            parameters,
            start,
            { imports: [most], exports: [most], payerCash: payerCash + paid(inputs), fund },
            toCome,
          );
          simulation.settle();
          for (const input of inputs) {
            fed += 1;
            feed(simulation, [input]);
          }
          for (const name of simulation.steps) seen.set(name, (seen.get(name) ?? 0) + 1);
        },
      ),
      { numRuns: 150 * scale, seed: 1905 },
    );
    console.log(`payment cases: steps ${JSON.stringify([...seen])}`);
    const paymentSteps = net.structure.transitions.map(({ name }) => name);
    expect(paymentSteps.filter((name) => (seen.get(name) ?? 0) < 1)).toEqual([]);
  });

  test('have the same laws, which the kernel proves of every transition of the unit net', () => {
    const parameters = settlementParameters({ netting: 'interval' });
    const amounts = { imports: [1, 2], exports: [2, 1], payerCash: 2, fund: 1 };
    const whole = unitNet(parameters, amounts);
    for (const { verdict } of whole.net.lawProofs) expect(verdict).toBe('proved');
    const names = whole.net.laws.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(Object.keys(SETTLEMENT_LAWS)));
    const payment = paymentNet(parameters).laws.map(({ name }) => name);
    const unitPayment = unitNet(parameters, amounts, { scope: 'payment' }).net.laws;
    expect(unitPayment.map(({ name }) => name).filter((name) => !name.startsWith('free.'))).toEqual(
      payment,
    );
  });

  test('have a transition for every step that was named', () => {
    const whole = unitNet(settlementParameters(), {
      imports: [2],
      exports: [2],
      payerCash: 1,
      fund: 1,
    });
    const names = new Set(
      whole.net.structure.transitions.map(({ name }) => name.split('.')[0] ?? ''),
    );
    expect(STEP_NAMES.filter((name) => !names.has(name))).toEqual([]);
  });
});
