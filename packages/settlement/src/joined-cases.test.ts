import { createHash } from 'node:crypto';
import { parseCommunity } from '@microgrid/community';
import { replay, tokensIn, type Journal, type RunInput } from '@microgrid/petri';
import type { IntervalReading, IssuedCase, SupersededVersion } from './energy-case.js';
import { contractParameters, energyMarking, energyNet } from './energy-net.js';
import { advanceJointly, closeManually, type Billing, type JoinedCases } from './joined-cases.js';
import { paymentMarking, paymentNet } from './payment-net.js';
import {
  beginCase,
  caseJournal,
  continueCase,
  whereabouts,
  type RunningCase,
} from './running-case.js';
import { settlementContract } from './settlement-contract.js';

const START_MS = Date.UTC(2026, 5, 21, 12);
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const hash = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest();

const contract = settlementContract(
  parseCommunity(
    JSON.stringify({
      schema: 'microgrid/community/1',
      id: 'three',
      name: 'Three homes',
      timeZone: 'Europe/Lisbon',
      resolution: 'PT60M',
      currency: 'EUR',
      netting: 'interval',
      sharingKey: { type: 'proportional' },
      prices: { import: '0.25', export: '0.05', internal: '0.12' },
      transformer: { limitKilovoltAmperes: '2' },
      members: ['a', 'b', 'c'].map((id) => ({ id, meteringPoints: [{ id }] })),
    }),
  ),
  { startMs: START_MS, endMs: START_MS + HOUR_MS },
);
const parameters = contractParameters(contract, { corrections: 1, retries: 1, disputes: 1 });

function reading(imports: number[], exports: number[]): IntervalReading {
  return {
    accepted: true,
    importMilliwattHours: Float64Array.from(imports),
    exportMilliwattHours: Float64Array.from(exports),
  };
}

const FIRST = reading([3_000_000, 1_000_000, 0], [0, 0, 2_500_000]);
const CORRECTED = reading([2_000_000, 1_500_000, 100_000], [0, 100_000, 2_500_000]);

function column(energy: RunningCase, place: string): Float64Array {
  return tokensIn(energy.marking, place)[0] as Float64Array;
}

/** a and b pay for what they took: shared energy to c, the rest to the supplier. */
const bill: Billing = (energies) =>
  [0, 1].map((point) =>
    energies.reduce(
      (sum, energy) =>
        sum +
        BigInt(column(energy, 'sharedIn')[point] ?? 0) * 120_000n +
        BigInt(column(energy, 'residual')[point] ?? 0) * 250_000n,
      0n,
    ),
  );

function begin(options: { cash?: bigint; fund?: bigint; intervals?: number } = {}): JoinedCases {
  const net = energyNet(contract, parameters);
  const payments = paymentNet(parameters);
  const { cash = 0n, fund = 0n, intervals = 1 } = options;
  return {
    energies: Array.from({ length: intervals }, (_, index) =>
      beginCase(net, energyMarking(net, contract, START_MS + index * HOUR_MS, START_MS)),
    ),
    payments: ['a', 'b'].map((payer) =>
      beginCase(
        payments,
        paymentMarking(
          payments,
          { statement: `three/${payer}`, payer, payee: 'c', currency: 'EUR' },
          { payerCashPico: cash, fundPico: fund, nowMs: START_MS },
        ),
      ),
    ),
  };
}

function advance(joined: JoinedCases): JoinedCases {
  return advanceJointly(joined, { bill });
}

function energyInput(joined: JoinedCases, input: RunInput, at = 0): JoinedCases {
  const energies = joined.energies.map((energy, index) =>
    index === at ? continueCase(energy, [input]) : energy,
  );
  return advance({ ...joined, energies });
}

/** The only interval's case. */
const energyOf = ({ energies }: JoinedCases): RunningCase => energies[0] as RunningCase;

function paymentInput(
  joined: JoinedCases,
  inputs: (payment: RunningCase, index: number) => readonly RunInput[],
): JoinedCases {
  const payments = joined.payments.map((one, index) => continueCase(one, inputs(one, index)));
  return advance({ ...joined, payments });
}

function amount({ marking }: RunningCase, place: string): bigint {
  return tokensIn(marking, place)[0] as bigint;
}

/** Everybody pays what is due and is credited. */
function payAll(joined: JoinedCases): JoinedCases {
  const paid = paymentInput(joined, (payment) => [
    { place: 'payment', token: { amountPico: amount(payment, 'due') } },
  ]);
  return paymentInput(paid, (payment) => [
    { place: 'creditConfirmation', token: { amountPico: amount(payment, 'escrow') } },
  ]);
}

function at(joined: JoinedCases, nowMs: number): JoinedCases {
  return advance({
    energies: joined.energies.map((one) => continueCase(one, [{ nowMs }])),
    payments: joined.payments.map((one) => continueCase(one, [{ nowMs }])),
  });
}

function stands(running: RunningCase): string[] {
  return Object.entries(whereabouts(running)).map(([place, token]) =>
    [place, token.v, token.a].filter((part) => part !== undefined).join('.'),
  );
}

/** What the effects moved in all: reversals count against what they take back. */
function ledger({ effects }: RunningCase): Record<string, bigint> {
  const totals: Record<string, bigint> = {};
  const add = (account: string, value: bigint): void => {
    totals[account] = (totals[account] ?? 0n) + value;
  };
  for (const { moved = {} } of effects) {
    const of = (move: string): bigint => moved[move] ?? 0n;
    add('payer', of('collect') - of('returnToPayer'));
    add('fund', of('cover') - of('returnToFund'));
    add('deferred', of('defer') - of('cancelDeferred'));
    add('payee', of('transfer') - of('returnToPayer') - of('returnToFund'));
  }
  return totals;
}

/** A journal of inputs repeats the case: the same markings and hashes, and it stops where it was changed. */
function expectReplays(running: RunningCase): void {
  const journal = caseJournal(running, { hash });
  const again = replay(running.net, journal, { hash });
  if (!again.ok) throw new Error(again.message);
  expect(again.marking).toEqual(running.marking);
  const index = Math.floor(journal.entries.length / 2);
  const entries = journal.entries.map((entry, position) =>
    position === index ? { ...entry, markingHash: '0'.repeat(64) } : entry,
  );
  const changed: Journal = { ...journal, entries };
  const result = replay(running.net, changed, { hash });
  expect(result.ok).toBe(false);
  if (!result.ok) expect(result.difference).toMatchObject({ index, what: 'markingHash' });
}

function expectAllReplay(joined: JoinedCases): void {
  for (const running of [...joined.energies, ...joined.payments]) expectReplays(running);
}

const issuedOnce = (options = {}): JoinedCases =>
  energyInput(begin(options), { place: 'reading', token: FIRST });

describe('the cases of one interval', () => {
  test('are billed, paid, credited and closed when the window is over', () => {
    let joined = issuedOnce();
    expect(stands(energyOf(joined))).toEqual(['issued.0']);
    expect(stands(joined.payments[0] as RunningCase)).toEqual([
      'awaitingPayment.0.0',
      'awaitingCredit.0',
      'issued.0',
    ]);
    // The transformer lets 2 kWh through: 1.5 and 0.5 shared, 1.5 and 0.5 from the supplier.
    expect(joined.payments.map((one) => amount(one, 'due'))).toEqual([
      555_000_000_000n,
      185_000_000_000n,
    ]);
    joined = payAll(joined);
    expect(stands(joined.payments[1] as RunningCase)).toEqual(['settled.0', 'issued.0']);
    joined = at(joined, START_MS + parameters.correctionWindowMs);
    for (const running of [...joined.energies, ...joined.payments])
      expect(stands(running)).toEqual(['closed']);
    expectAllReplay(joined);
  });

  test('late readings: the version is taken back exactly and the next is what a fresh run gives', () => {
    let joined = issuedOnce();
    const before = { ...ledger(joined.payments[0] as RunningCase) };
    joined = energyInput(joined, { place: 'reading', token: CORRECTED });
    // Not before the payments are settled.
    expect(stands(energyOf(joined))).toEqual(['issued.0']);
    joined = payAll(joined);
    expect(stands(energyOf(joined))).toEqual(['issued.1']);
    const fresh = energyInput(begin(), { place: 'reading', token: CORRECTED });
    for (const place of ['sharedIn', 'sharedOut', 'residual', 'surplus', 'nettedImport'])
      expect(column(energyOf(joined), place)).toEqual(column(energyOf(fresh), place));
    const issued = (running: RunningCase): IssuedCase | undefined =>
      whereabouts(running).issued?.data as IssuedCase | undefined;
    expect(issued(energyOf(joined))?.shared).toBe(issued(energyOf(fresh))?.shared);
    const [superseded] = tokensIn(energyOf(joined).marking, 'superseded') as SupersededVersion[][];
    expect(superseded).toEqual([
      {
        version: 0,
        importMilliwattHours: FIRST.importMilliwattHours,
        exportMilliwattHours: FIRST.exportMilliwattHours,
      },
    ]);
    joined = payAll(joined);
    const settled = payAll(fresh);
    // Postings of both versions and the reversal between them sum to what a fresh run posts.
    expect(joined.payments.map(ledger)).toEqual(settled.payments.map(ledger));
    expect(ledger(joined.payments[0] as RunningCase)).not.toEqual(before);
    // The first version's effects stand as they were.
    const shares = (joined.payments[0] as RunningCase).effects.filter(
      ({ step }) => step === 'match',
    );
    expect(shares.map(({ moved }) => moved?.['share'])).toEqual([
      555_000_000_000n,
      bill(fresh.energies, 0)[0],
    ]);
    expectAllReplay(joined);
  });

  test('a failed payment is tried again, then covered by the fund, the rest deferred', () => {
    let joined = issuedOnce({ fund: 100_000_000_000n });
    joined = paymentInput(joined, (_, index) =>
      index === 0
        ? [{ place: 'refusal', token: { reason: 'no cover' } }]
        : [{ place: 'payment', token: { amountPico: 185_000_000_000n } }],
    );
    expect(stands(joined.payments[0] as RunningCase)).toContain('awaitingPayment.0.1');
    joined = paymentInput(joined, (_, index) =>
      index === 0 ? [{ place: 'payment', token: { amountPico: 55_000_000_000n } }] : [],
    );
    joined = at(joined, START_MS + parameters.paymentTimeoutMs);
    const [first] = joined.payments as [RunningCase];
    expect(stands(first)).toContain('paid.0');
    expect(ledger(first)).toMatchObject({
      payer: 55_000_000_000n,
      fund: 100_000_000_000n,
      deferred: 400_000_000_000n,
    });
    joined = paymentInput(joined, (payment) => [
      { place: 'creditConfirmation', token: { amountPico: amount(payment, 'escrow') } },
    ]);
    for (const payment of joined.payments) expect(stands(payment)).toContain('settled.0');
    expectAllReplay(joined);
  });

  test('a dispute: rejected it counts; upheld it corrects; without correction left a person closes', () => {
    let joined = payAll(issuedOnce());
    const dispute = (place: string) =>
      paymentInput(joined, (_, index) =>
        index === 1 ? [{ place, token: { reason: 'meter' } }] : [],
      );
    joined = dispute('dispute');
    joined = at(joined, START_MS + 2 * parameters.correctionWindowMs);
    // An open dispute keeps everything open.
    expect(stands(energyOf(joined))).toEqual(['issued.0']);
    const approved = joined.payments.map((one, index) =>
      index === 1
        ? continueCase(one, [{ place: 'disputeApproval', token: { reason: 'meter' } }])
        : one,
    );
    joined = advanceJointly(
      { ...joined, payments: approved },
      { bill, upheldReadings: [CORRECTED] },
    );
    expect(stands(energyOf(joined))).toEqual(['issued.1']);
    expect(column(energyOf(joined), 'sharedIn')).not.toEqual(new Float64Array(3));
    joined = payAll(joined);
    // R = 1 is used up: late readings now call for a person.
    joined = energyInput(joined, { place: 'reading', token: FIRST });
    for (const running of [...joined.energies, ...joined.payments])
      expect(stands(running)).toEqual(['manual']);
    // What came too late is kept for that person.
    expect(tokensIn(energyOf(joined).marking, 'unsettledReadings')).toEqual([[FIRST]]);
    joined = closeManually(joined);
    for (const running of [...joined.energies, ...joined.payments])
      expect(stands(running)).toEqual(['closed']);
    expectAllReplay(joined);
  });

  test('without readings a substitute is taken when time is up, and late readings correct it', () => {
    let joined = begin();
    joined = energyInput(joined, { place: 'profile', token: FIRST });
    expect(stands(energyOf(joined))).toEqual(['waitingForData']);
    joined = at(joined, START_MS + parameters.substituteAfterMs);
    expect(stands(energyOf(joined))).toEqual(['issued.0']);
    joined = payAll(energyInput(joined, { place: 'reading', token: CORRECTED }));
    expect(stands(energyOf(joined))).toEqual(['issued.1']);
    expect(energyOf(joined).effects.map(({ step }) => step)).toEqual([
      'substitute',
      'issueEvent',
      'correctLate',
      'resettle',
      'issueEvent',
    ]);
    expectAllReplay(joined);
  });

  test('a refused reading waits in quarantine for a repair; time does not close what is not issued', () => {
    let joined = energyInput(begin(), {
      place: 'reading',
      token: { ...FIRST, accepted: false },
    });
    expect(stands(energyOf(joined))).toEqual(['quarantine']);
    joined = at(joined, START_MS + 100 * DAY_MS);
    expect(stands(energyOf(joined))).toEqual(['quarantine']);
    joined = energyInput(joined, { place: 'reading', token: FIRST });
    expect(stands(energyOf(joined))).toEqual(['issued.0']);
    expectAllReplay(joined);
  });

  test('of several intervals are one statement’s: what one of them corrects is billed with all', () => {
    const intervals = 3;
    let joined = begin({ intervals });
    for (let at = 0; at < intervals; at++) {
      joined = energyInput(joined, { place: 'reading', token: FIRST }, at);
      // Nothing is billed before all of them are issued.
      expect(stands(joined.payments[0] as RunningCase).join()).toMatch(
        at < intervals - 1 ? 'billing.0' : 'awaitingPayment.0.0',
      );
    }
    joined = payAll(energyInput(joined, { place: 'reading', token: CORRECTED }, 1));
    expect(joined.energies.map((one) => stands(one))).toEqual(
      Array.from({ length: intervals }, () => ['issued.1']),
    );
    const corrections = joined.energies.map(({ effects }) =>
      effects.map(({ step }) => step).filter((step) => step.startsWith('correct')),
    );
    expect(corrections).toEqual([['correctUpheld'], ['correctLate'], ['correctUpheld']]);
    let fresh = begin({ intervals });
    for (const [at, token] of [FIRST, CORRECTED, FIRST].entries()) {
      fresh = energyInput(fresh, { place: 'reading', token }, at);
    }
    for (const [at, energy] of joined.energies.entries()) {
      for (const place of ['sharedIn', 'sharedOut', 'residual', 'surplus']) {
        expect(column(energy, place)).toEqual(column(fresh.energies[at] as RunningCase, place));
      }
    }
    const settled = payAll(fresh);
    joined = payAll(joined);
    expect(joined.payments.map(ledger)).toEqual(settled.payments.map(ledger));
    // R = 1 is used up: what comes late now is a person's, for all of them.
    joined = energyInput(joined, { place: 'reading', token: FIRST }, 2);
    for (const running of [...joined.energies, ...joined.payments])
      expect(stands(running)).toEqual(['manual']);
    joined = closeManually(joined);
    for (const running of [...joined.energies, ...joined.payments])
      expect(stands(running)).toEqual(['closed']);
    expectAllReplay(joined);
  });
});
