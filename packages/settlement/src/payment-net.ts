import { createMarking, type Marking, type Net } from '@microgrid/petri';
import type { Pico } from '@microgrid/units';
import type { CaseBehaviour, CaseStep } from './case-behaviour.js';
import { caseNet } from './case-net.js';
import type { AmountMessage, PaymentCase } from './payment-case.js';
import { SettlementError } from './settlement-error.js';
import { STEP_NAMES, VALUE_PLACES, type StepName, type ValuePlace } from './settlement-net.js';
import type { SettlementParameters } from './settlement-parameters.js';
import { SETTLEMENT_STEPS } from './settlement-steps.js';

type PaymentStep = CaseStep<PaymentCase, Pico>;
type Amounts = Readonly<Record<string, Pico>>;

function lesser(a: Pico, b: Pico): Pico {
  return a < b ? a : b;
}

function valueAt({ values }: PaymentStep, place: ValuePlace): Pico {
  return values[place] ?? 0n;
}

function amountOf({ message }: PaymentStep): Pico {
  return (message as AmountMessage).amountPico;
}

/** How much each move of a step moves. */
const AMOUNTS: Readonly<Partial<Record<StepName, (step: PaymentStep) => Amounts>>> = {
  match: (step) => ({ share: amountOf(step) }),
  pay: (step) => ({
    collect: lesser(valueAt(step, 'due'), valueAt(step, 'payerCash') + amountOf(step)),
  }),
  coverArrears: (step) => {
    const cover = lesser(valueAt(step, 'due'), valueAt(step, 'fund'));
    return { cover, defer: valueAt(step, 'due') - cover };
  },
  credit: (step) => ({ transfer: amountOf(step) }),
  resettle: (step) => ({
    returnToPayer: valueAt(step, 'paidByPayer'),
    returnToFund: valueAt(step, 'paidByFund'),
    cancelDeferred: valueAt(step, 'deferred'),
  }),
};

function isAmount(step: PaymentStep): boolean {
  const amount: unknown = amountOf(step);
  return typeof amount === 'bigint' && amount >= 0n;
}

function guards(
  parameters: SettlementParameters,
): Partial<Record<StepName, CaseBehaviour<PaymentCase, Pico>['guard']>> {
  return {
    match: isAmount,
    pay: isAmount,
    // More than what waits in escrow cannot have been paid out.
    credit: (step) => isAmount(step) && amountOf(step) <= valueAt(step, 'escrow'),
    coverArrears: (step) => parameters.deferral || valueAt(step, 'fund') >= valueAt(step, 'due'),
  };
}

/** The values after the amounts have moved, and after money that came with the message. */
function movedValues(name: StepName, step: PaymentStep, amounts: Amounts): Record<string, Pico> {
  const values: Record<string, Pico> = {};
  const add = (place: ValuePlace, amount: Pico): void => {
    if (VALUE_PLACES[place] !== 'payment') return;
    values[place] = (values[place] ?? valueAt(step, place)) + amount;
  };
  if (name === 'pay') add('payerCash', amountOf(step));
  const { moves = [] } = SETTLEMENT_STEPS.find((one) => one.name === name) ?? {};
  for (const move of moves) {
    const amount = amounts[move.name] ?? 0n;
    for (const place of move.take) add(place, -amount);
    for (const place of move.put) add(place, amount);
  }
  const negative = Object.entries(values).find(([, value]) => value < 0n);
  if (negative !== undefined) {
    throw new SettlementError(
      'not-conserved',
      `${step.data.statement}, ${name}: ${negative[0]} would hold ${negative[1]}, expected at least 0`,
    );
  }
  return values;
}

function behaviours(
  parameters: SettlementParameters,
): Partial<Record<StepName, CaseBehaviour<PaymentCase, Pico>>> {
  const own = guards(parameters);
  return Object.fromEntries(
    STEP_NAMES.map((name) => {
      const amounts = AMOUNTS[name];
      const guard = own[name];
      const behaviour: CaseBehaviour<PaymentCase, Pico> = {
        ...(guard && { guard }),
        ...(amounts && {
          act: (step) => ({ data: step.data, values: movedValues(name, step, amounts(step)) }),
          moved: amounts,
        }),
      };
      return [name, behaviour] as const;
    }),
  );
}

/**
 * The net that one member's statement runs through: attempts, arrears, disputes, corrections and
 * manual closing. Every step is told to the outside with what it moved, so that the ledger is the sum
 * of the effects: a reversal is a further effect, the ones before stay.
 */
export function paymentNet(parameters: SettlementParameters): Net {
  const amountWeight = (token: unknown): Pico => (token as AmountMessage).amountPico;
  return caseNet<PaymentCase, Pico>({
    name: 'payment',
    parameters,
    behaviours: behaviours(parameters),
    emitting: new Set(STEP_NAMES),
    isZero: (value) => value === 0n,
    weigh: (value) => value,
    outsideWeights: { cash: { payment: amountWeight }, payer: { payment: amountWeight } },
  });
}

/** The money there is when a payment case begins. */
export interface PaymentStart {
  /** What the payer has standing. Default 0. */
  readonly payerCashPico?: Pico;
  /** What the guarantee fund sets aside for this case. Default 0. */
  readonly fundPico?: Pico;
  /** The clock when it begins, ms. Default 0. */
  readonly nowMs?: number;
}

/** The marking a payment case starts from. */
export function paymentMarking(
  net: Net,
  data: PaymentCase,
  { payerCashPico = 0n, fundPico = 0n, nowMs = 0 }: PaymentStart = {},
): Marking {
  const values = Object.fromEntries(
    net.structure.places
      .filter(({ name }) => Object.hasOwn(VALUE_PLACES, name))
      .map(({ name }) => [name, [0n]]),
  );
  return createMarking(
    net,
    { ...values, payerCash: [payerCashPico], fund: [fundPico], start: [{ data }] },
    { nowMs },
  );
}
