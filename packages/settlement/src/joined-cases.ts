import type { RunInput } from '@microgrid/petri';
import { agreementPlace } from './case-net.js';
import type { IntervalReading } from './energy-case.js';
import { continueCase, isReadyFor, whereabouts, type RunningCase } from './running-case.js';
import type { StepName } from './settlement-net.js';

/**
 * The energy cases of a period's intervals and the payment cases of the statements they are billed on.
 * Together the intervals are one case whose columns go over intervals and points: they are corrected,
 * settled again and closed at once, and have the same version; an interval whose readings stay what they
 * were takes part in a correction with the same readings again.
 */
export interface JoinedCases {
  /** In order of time, at least one. */
  readonly energies: readonly RunningCase[];
  readonly payments: readonly RunningCase[];
}

/** What a version of the settlement comes to for each payment case, in their order. */
export type Billing = (energies: readonly RunningCase[], version: number) => readonly bigint[];

/** What the joint steps ask a person or the settlement for. */
export interface JointDecisions {
  readonly bill: Billing;
  /**
   * The readings that an upheld dispute puts in the place of the disputed ones, by position of their
   * interval; absent: the same again.
   */
  readonly upheldReadings?: readonly (IntervalReading | undefined)[];
}

function message(step: StepName, token: unknown = {}): RunInput {
  return { place: agreementPlace(step), token };
}

/** A case's half of a joint step and the message that goes with it. */
interface Half {
  readonly step: StepName;
  readonly token?: unknown;
}

/** Every case takes its half of a joint step, or none does. */
function together(
  { energies, payments }: JoinedCases,
  energyHalves: readonly (Half | undefined)[],
  paymentHalves: readonly (Half | undefined)[],
): JoinedCases | undefined {
  if (energyHalves.includes(undefined) || paymentHalves.includes(undefined)) return undefined;
  const take = (cases: readonly RunningCase[], halves: readonly (Half | undefined)[]) =>
    cases.map((one, index) => {
      const { step, token } = halves[index] as Half;
      return continueCase(one, [message(step, token)]);
    });
  return { energies: take(energies, energyHalves), payments: take(payments, paymentHalves) };
}

function halfOf(one: RunningCase, steps: readonly StepName[], token?: unknown): Half | undefined {
  const step = steps.find((each) => isReadyFor(one, each, token ?? {}));
  return step === undefined ? undefined : { step, ...(token !== undefined && { token }) };
}

/**
 * A correction's step: late readings of some intervals, the others with the same again; or an upheld
 * dispute, whose payment case has its own half of it.
 */
function correction(
  joined: JoinedCases,
  late: StepName,
  upheld: StepName,
  { upheldReadings = [] }: JointDecisions,
): JoinedCases | undefined {
  const { energies, payments } = joined;
  if (energies.some((energy) => isReadyFor(energy, late))) {
    return together(
      joined,
      energies.map((energy) => halfOf(energy, [late, upheld])),
      payments.map((payment) => halfOf(payment, [late])),
    );
  }
  const halves = payments.map((payment) => halfOf(payment, [upheld, late]));
  if (!halves.some((half) => half?.step === upheld)) return undefined;
  return together(
    joined,
    energies.map((energy, index) => {
      const reading = upheldReadings[index];
      return halfOf(energy, [upheld], reading === undefined ? {} : { reading });
    }),
    halves,
  );
}

function same(joined: JoinedCases, step: StepName): JoinedCases | undefined {
  const halves = (cases: readonly RunningCase[]) => cases.map((one) => halfOf(one, [step]));
  return together(joined, halves(joined.energies), halves(joined.payments));
}

/** Tells payment cases that wait for their bill what the issued version comes to. */
function billing(joined: JoinedCases, { bill }: JointDecisions): JoinedCases | undefined {
  const { energies, payments } = joined;
  const issued = energies.map((energy) => whereabouts(energy).issued);
  const waits = payments.map((one) => whereabouts(one).billing !== undefined);
  if (issued.includes(undefined) || !waits.includes(true)) return undefined;
  const version = issued[0]?.v ?? 0;
  const amounts = bill(energies, version);
  return {
    energies,
    payments: payments.map((payment, index) => {
      if (waits[index] !== true) return payment;
      return continueCase(payment, [
        { place: 'bill', token: { amountPico: amounts[index] ?? 0n } },
        message('issueEvent'),
        // What was returned to the payer is there to pay with.
        ...(version === 0 ? [] : [{ place: 'payment', token: { amountPico: 0n } }]),
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
