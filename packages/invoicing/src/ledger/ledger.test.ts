import fc from 'fast-check';
import { isInvoicingError } from '../invoicing-error.js';
import { Ledger } from './ledger.js';
import { readLedger, renderLedger } from './ledger-text.js';
import { reversalOf } from './reversal.js';
import type { PostedTransfer, Transfer, TransferOutcome } from './transfer.js';

const scale = Number(process.env['MICROGRID_TEST_SCALE'] ?? 1);
const ACCOUNTS = ['a', 'b', 'c', 'd'];

function opened(): Ledger {
  const ledger = new Ledger();
  for (const id of ACCOUNTS) ledger.open({ id }, 0);
  ledger.open({ id: 'purse', limit: 'debits' }, 0);
  return ledger;
}

function posted(id: string, more: Partial<PostedTransfer> = {}): PostedTransfer {
  return {
    id,
    phase: 'posted',
    debit: 'a',
    credit: 'b',
    commodity: 'EUR',
    amount: 10n,
    ...more,
  };
}

/** Debits less credits of all accounts by commodity: 0 in a ledger that holds. */
function differences(ledger: Ledger): Record<string, bigint> {
  const totals: Record<string, bigint> = {};
  for (const { commodity, sums } of ledger.balances()) {
    totals[`${commodity} posted`] =
      (totals[`${commodity} posted`] ?? 0n) + sums.debitsPosted - sums.creditsPosted;
    totals[`${commodity} pending`] =
      (totals[`${commodity} pending`] ?? 0n) + sums.debitsPending - sums.creditsPending;
  }
  return totals;
}

interface Step {
  readonly waitMs: number;
  readonly batch: readonly Transfer[];
}

const ids = fc.integer({ min: 0, max: 30 }).map((number) => `t${number}`);
const transfers: fc.Arbitrary<Transfer> = fc
  .record({
    id: ids,
    phase: fc.constantFrom('posted', 'posted', 'pending', 'pending', 'post', 'void'),
    debit: fc.constantFrom(...ACCOUNTS, 'purse', 'nobody'),
    credit: fc.constantFrom(...ACCOUNTS, 'purse'),
    commodity: fc.constantFrom('EUR', 'EUR', 'kWh', 'euro'),
    amount: fc.oneof(
      fc.bigInt({ min: 0n, max: 20n }),
      fc.bigInt({ min: 2n ** 60n, max: 2n ** 90n }),
    ),
    other: ids,
    lapses: fc.option(fc.integer({ min: 1, max: 40 })),
    reverses: fc.boolean(),
    linked: fc.boolean(),
    whole: fc.boolean(),
  })
  .map(({ id, phase, other, lapses, reverses, linked, whole, ...movement }): Transfer => {
    if (phase === 'posted') {
      return { id, linked, phase, ...movement, ...(reverses && { reverses: other }) };
    }
    if (phase === 'pending') {
      return { id, linked, phase, ...movement, ...(lapses !== null && { expiresAtMs: lapses }) };
    }
    return phase === 'void'
      ? { id, linked, phase, pendingId: other }
      : {
          id,
          linked,
          phase: 'post',
          pendingId: other,
          ...(!whole && { amount: movement.amount }),
        };
  });
const histories: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    waitMs: fc.nat({ max: 3 }),
    batch: fc.array(transfers, { minLength: 1, maxLength: 6 }),
  }),
  { minLength: 1, maxLength: 12 },
);

/** Runs a history, telling each step's outcomes; the ledger is checked by `after`. */
function live(
  steps: readonly Step[],
  after: (ledger: Ledger, outcomes: TransferOutcome[], step: Step, atMs: number) => void = () =>
    undefined,
): Ledger {
  const ledger = opened();
  let atMs = 0;
  for (const step of steps) {
    atMs += step.waitMs;
    after(ledger, ledger.post(step.batch, atMs), step, atMs);
  }
  return ledger;
}

describe('a ledger', () => {
  test('conserves: whatever is sent, debits equal credits per commodity, and only what was created counts', () => {
    const seen = new Set<TransferOutcome>();
    fc.assert(
      fc.property(histories, (steps) => {
        live(steps, (ledger, outcomes, { batch }) => {
          expect(outcomes).toHaveLength(batch.length);
          outcomes.forEach((outcome) => seen.add(outcome));
          for (const difference of Object.values(differences(ledger))) expect(difference).toBe(0n);
          for (const { sums, account } of ledger.balances()) {
            for (const sum of Object.values(sums) as bigint[]) expect(sum >= 0n).toBe(true);
            if (account === 'purse') {
              expect(sums.debitsPosted + sums.debitsPending <= sums.creditsPosted).toBe(true);
            }
          }
          // What is set aside is exactly what waits.
          const waiting = ledger.outstanding().reduce((sum, { amount }) => sum + amount, 0n);
          const pending = ledger.balances().reduce((sum, one) => sum + one.sums.debitsPending, 0n);
          expect(pending).toBe(waiting);
        });
      }),
      { numRuns: 300 * scale },
    );
    // Not vacuous: most outcomes were met on the way.
    for (const outcome of ['created', 'linked-transfer-failed', 'exceeds-balance']) {
      expect(seen).toContain(outcome);
    }
    expect(seen.size).toBeGreaterThan(10);
  });

  test('is append-only and replays to itself, from its text too; a changed record is found', () => {
    fc.assert(
      fc.property(histories, fc.nat(), (steps, pick) => {
        const lengths: number[] = [];
        const ledger = live(steps, ({ records }) => lengths.push(records.length));
        expect(lengths).toEqual([...lengths].sort((a, b) => a - b));
        const text = renderLedger(ledger.records);
        const again = readLedger(text);
        expect(again.records).toEqual(ledger.records);
        expect(again.balances()).toEqual(ledger.balances());
        expect(renderLedger(again.records)).toBe(text);
        const moved = ledger.records.findIndex(
          ({ kind }, index) => kind === 'transfer' && index >= pick % ledger.records.length,
        );
        const record = ledger.records[moved];
        if (record?.kind !== 'transfer' || record.transfer.phase !== 'posted') return;
        const forged = {
          ...record,
          transfer: { ...record.transfer, credit: record.transfer.debit },
        };
        expect(() =>
          Ledger.replay(ledger.records.map((one, index) => (index === moved ? forged : one))),
        ).toThrow('the records were changed');
      }),
      { numRuns: 200 * scale },
    );
  });

  test('is idempotent: the same batch again changes nothing', () => {
    fc.assert(
      fc.property(histories, (steps) => {
        live(steps, (ledger, outcomes, { batch }, atMs) => {
          const count = ledger.records.length;
          const before = ledger.balances();
          const again = ledger.post(batch, atMs);
          const changed = again.some((outcome, index) => {
            return outcome === 'created' && outcomes[index] === 'created';
          });
          expect(changed).toBe(false);
          if (outcomes.every((outcome) => outcome === 'created')) {
            expect(again.every((outcome) => outcome === 'exists')).toBe(true);
            expect(ledger.records).toHaveLength(count);
            expect(ledger.balances()).toEqual(before);
          }
        });
      }),
      { numRuns: 150 * scale },
    );
  });

  test('a reversal restores every balance, once', () => {
    fc.assert(
      fc.property(fc.array(transfers, { minLength: 1, maxLength: 20 }), (batch) => {
        const ledger = opened();
        for (const one of batch) ledger.post([one], 0);
        const nets = (): string[] =>
          ledger
            .balances()
            .map(
              ({ account, commodity }) =>
                `${account} ${commodity} ${ledger.net(account, commodity)}`,
            )
            .sort();
        const before = nets();
        const more = [
          posted('x1', { amount: 7n }),
          posted('x2', { commodity: 'kWh', debit: 'c', credit: 'd', amount: 2n ** 70n }),
        ];
        ledger.mustPost(more, 0);
        expect(nets()).not.toEqual(before);
        const reversal = reversalOf(more, 'undo');
        ledger.mustPost(reversal, 0);
        const after = nets().filter((text) => !text.endsWith(' 0'));
        expect(after).toEqual(before.filter((text) => !text.endsWith(' 0')));
        // Again it is the same reversal; another one has nothing left to take back.
        expect(ledger.post(reversal, 0)).toEqual(['exists', 'exists']);
        expect(ledger.post(reversalOf(more, 'undo more'), 0)).toContain(
          'exceeds-reversible-amount',
        );
      }),
      { numRuns: 100 * scale },
    );
  });

  test('holds a pending amount apart until it is posted in part, voided or too old', () => {
    const ledger = opened();
    const pending = (id: string, more = {}): Transfer => ({
      ...posted(id),
      phase: 'pending',
      ...more,
    });
    expect(
      ledger.post([pending('p1'), pending('p2'), pending('p3', { expiresAtMs: 50 })], 1),
    ).toEqual(['created', 'created', 'created']);
    expect(ledger.balance('a', 'EUR')).toEqual({
      debitsPosted: 0n,
      creditsPosted: 0n,
      debitsPending: 30n,
      creditsPending: 0n,
    });
    expect(
      ledger.post(
        [
          { id: 'q1', phase: 'post', pendingId: 'p1', amount: 4n },
          { id: 'q2', phase: 'void', pendingId: 'p2' },
        ],
        49,
      ),
    ).toEqual(['created', 'created']);
    expect(ledger.net('a', 'EUR')).toBe(4n);
    expect(ledger.outstanding().map(({ id }) => id)).toEqual(['p3']);
    expect(ledger.post([{ id: 'q3', phase: 'post', pendingId: 'p3' }], 50)).toEqual([
      'pending-expired',
    ]);
    expect(ledger.records.at(-1)).toEqual({ kind: 'expired', atMs: 50, pendingId: 'p3' });
    expect(ledger.balance('b', 'EUR')).toEqual({
      debitsPosted: 0n,
      creditsPosted: 4n,
      debitsPending: 0n,
      creditsPending: 0n,
    });
    // What a pending one posted can be taken back like any other.
    const reversal = posted('r', { debit: 'b', credit: 'a', amount: 4n, reverses: 'q1' });
    expect(ledger.post([reversal], 51)).toEqual(['created']);
    expect(ledger.net('a', 'EUR')).toBe(0n);
  });

  test('takes a linked chain whole or not at all', () => {
    const ledger = opened();
    const chain = [
      posted('one', { linked: true }),
      posted('two', { linked: true, debit: 'nobody' }),
      posted('three'),
    ];
    expect(ledger.post([...chain, posted('four')], 0)).toEqual([
      'linked-transfer-failed',
      'debit-account-not-found',
      'linked-transfer-failed',
      'created',
    ]);
    expect(ledger.net('a', 'EUR')).toBe(10n);
    expect(ledger.transfer('one')).toBeUndefined();
    expect(ledger.post([posted('five', { linked: true })], 0)).toEqual(['linked-chain-open']);
  });

  test.each<[TransferOutcome, Transfer]>([
    ['id-invalid', posted('')],
    ['exists-with-other-content', posted('known', { amount: 11n })],
    ['amount-not-positive', posted('new', { amount: 0n })],
    ['amount-not-positive', posted('new', { amount: -1n, commodity: 'x' })],
    ['commodity-invalid', posted('new', { commodity: 'kwh' })],
    ['accounts-equal', posted('new', { debit: 'b' })],
    ['credit-account-not-found', posted('new', { credit: 'nobody' })],
    ['already-expired', { ...posted('new'), phase: 'pending', expiresAtMs: 5 }],
    ['pending-not-found', { id: 'new', phase: 'void', pendingId: 'unknown' }],
    ['not-pending', { id: 'new', phase: 'post', pendingId: 'known' }],
    ['pending-already-posted', { id: 'new', phase: 'void', pendingId: 'p' }],
    ['pending-already-voided', { id: 'new', phase: 'post', pendingId: 'v' }],
    ['exceeds-pending-amount', { id: 'new', phase: 'post', pendingId: 'w', amount: 11n }],
    ['reversed-not-found', posted('new', { reverses: 'unknown' })],
    ['reversal-does-not-mirror', posted('new', { reverses: 'known' })],
    [
      'exceeds-reversible-amount',
      posted('new', { reverses: 'known', debit: 'b', credit: 'a', amount: 11n }),
    ],
    ['exceeds-balance', posted('new', { debit: 'purse', amount: 1n })],
  ])('refuses with %s and stays as it was', (outcome, transfer) => {
    const ledger = opened();
    const pending = (id: string): Transfer => ({ ...posted(id), phase: 'pending' });
    ledger.mustPost(
      [
        posted('known'),
        pending('p'),
        pending('v'),
        pending('w'),
        { id: 'p1', phase: 'post', pendingId: 'p' },
        { id: 'v1', phase: 'void', pendingId: 'v' },
      ],
      5,
    );
    const before = ledger.balances();
    expect(ledger.post([transfer], 5)).toEqual([outcome]);
    expect(ledger.balances()).toEqual(before);
    expect(() => {
      ledger.mustPost([transfer], 5);
    }).toThrow(outcome);
  });

  test('refuses what is no account, no time and no record', () => {
    const ledger = opened();
    ledger.advance(9);
    for (const bad of [
      () => {
        ledger.open({ id: ' a' }, 9);
      },
      () => {
        ledger.open({ id: 'purse' }, 9);
      },
      () => ledger.post([], 8),
      () => readLedger('{"kind":"transfer"}\n'),
      () => readLedger('nothing\n'),
    ]) {
      let code = '';
      try {
        bad();
      } catch (error) {
        code = isInvoicingError(error) ? error.code : String(error);
      }
      expect(code).toBe('bad-ledger');
    }
  });
});
