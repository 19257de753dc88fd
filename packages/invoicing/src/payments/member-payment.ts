import type { StatementV1 } from '@microgrid/events';
import type { HashPort } from '@microgrid/journal';
import {
  agreementPlace,
  beginCase,
  continueCase,
  isReadyFor,
  paymentMarking,
  whereabouts,
  type CaseEffect,
  type paymentNet,
  type PaymentCase,
  type RunningCase,
} from '@microgrid/settlement';
import { PICO_PER_CENT, type EpochMs, type Pico } from '@microgrid/units';
import { arrearsAccount, LEDGER_ACCOUNTS, memberAccount } from '../ledger/accounts.js';
import type { Ledger } from '../ledger/ledger.js';
import type { PendingTransfer, PostedTransfer } from '../ledger/transfer.js';
import { statementPayment } from '../statement-payment.js';
import { endToEndId, statementKey, type PaymentInstruction } from './payment-instruction.js';

/** What payments of a run share. */
export interface PaymentSetting {
  readonly net: ReturnType<typeof paymentNet>;
  readonly ledger: Ledger;
  readonly hash: HashPort;
  readonly paymentTimeoutMs: number;
}

/** What a payment came to: how much of it was due, and what posted it. */
export interface TakenPayment {
  readonly collectedPico: Pico;
  /** More than was due: stands on the member's account. */
  readonly excessPico: Pico;
  readonly transfers: readonly string[];
}

/** Where a payment case waits for its payer. */
interface Waiting {
  readonly pending: PendingTransfer;
  readonly version: number;
  readonly attempt: number;
}

/**
 * One statement on its way to be paid: the payment case decides, the ledger follows it. What is due
 * stands there as a pending transfer whose id is the payment's end-to-end id; it expires when the
 * attempt does, is voided by a refusal, and posted by a payment, in part if that is less than due.
 */
export class MemberPayment {
  readonly member: string;
  readonly statement: string;
  readonly key: string;
  readonly payment: PaymentCase;
  readonly amountPico: Pico;
  /** From the member by direct debit, or to it by transfer. */
  readonly direction: PaymentInstruction['direction'];
  private running: RunningCase;
  private told = 0;
  private parts = 0;
  private waitingFor: Waiting | undefined;
  private duePico: Pico;

  constructor(
    private readonly setting: PaymentSetting,
    private readonly document: StatementV1,
    { issuedAtMs, fundPico }: { readonly issuedAtMs: EpochMs; readonly fundPico: Pico },
  ) {
    const { payment, amountPico } = statementPayment(document);
    this.member = document.member;
    this.statement = document.id;
    this.key = statementKey(setting.hash, document.id);
    this.payment = payment;
    this.amountPico = amountPico;
    this.duePico = amountPico;
    this.direction = BigInt(document.amountPico) < 0n ? 'credit' : 'collect';
    const { net } = setting;
    this.running = continueCase(
      beginCase(net, paymentMarking(net, payment, { nowMs: issuedAtMs, fundPico })),
      [
        { place: 'bill', token: { amountPico } },
        { place: agreementPlace('issueEvent'), token: {} },
      ],
    );
    this.follow(issuedAtMs);
  }

  /** The case as it stands. */
  get state(): RunningCase {
    return this.running;
  }

  /** What is still due, 10^-12 currency units. */
  get due(): Pico {
    return this.duePico;
  }

  /** When the attempt under way is over. */
  get timeoutMs(): EpochMs {
    return this.waitingFor?.pending.expiresAtMs ?? Infinity;
  }

  /** The attempt under way; nothing when the case waits for no payer. */
  get attempt(): number | undefined {
    return this.waitingFor?.attempt;
  }

  /** What a bank may be asked for now, in whole cents; nothing when there is nothing due. */
  get instruction(): PaymentInstruction | undefined {
    const { waitingFor, document } = this;
    const amountPico = this.duePico - (this.duePico % PICO_PER_CENT);
    if (waitingFor === undefined || amountPico === 0n) return undefined;
    const text = `Energy ${document.start.slice(0, 10)} ${document.end.slice(0, 10)} ${document.community} ${document.member}`;
    return {
      endToEndId: waitingFor.pending.id,
      member: this.member,
      direction: this.direction,
      amountPico,
      currency: this.payment.currency,
      remittance: text.slice(0, 140),
    };
  }

  /** Lets time go on; what is over times out. The ledger is there already. */
  advance(nowMs: EpochMs): void {
    if (nowMs <= this.running.marking.nowMs) return;
    this.running = continueCase(this.running, [{ nowMs }]);
    this.closeWhenReady();
    this.follow(nowMs);
  }

  /** Gives the case a message that moves no money by itself. */
  tell(place: string, token: object, nowMs: EpochMs): void {
    this.advance(nowMs);
    this.running = continueCase(this.running, [{ place, token }]);
    this.closeWhenReady();
    this.follow(nowMs);
  }

  /** Money moved between payer and payee. @param reference makes this payment different from others. */
  pay(amountPico: Pico, reference: string, nowMs: EpochMs): TakenPayment {
    this.advance(nowMs);
    const { pending } = this.waitingFor ?? {};
    const before = this.duePico;
    this.running = continueCase(this.running, [{ place: 'payment', token: { amountPico } }]);
    this.closeWhenReady();
    const effects = this.running.effects.slice(this.told);
    const collectedPico = effects.reduce(
      (sum, { moved = {} }) => sum + (moved['collect'] ?? 0n),
      0n,
    );
    const transfers: string[] = [];
    const { ledger } = this.setting;
    if (collectedPico > 0n && pending !== undefined) {
      const id = `${pending.id}/posted`;
      ledger.mustPost(
        [{ id, phase: 'post', pendingId: pending.id, amount: collectedPico, reference }],
        nowMs,
      );
      transfers.push(id);
      this.parts += collectedPico < before ? 1 : 0;
      this.waitingFor = undefined;
    }
    const excessPico = amountPico - collectedPico;
    if (excessPico > 0n) {
      const id = `${this.key}/excess/${reference}`;
      ledger.mustPost([this.movement(id, excessPico, reference)], nowMs);
      transfers.push(id);
    }
    this.follow(nowMs);
    return { collectedPico, excessPico, transfers };
  }

  private movement(id: string, amount: Pico, reference: string): PostedTransfer {
    const own = memberAccount(this.member);
    const [debit, credit] =
      this.direction === 'collect' ? [LEDGER_ACCOUNTS.bank, own] : [own, LEDGER_ACCOUNTS.bank];
    const { currency: commodity } = this.payment;
    return { id, phase: 'posted', debit, credit, commodity, amount, reference };
  }

  /** The readings of a run are final here, so the energy side agrees to close whenever the payment is ready. */
  private closeWhenReady(): void {
    if (!isReadyFor(this.running, 'close')) return;
    this.running = continueCase(this.running, [{ place: agreementPlace('close'), token: {} }]);
  }

  /** Brings the ledger to where the case is. */
  private follow(nowMs: EpochMs): void {
    const effects = this.running.effects.slice(this.told);
    this.told = this.running.effects.length;
    for (const effect of effects) this.post(effect, nowMs);
    const waits = whereabouts(this.running).awaitingPayment;
    const [version, attempt] = [waits?.v ?? 0, waits?.a ?? 0];
    const { waitingFor } = this;
    const same = waitingFor?.version === version && waitingFor.attempt === attempt;
    if (waits !== undefined && same) return;
    if (waits === undefined || this.duePico === 0n) {
      this.waitingFor = undefined;
      return;
    }
    const { hash, ledger, paymentTimeoutMs } = this.setting;
    const id = endToEndId(hash, { statement: this.statement, version, attempt, part: this.parts });
    const since = this.attemptSince(version, attempt, nowMs);
    const pending: PendingTransfer = {
      ...this.movement(id, this.duePico, this.statement),
      phase: 'pending',
      ...(paymentTimeoutMs > 0 && { expiresAtMs: since + paymentTimeoutMs }),
    };
    ledger.mustPost([pending], nowMs);
    this.waitingFor = { pending, version, attempt };
  }

  private attemptStart: { readonly place: string; readonly sinceMs: EpochMs } | undefined;

  /** When an attempt began: a part payment does not begin it anew. */
  private attemptSince(version: number, attempt: number, nowMs: EpochMs): EpochMs {
    const place = `${version}.${attempt}`;
    if (this.attemptStart?.place !== place) this.attemptStart = { place, sinceMs: nowMs };
    return this.attemptStart.sinceMs;
  }

  private post({ step, indices, moved = {} }: CaseEffect, nowMs: EpochMs): void {
    const { ledger } = this.setting;
    const { collect = 0n, cover = 0n, defer = 0n } = moved;
    this.duePico -= collect + cover + defer;
    if (step === 'refusePayment' && this.waitingFor !== undefined) {
      const { id } = this.waitingFor.pending;
      ledger.mustPost([{ id: `${id}/voided`, phase: 'void', pendingId: id }], nowMs);
    }
    if (step === 'coverArrears') this.arrears(cover, defer, indices.v ?? 0, nowMs);
  }

  /**
   * What the fund pays its debtor owes the fund from now on: the member by its account of arrears, the
   * community by the fund's own. What nobody pays is deferred by name.
   */
  private arrears(cover: Pico, defer: Pico, version: number, nowMs: EpochMs): void {
    const own = memberAccount(this.member);
    const { bank, fund, deferral } = LEDGER_ACCOUNTS;
    const { currency: commodity, statement: reference } = this.payment;
    const sides: readonly (readonly [string, string, string, Pico])[] =
      this.direction === 'collect'
        ? [
            ['arrears', arrearsAccount(this.member), own, cover],
            ['covered', bank, fund, cover],
            ['deferred', deferral, own, defer],
          ]
        : [
            ['covered', own, fund, cover],
            ['deferred', own, deferral, defer],
          ];
    const chain = sides
      .filter(([, , , amount]) => amount > 0n)
      .map(([what, debit, credit, amount]): PostedTransfer => {
        const id = `${this.key}-${version}/${what}`;
        return { id, phase: 'posted', debit, credit, commodity, amount, reference };
      });
    this.setting.ledger.mustPost(
      chain.map((one, index) => ({ ...one, linked: index < chain.length - 1 })),
      nowMs,
    );
  }
}
