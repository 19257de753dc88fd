import type { RunInput } from '@microgrid/petri';
import { agreementPlace } from './case-net.js';
import type { IntervalReading } from './energy-case.js';
import { continueCase, isReadyFor, whereabouts, type RunningCase } from './running-case.js';
import type { StepName } from './settlement-net.js';

/** An interval's energy case and the payment cases of the statements it is billed on. */
export interface JoinedCases {
  readonly energy: RunningCase;
  readonly payments: readonly RunningCase[];
}

/** What a version of the settlement comes to for each payment case, in their order. */
export type Billing = (energy: RunningCase, version: number) => readonly bigint[];

/** The readings that an upheld dispute puts in the place of the disputed ones; absent: the same again. */
export interface JointDecisions {
  readonly bill: Billing;
  readonly upheldReading?: IntervalReading;
}

function message(step: StepName, token: unknown = {}): RunInput {
  return { place: agreementPlace(step), token };
}

/** The payment case's half of a correction: of a dispute of its own, or of somebody else's reason. */
function halfOf(payment: RunningCase, upheld: StepName, plain: StepName): StepName | undefined {
  if (isReadyFor(payment, upheld)) return upheld;
  return isReadyFor(payment, plain) ? plain : undefined;
}

/** Every case takes its half of a joint step, or none does. */
function together(
  { energy, payments }: JoinedCases,
  step: StepName,
  halves: readonly (StepName | undefined)[],
  token: unknown = {},
): JoinedCases | undefined {
  if (!isReadyFor(energy, step, token) || halves.includes(undefined)) return undefined;
  return {
    energy: continueCase(energy, [message(step, token)]),
    payments: payments.map((payment, index) =>
      continueCase(payment, [message(halves[index] as StepName)]),
    ),
  };
}

/** A correction's step: the energy case's half and what the payment cases may have for theirs. */
function correction(
  joined: JoinedCases,
  late: StepName,
  upheld: StepName,
  decisions: JointDecisions,
): JoinedCases | undefined {
  const halves = joined.payments.map((payment) => halfOf(payment, upheld, late));
  if (isReadyFor(joined.energy, late)) {
    const plain = joined.payments.map((one) => (isReadyFor(one, late) ? late : undefined));
    return together(joined, late, plain);
  }
  if (!halves.includes(upheld)) return undefined;
  const { upheldReading: reading } = decisions;
  return together(joined, upheld, halves, reading === undefined ? {} : { reading });
}

function same(joined: JoinedCases, step: StepName): JoinedCases | undefined {
  const halves = joined.payments.map((one) => (isReadyFor(one, step) ? step : undefined));
  return together(joined, step, halves);
}

/** Tells payment cases that wait for their bill what the issued version comes to. */
function billing(joined: JoinedCases, { bill }: JointDecisions): JoinedCases | undefined {
  const { energy, payments } = joined;
  const issued = whereabouts(energy).issued;
  const waits = payments.map((one) => whereabouts(one).billing !== undefined);
  if (issued === undefined || !waits.includes(true)) return undefined;
  const amounts = bill(energy, issued.v ?? 0);
  return {
    energy,
    payments: payments.map((payment, index) => {
      if (waits[index] !== true) return payment;
      const first = (issued.v ?? 0) === 0;
      return continueCase(payment, [
        { place: 'bill', token: { amountPico: amounts[index] ?? 0n } },
        message('issueEvent'),
        // What was returned to the payer is there to pay with.
        ...(first ? [] : [{ place: 'payment', token: { amountPico: 0n } }]),
      ]);
    }),
  };
}

/**
 * Takes the steps that the cases take together for as long as all of them are ready: billing,
 * corrections, re-settlement, closing. Manual closing is a person's: see {@link closeManually}.
 */
export function advanceJointly(joined: JoinedCases, decisions: JointDecisions): JoinedCases {
  let now = joined;
  for (;;) {
    const next =
      billing(now, decisions) ??
      correction(now, 'correctLate', 'correctUpheld', decisions) ??
      correction(now, 'escalateLate', 'escalateUpheld', decisions) ??
      same(now, 'resettle') ??
      same(now, 'close');
    if (next === undefined) return now;
    now = next;
  }
}

/** A person closes cases that no correction is left for; the cases unchanged if they are not ready. */
export function closeManually(joined: JoinedCases): JoinedCases {
  return same(joined, 'closeManually') ?? joined;
}
