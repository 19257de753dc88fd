import type { EpochMs, Pico } from '@microgrid/units';
import type { Ledger } from '../ledger/ledger.js';
import type { PostedTransfer, Transfer } from '../ledger/transfer.js';
import type { BankItem } from './bank-report.js';
import type { MemberPayment } from './member-payment.js';
import { readEndToEndId } from './payment-instruction.js';

/**
 * What came of a bank item:
 * - `held`: booked; counts when the other bank can no longer return it
 * - `confirmed`: paid, in full or in part; `overpaid`: more than was due, the rest stands to the member's credit
 * - `rejected`, `returned`: the attempt failed; the case tries again or goes to arrears
 * - `returned-after-payment`: taken back after it counted: the ledger has reversed it, somebody has to collect it again
 * - `late`: an answer to an attempt that is over
 * - `duplicate`: told before; `announced`: not booked yet
 * - `without-reference`, `unknown-reference`, `other-currency`: no payment of this run
 * - `unanswered`: an order without an answer keeps the next one back
 */
export type PaymentFindingKind =
  | 'held'
  | 'confirmed'
  | 'overpaid'
  | 'rejected'
  | 'returned'
  | 'returned-after-payment'
  | 'late'
  | 'duplicate'
  | 'announced'
  | 'without-reference'
  | 'unknown-reference'
  | 'other-currency'
  | 'unanswered';

/** Something to know about a payment. */
export interface PaymentFinding {
  readonly finding: PaymentFindingKind;
  readonly endToEndId?: string;
  readonly member?: string;
  readonly amountPico?: Pico;
  /** ISO reason code of the bank. */
  readonly reason?: string;
  /** Where it stands: message, its id and line. */
  readonly source?: string;
  readonly says: string;
  /** Whether somebody has to look at it. */
  readonly needsPerson: boolean;
}

/** A booking of money of a payment. */
interface Booking {
  readonly item: BankItem & { readonly endToEndId: string; readonly amountPico: Pico };
  state: 'held' | 'counted' | 'returned';
  /** Ledger transfers that it was counted by. */
  transfers: readonly string[];
}

/** What matching needs from the course of time. */
export interface MatchingOptions {
  readonly returnWindowMs: number;
  readonly later: (atMs: EpochMs, act: () => void) => void;
}

/** Matches what the bank says with the payments of a run by end-to-end id, each booking once. */
export class BankMatching {
  readonly findings: PaymentFinding[] = [];
  private readonly byKey: ReadonlyMap<string, MemberPayment>;
  private readonly seen = new Map<string, BankItem[]>();
  private readonly bookings: Booking[] = [];
  private readonly answered = new Set<string>();

  constructor(
    payments: readonly MemberPayment[],
    private readonly ledger: Ledger,
    private readonly options: MatchingOptions,
  ) {
    this.byKey = new Map(payments.map((payment) => [payment.key, payment]));
  }

  /** Whether the bank has said what became of an order. */
  isAnswered(endToEndId: string): boolean {
    return this.answered.has(endToEndId);
  }

  /** Whether money of a statement is booked but may still be returned. */
  isHeld(key: string): boolean {
    return this.bookings.some(
      ({ state, item }) => state === 'held' && readEndToEndId(item.endToEndId)?.key === key,
    );
  }

  tell(finding: PaymentFinding): void {
    this.findings.push(finding);
  }

  /** Takes one item, at the instant it happened. */
  take(item: BankItem, nowMs: EpochMs): void {
    const { endToEndId, kind } = item;
    if (kind === 'accepted') return;
    const place = endToEndId === undefined ? undefined : readEndToEndId(endToEndId);
    const payment = place && this.byKey.get(place.key);
    if (endToEndId === undefined || place === undefined || payment === undefined) {
      const finding = endToEndId === undefined ? 'without-reference' : 'unknown-reference';
      this.tellItem(finding, item, 'no payment of this run', finding === 'unknown-reference');
      return;
    }
    if (kind !== 'rejected' && !item.booked) {
      this.tellItem('announced', item, 'not booked yet: it moves nothing', false, payment);
    } else if (this.isDuplicate(item, endToEndId)) {
      this.tellItem('duplicate', item, 'told before: it moves nothing again', false, payment);
    } else if (kind === 'rejected') {
      this.answered.add(endToEndId);
      this.refuse(payment, item, 'rejected', nowMs);
    } else if (item.currency !== payment.payment.currency) {
      this.tellItem('other-currency', item, `expected ${payment.payment.currency}`, true, payment);
    } else {
      this.answered.add(endToEndId);
      this.book(payment, { ...item, endToEndId, amountPico: item.amountPico ?? 0n }, nowMs);
    }
  }

  /**
   * The same booking told again, by the same message twice or by notification and statement: the same
   * reference of the bank, or the same amount where one of them names none.
   */
  private isDuplicate(item: BankItem, endToEndId: string): boolean {
    const key = `${endToEndId} ${item.kind}`;
    const known = this.seen.get(key) ?? [];
    const again = known.some((one) =>
      item.kind === 'rejected'
        ? true
        : one.reference !== undefined && item.reference !== undefined
          ? one.reference === item.reference
          : one.amountPico === item.amountPico,
    );
    if (!again) this.seen.set(key, [...known, item]);
    return again;
  }

  private book(payment: MemberPayment, item: Booking['item'], nowMs: EpochMs): void {
    const towards = payment.direction === 'collect' ? 'in' : 'out';
    if (item.kind !== towards || item.returned) {
      this.takeBack(payment, item, nowMs);
      return;
    }
    if (item.amountPico === 0n) {
      this.tellItem('late', item, 'an amount of 0 moves nothing', false, payment);
      return;
    }
    const booking: Booking = { item, state: 'held', transfers: [] };
    this.bookings.push(booking);
    this.tellItem('held', item, 'booked; counts when it can no longer be returned', false, payment);
    const finalMs = nowMs + this.options.returnWindowMs;
    this.options.later(finalMs, () => {
      if (booking.state === 'held') this.count(payment, booking, finalMs);
    });
  }

  private count(payment: MemberPayment, booking: Booking, nowMs: EpochMs): void {
    const { item } = booking;
    const reference = `${item.endToEndId} ${item.reference ?? 'without reference'}`;
    const taken = payment.pay(item.amountPico, reference, nowMs);
    booking.state = 'counted';
    booking.transfers = taken.transfers;
    if (taken.collectedPico > 0n) {
      // Payer and payee are told by the same booking: what left one account arrived at the other.
      payment.tell('creditConfirmation', { amountPico: taken.collectedPico }, nowMs);
    }
    const rest = payment.due > 0n ? 'paid in part' : 'paid';
    this.tellItem('confirmed', item, rest, false, payment);
    if (taken.excessPico === 0n) return;
    const says = 'more than was due: the rest stands to the member’s credit';
    this.tellItem('overpaid', { ...item, amountPico: taken.excessPico }, says, true, payment);
  }

  private takeBack(payment: MemberPayment, item: Booking['item'], nowMs: EpochMs): void {
    const own = this.bookings.filter(
      (one) => one.item.endToEndId === item.endToEndId && one.state !== 'returned',
    );
    const booking =
      own.find((one) => one.item.amountPico === item.amountPico && one.state === 'held') ??
      own.find((one) => one.item.amountPico === item.amountPico) ??
      own[0];
    if (booking?.state === 'counted') {
      this.reverse(booking, item, nowMs);
      booking.state = 'returned';
      const says = 'taken back after it counted as paid: reversed in the ledger and owed again';
      this.tellItem('returned-after-payment', item, says, true, payment);
      return;
    }
    if (booking !== undefined) booking.state = 'returned';
    this.refuse(payment, item, 'returned', nowMs);
  }

  /** A failed order fails the attempt it belongs to. */
  private refuse(
    payment: MemberPayment,
    item: BankItem,
    finding: 'rejected' | 'returned',
    nowMs: EpochMs,
  ): void {
    const place = readEndToEndId(item.endToEndId ?? '');
    if (payment.attempt === undefined || place?.attempt !== payment.attempt) {
      this.tellItem('late', item, `${finding}, but its attempt is over`, false, payment);
      return;
    }
    payment.tell('refusal', { reason: item.reason ?? finding }, nowMs);
    this.tellItem(finding, item, 'the attempt failed', false, payment);
  }

  /** Reverses, newest first, as much as came back. */
  private reverse(booking: Booking, item: Booking['item'], nowMs: EpochMs): void {
    let left = item.amountPico;
    const chain: PostedTransfer[] = [];
    for (const id of [...booking.transfers].reverse()) {
      const moved = movementOf(this.ledger, this.ledger.transfer(id));
      if (moved === undefined || left === 0n) continue;
      const amount = moved.amount < left ? moved.amount : left;
      left -= amount;
      chain.push({
        id: `${id}/returned`,
        phase: 'posted',
        debit: moved.credit,
        credit: moved.debit,
        commodity: moved.commodity,
        amount,
        reverses: id,
        reference: `${item.endToEndId} ${item.reason ?? 'returned'}`,
      });
    }
    this.ledger.mustPost(
      chain.map((one, index) => ({ ...one, linked: index < chain.length - 1 })),
      nowMs,
    );
  }

  private tellItem(
    finding: PaymentFindingKind,
    item: BankItem,
    says: string,
    needsPerson: boolean,
    payment?: MemberPayment,
  ): void {
    const { endToEndId, amountPico, reason } = item;
    this.tell({
      finding,
      ...(endToEndId !== undefined && { endToEndId }),
      ...(payment && { member: payment.member }),
      ...(amountPico !== undefined && { amountPico }),
      ...(reason !== undefined && { reason }),
      source: `${item.message} ${item.messageId}, line ${item.line}`,
      says,
      needsPerson,
    });
  }
}

/** What a transfer moved for good. */
function movementOf(
  ledger: Ledger,
  transfer: Transfer | undefined,
): Pick<PostedTransfer, 'debit' | 'credit' | 'commodity' | 'amount'> | undefined {
  if (transfer?.phase === 'posted') return transfer;
  if (transfer?.phase !== 'post') return undefined;
  const pending = ledger.transfer(transfer.pendingId);
  return pending?.phase === 'pending'
    ? { ...pending, amount: transfer.amount ?? pending.amount }
    : undefined;
}
