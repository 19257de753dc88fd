import type { StatementV1 } from '@microgrid/events';
import type { HashPort } from '@microgrid/journal';
import { paymentNet, type SettlementParameters } from '@microgrid/settlement';
import type { EpochMs, Pico } from '@microgrid/units';
import { InvoicingError } from '../invoicing-error.js';
import { arrearsAccount, LEDGER_ACCOUNTS, memberAccount } from '../ledger/accounts.js';
import { Ledger } from '../ledger/ledger.js';
import { accountsOf, transactionTransfers } from '../ledger/transaction-transfers.js';
import { statementTransactions } from '../transactions.js';
import { compareItems, type BankItem } from './bank-report.js';
import { BankMatching, type PaymentFinding } from './bank-matching.js';
import { MemberPayment } from './member-payment.js';
import { readEndToEndId, type PaymentInstruction } from './payment-instruction.js';

/** An order to the bank: given (`instructed`), or certain not to be carried out (`recalled`). */
interface OrderEvent {
  readonly atMs: EpochMs;
  readonly message: 'instructed' | 'recalled';
  readonly endToEndId: string;
}

/** Something that happened to a statement and that somebody tells. */
export type PaymentEvent = { readonly atMs: EpochMs } & (
  | {
      readonly member: string;
      readonly message: 'payment' | 'creditConfirmation';
      readonly amountPico: Pico;
    }
  | {
      readonly member: string;
      readonly message: 'refusal' | 'dispute' | 'disputeRejection' | 'disputeApproval';
      readonly reason: string;
    }
  | OrderEvent
);

/** What payments of a run need. */
export interface PaymentRunOptions {
  readonly hash: HashPort;
  readonly parameters: SettlementParameters;
  /** When the statements were issued, ms. */
  readonly issuedAtMs: EpochMs;
  /**
   * How long a booked payment may still be taken back by the other bank before it counts as paid, ms.
   * Default 5 days: banks return direct debits within five working days of the booking.
   */
  readonly returnWindowMs?: number;
  /** What the guarantee fund sets aside for each member's statement. Default nothing. */
  readonly fundPico?: Readonly<Record<string, Pico>>;
  /** In order of time. */
  readonly events?: readonly PaymentEvent[];
  /** From the bank, in any order, repeated or not. */
  readonly bankItems?: readonly BankItem[];
  /** Where the clock ends. Default at the last event or item. */
  readonly untilMs?: EpochMs;
}

/** What came of it. */
export interface PaymentRun {
  readonly payments: readonly MemberPayment[];
  /** Statement lines and payments in double entry. */
  readonly ledger: Ledger;
  /** What the bank is to be asked for now; asked twice, it is the same, to the id. */
  readonly instructions: readonly PaymentInstruction[];
  readonly findings: readonly PaymentFinding[];
  readonly nowMs: EpochMs;
}

/** Banks return direct debits within five working days; a weekend lies between. */
const DEFAULT_RETURN_WINDOW_MS = 5 * 86_400_000;

interface Due {
  readonly atMs: EpochMs;
  readonly act: () => void;
}

class Course {
  readonly ledger = new Ledger();
  readonly payments: readonly MemberPayment[];
  readonly matching: BankMatching;
  private nowMs: EpochMs;
  /** What is still to come, in order of time; equal times in order of arrival. */
  private readonly agenda: Due[] = [];
  /** Ids of orders given, by statement. */
  private readonly instructed = new Map<string, readonly string[]>();
  private readonly recalled = new Set<string>();

  constructor(statements: readonly StatementV1[], options: PaymentRunOptions) {
    const { hash, parameters, issuedAtMs } = options;
    const { ledger } = this;
    this.nowMs = issuedAtMs;
    const transfers = statements.flatMap(statementTransactions).map(transactionTransfers);
    const accounts = new Set([
      ...accountsOf(transfers.flat()),
      ...Object.values(LEDGER_ACCOUNTS),
      ...statements.flatMap(({ member }) => [memberAccount(member), arrearsAccount(member)]),
    ]);
    for (const id of [...accounts].sort()) ledger.open({ id }, issuedAtMs);
    for (const chain of transfers) ledger.mustPost(chain, issuedAtMs);
    const net = paymentNet(parameters);
    const { paymentTimeoutMs } = parameters;
    this.payments = statements.map(
      (one) =>
        new MemberPayment({ net, ledger, hash, paymentTimeoutMs }, one, {
          issuedAtMs,
          fundPico: new Map(Object.entries(options.fundPico ?? {})).get(one.member) ?? 0n,
        }),
    );
    this.matching = new BankMatching(this.payments, ledger, {
      returnWindowMs: options.returnWindowMs ?? DEFAULT_RETURN_WINDOW_MS,
      later: (atMs, act) => {
        this.plan(atMs, act);
      },
    });
  }

  run({ events = [], bankItems = [], untilMs }: PaymentRunOptions): PaymentRun {
    const timeline: Due[] = [
      ...[...bankItems].sort(compareItems).map((item) => ({
        atMs: item.atMs,
        act: () => {
          this.matching.take(item, this.nowMs);
        },
      })),
      ...events.map((event, index) => ({
        atMs: event.atMs,
        act: () => {
          this.happen(event, index);
        },
      })),
    ];
    const last = timeline.reduce((latest, { atMs }) => Math.max(latest, atMs), this.nowMs);
    for (const { atMs, act } of timeline) this.plan(atMs, act);
    const endMs = Math.max(untilMs ?? last, this.nowMs);
    for (;;) {
      const next = this.agenda[0];
      if (next === undefined || next.atMs > endMs) break;
      this.agenda.shift();
      this.advance(next.atMs);
      next.act();
    }
    this.advance(endMs);
    for (const one of this.payments) one.advance(endMs);
    const { payments, ledger } = this;
    return {
      payments,
      ledger,
      instructions: this.instructions(),
      findings: this.matching.findings,
      nowMs: this.nowMs,
    };
  }

  /** Plans something; what should have been before now is now. */
  private plan(atMs: EpochMs, act: () => void): void {
    const due = { atMs: Math.max(atMs, this.nowMs), act };
    let at = this.agenda.length;
    while (at > 0 && (this.agenda[at - 1]?.atMs ?? 0) > due.atMs) at--;
    this.agenda.splice(at, 0, due);
  }

  /**
   * The clock goes on, stopping wherever an attempt is over, so that the ledger has its instant. A case
   * whose attempt goes on is brought here only when it is told something, or at the end.
   */
  private advance(untilMs: EpochMs): void {
    while (this.nowMs < untilMs) {
      const timeout = this.payments.reduce((min, one) => Math.min(min, one.timeoutMs), Infinity);
      this.nowMs = timeout > this.nowMs ? Math.min(timeout, untilMs) : untilMs;
      this.ledger.advance(this.nowMs);
      for (const one of this.payments) if (one.timeoutMs <= this.nowMs) one.advance(this.nowMs);
    }
  }

  private happen(event: PaymentEvent, index: number): void {
    const { nowMs } = this;
    if ('endToEndId' in event) {
      this.order(event);
      return;
    }
    const payment = this.payments.find(({ member }) => member === event.member);
    if (payment === undefined) {
      throw new InvoicingError(
        'unknown-member',
        `payment event ${index + 1}: member ${JSON.stringify(event.member)} has no statement here`,
      );
    }
    if (!('amountPico' in event)) {
      payment.tell(event.message, { reason: event.reason }, nowMs);
    } else if (event.message === 'payment') {
      payment.pay(event.amountPico, `event ${index + 1}`, nowMs);
    } else {
      payment.tell(event.message, { amountPico: event.amountPico }, nowMs);
    }
  }

  /** An order was given to the bank, or will not be carried out: its attempt failed then. */
  private order({ endToEndId: id, message }: OrderEvent): void {
    const { key, attempt } = readEndToEndId(id) ?? {};
    if (key === undefined) return;
    if (message === 'instructed') {
      this.instructed.set(key, [...(this.instructed.get(key) ?? []), id]);
      return;
    }
    this.recalled.add(id);
    const payment = this.payments.find((one) => one.key === key);
    if (payment?.attempt === undefined || payment.attempt !== attempt) return;
    payment.tell('refusal', { reason: 'recalled' }, this.nowMs);
  }

  /** What to ask for now: nothing twice, and nothing while an order that was given has no answer. */
  private instructions(): PaymentInstruction[] {
    return this.payments.flatMap((payment) => {
      const { instruction, key } = payment;
      if (instruction === undefined) return [];
      const open = (this.instructed.get(key) ?? []).filter(
        (id) => !this.recalled.has(id) && !this.matching.isAnswered(id),
      );
      if (open.length === 0 && !this.matching.isHeld(key)) return [instruction];
      if (!open.includes(instruction.endToEndId) && open[0] !== undefined) {
        this.matching.tell({
          finding: 'unanswered',
          endToEndId: open[0],
          member: payment.member,
          says: 'the bank has not answered this order; nothing new is asked for before it does, or it is recalled',
          needsPerson: true,
        });
      }
      return [];
    });
  }
}

/**
 * Runs the payment case of every statement through what happened and what the bank says, and keeps
 * the ledger. Deterministic: the same statements, events and bank items, in whatever order the bank
 * gives them and however often, come to the same. Orders of other runs among the events are left out.
 * @throws InvoicingError `unknown-member` for an event about a member without a statement.
 */
export function runPayments(
  statements: readonly StatementV1[],
  options: PaymentRunOptions,
): PaymentRun {
  return new Course(statements, options).run(options);
}
