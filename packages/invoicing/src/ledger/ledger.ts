import { compareIds } from '@microgrid/units';
import { InvoicingError } from '../invoicing-error.js';
import { isAccountName, ENERGY_COMMODITY } from './accounts.js';
import type {
  AccountBalance,
  CommodityBalance,
  LedgerAccount,
  LedgerRecord,
  PendingTransfer,
  PostedTransfer,
  PostPending,
  Transfer,
  TransferOutcome,
  VoidPending,
} from './transfer.js';
import { sameTransfer } from './same-transfer.js';

type Sums = { -readonly [name in keyof AccountBalance]: bigint };

interface PendingState {
  readonly transfer: PendingTransfer;
  state: 'pending' | 'posted' | 'voided' | 'expired';
}

const NOTHING: AccountBalance = Object.freeze({
  debitsPosted: 0n,
  creditsPosted: 0n,
  debitsPending: 0n,
  creditsPending: 0n,
});

const CONTROL = /\p{Cc}/u;
/** Room for a statement line's key. */
const MAX_ID_LENGTH = 1_500;
const COMMODITY = /^[A-Z]{3}$/;

/**
 * Append-only double entry in energy and money. A transfer moves one amount of one commodity from a
 * credited to a debited account, so debits equal credits at every entry; several belong together as
 * a linked chain. Records are only ever added: {@link Ledger.replay} makes the same ledger of them.
 * Time is an argument and never goes back.
 */
export class Ledger {
  private readonly log: LedgerRecord[] = [];
  private readonly accountsById = new Map<string, LedgerAccount>();
  private readonly sums = new Map<string, Map<string, Sums>>();
  private readonly transfers = new Map<string, Transfer>();
  private readonly pendings = new Map<string, PendingState>();
  /** What is left to reverse of a posted transfer; absent: all of it. */
  private readonly reversible = new Map<string, bigint>();
  private nowMs = -Infinity;
  private nextExpiryMs = Infinity;

  /** Makes a ledger of its records. @throws InvoicingError `bad-ledger` where they could not have happened. */
  static replay(records: readonly LedgerRecord[]): Ledger {
    const ledger = new Ledger();
    for (let at = 0; at < records.length;) at = ledger.repeat(records, at);
    return ledger;
  }

  /** Everything that happened, in order. */
  get records(): readonly LedgerRecord[] {
    return this.log;
  }

  /** Accounts in the order in which they were opened. */
  get accounts(): readonly LedgerAccount[] {
    return [...this.accountsById.values()];
  }

  /**
   * Opens an account; opening it again the same way changes nothing.
   * @throws InvoicingError `bad-ledger` for a name that is none, or another limit than it has.
   */
  open(account: LedgerAccount, atMs: number): void {
    this.advance(atMs);
    const known = this.accountsById.get(account.id);
    if (known !== undefined && known.limit === account.limit) return;
    if (known !== undefined || !isAccountName(account.id)) {
      throw new InvoicingError(
        'bad-ledger',
        known === undefined
          ? `account: got ${JSON.stringify(account.id)}, expected 1 to 200 characters without control characters or a space at either end`
          : `account ${account.id}: is open with limit ${known.limit ?? 'none'}, expected to be opened with the same`,
      );
    }
    this.accountsById.set(account.id, account);
    this.log.push({ kind: 'account', atMs, account });
  }

  /**
   * Applies transfers in order; gives what came of each. A chain of linked ones happens whole or not
   * at all. Pending transfers whose time is over expire first.
   * @throws InvoicingError `bad-ledger` for an instant before the last.
   */
  post(batch: readonly Transfer[], atMs: number): TransferOutcome[] {
    this.advance(atMs);
    const outcomes: TransferOutcome[] = [];
    for (let at = 0; at < batch.length;) {
      let end = at;
      while (end < batch.length - 1 && batch[end]?.linked === true) end++;
      outcomes.push(...this.chain(batch.slice(at, end + 1), atMs));
      at = end + 1;
    }
    return outcomes;
  }

  /** {@link post} where nothing may fail: `created` or `exists`. @throws InvoicingError `transfer-refused`. */
  mustPost(batch: readonly Transfer[], atMs: number): void {
    const outcomes = this.post(batch, atMs);
    const bad = outcomes.findIndex((outcome) => outcome !== 'created' && outcome !== 'exists');
    if (bad === -1) return;
    throw new InvoicingError(
      'transfer-refused',
      `transfer ${JSON.stringify(batch[bad]?.id)}: ${outcomes[bad] ?? ''}; see the order of outcomes in docs/invoicing.md`,
    );
  }

  /** Lets time go on: pending transfers whose time is over expire. */
  advance(atMs: number): void {
    if (!Number.isSafeInteger(atMs) || atMs < this.nowMs) {
      throw new InvoicingError(
        'bad-ledger',
        `ledger time: got ${atMs} ms, expected a whole number from ${this.nowMs} on`,
      );
    }
    this.nowMs = atMs;
    if (atMs < this.nextExpiryMs) return;
    const due = this.outstanding().filter(({ expiresAtMs = Infinity }) => expiresAtMs <= atMs);
    for (const transfer of due) this.expire(transfer, atMs);
    this.nextExpiryMs = this.outstanding().reduce(
      (next, { expiresAtMs = Infinity }) => Math.min(next, expiresAtMs),
      Infinity,
    );
  }

  /** Pending transfers that still wait, in the order in which they came. */
  outstanding(): PendingTransfer[] {
    return [...this.pendings.values()]
      .filter(({ state }) => state === 'pending')
      .map(({ transfer }) => transfer);
  }

  /** A transfer by its id. */
  transfer(id: string): Transfer | undefined {
    return this.transfers.get(id);
  }

  /** What became of a pending transfer. */
  pendingState(id: string): PendingState['state'] | undefined {
    return this.pendings.get(id)?.state;
  }

  /** An account's sums in a commodity; zeros where nothing happened. */
  balance(account: string, commodity: string): AccountBalance {
    return { ...(this.sums.get(account)?.get(commodity) ?? NOTHING) };
  }

  /** Posted debits less posted credits. */
  net(account: string, commodity: string): bigint {
    const { debitsPosted, creditsPosted } = this.balance(account, commodity);
    return debitsPosted - creditsPosted;
  }

  /** Every account's sums by commodity that are not all 0, in order of account and commodity. */
  balances(): readonly CommodityBalance[] {
    return [...this.sums]
      .flatMap(([account, byCommodity]) =>
        [...byCommodity].map(([commodity, sums]) => ({ account, commodity, sums: { ...sums } })),
      )
      .filter(({ sums }) => Object.values(sums).some((sum) => sum !== 0n))
      .sort((a, b) => compareIds(a.account, b.account) || compareIds(a.commodity, b.commodity));
  }

  private chain(chain: readonly Transfer[], atMs: number): TransferOutcome[] {
    const last = chain.length - 1;
    const failed = (at: number, outcome: TransferOutcome): TransferOutcome[] =>
      chain.map((_, index) => (index === at ? outcome : 'linked-transfer-failed'));
    if (chain[last]?.linked === true) return failed(last, 'linked-chain-open');
    if (chain.every((one) => this.isKnown(one))) return chain.map(() => 'exists');
    const undo: (() => void)[] = [];
    for (const [index, transfer] of chain.entries()) {
      const outcome = this.refusal(transfer, atMs);
      if (outcome !== undefined) {
        for (const step of undo.reverse()) step();
        return failed(index, outcome);
      }
      this.apply(transfer, undo);
    }
    for (const transfer of chain) {
      this.log.push({ kind: 'transfer', atMs, transfer: Object.freeze({ ...transfer }) });
      if (transfer.phase === 'pending') {
        this.nextExpiryMs = Math.min(this.nextExpiryMs, transfer.expiresAtMs ?? Infinity);
      }
    }
    return chain.map(() => 'created');
  }

  private isKnown(transfer: Transfer): boolean {
    const known = this.transfers.get(transfer.id);
    return known !== undefined && sameTransfer(known, transfer);
  }

  /** Why a transfer cannot happen, the first reason by precedence. */
  private refusal(transfer: Transfer, atMs: number): TransferOutcome | undefined {
    const { id } = transfer;
    if (id.length === 0 || id.length > MAX_ID_LENGTH || CONTROL.test(id)) return 'id-invalid';
    if (this.isKnown(transfer)) return 'exists';
    if (this.transfers.has(id)) return 'exists-with-other-content';
    if (transfer.phase !== 'void' && transfer.amount !== undefined && transfer.amount <= 0n) {
      return 'amount-not-positive';
    }
    return transfer.phase === 'posted' || transfer.phase === 'pending'
      ? this.movementRefusal(transfer, atMs)
      : this.closingRefusal(transfer);
  }

  private movementRefusal(
    transfer: PostedTransfer | PendingTransfer,
    atMs: number,
  ): TransferOutcome | undefined {
    const { debit, credit, commodity } = transfer;
    if (commodity !== ENERGY_COMMODITY && !COMMODITY.test(commodity)) return 'commodity-invalid';
    if (debit === credit) return 'accounts-equal';
    if (!this.accountsById.has(debit)) return 'debit-account-not-found';
    if (!this.accountsById.has(credit)) return 'credit-account-not-found';
    if (transfer.phase === 'pending' && (transfer.expiresAtMs ?? Infinity) <= atMs) {
      return 'already-expired';
    }
    if (transfer.phase === 'posted' && transfer.reverses !== undefined) {
      const refusal = this.reversalRefusal(transfer, transfer.reverses);
      if (refusal !== undefined) return refusal;
    }
    return this.exceedsLimit(transfer) ? 'exceeds-balance' : undefined;
  }

  private reversalRefusal(transfer: PostedTransfer, id: string): TransferOutcome | undefined {
    const original = this.effectOf(id);
    if (original === undefined) return 'reversed-not-found';
    const mirrors =
      original.debit === transfer.credit &&
      original.credit === transfer.debit &&
      original.commodity === transfer.commodity;
    if (!mirrors) return 'reversal-does-not-mirror';
    const left = this.reversible.get(id) ?? original.amount;
    return transfer.amount > left ? 'exceeds-reversible-amount' : undefined;
  }

  /** What a posted transfer moved: its own movement, or the one of the pending it posted. */
  private effectOf(
    id: string,
  ): Pick<PostedTransfer, 'debit' | 'credit' | 'commodity' | 'amount'> | undefined {
    const transfer = this.transfers.get(id);
    if (transfer?.phase === 'posted') return transfer;
    if (transfer?.phase !== 'post') return undefined;
    const pending = this.pendings.get(transfer.pendingId)?.transfer;
    return pending && { ...pending, amount: transfer.amount ?? pending.amount };
  }

  private exceedsLimit({
    debit,
    credit,
    commodity,
    amount,
  }: PostedTransfer | PendingTransfer): boolean {
    const debited = this.balance(debit, commodity);
    const credited = this.balance(credit, commodity);
    return (
      (this.accountsById.get(debit)?.limit === 'debits' &&
        debited.debitsPosted + debited.debitsPending + amount > debited.creditsPosted) ||
      (this.accountsById.get(credit)?.limit === 'credits' &&
        credited.creditsPosted + credited.creditsPending + amount > credited.debitsPosted)
    );
  }

  private closingRefusal(transfer: PostPending | VoidPending): TransferOutcome | undefined {
    const { pendingId } = transfer;
    if (!this.transfers.has(pendingId)) return 'pending-not-found';
    const pending = this.pendings.get(pendingId);
    if (pending === undefined) return 'not-pending';
    if (pending.state === 'posted') return 'pending-already-posted';
    if (pending.state === 'voided') return 'pending-already-voided';
    if (pending.state === 'expired') return 'pending-expired';
    return transfer.phase === 'post' && (transfer.amount ?? 0n) > pending.transfer.amount
      ? 'exceeds-pending-amount'
      : undefined;
  }

  private apply(transfer: Transfer, undo: (() => void)[]): void {
    this.transfers.set(transfer.id, transfer);
    undo.push(() => void this.transfers.delete(transfer.id));
    if (transfer.phase === 'posted') {
      this.move(transfer, 'Posted', transfer.amount, undo);
      if (transfer.reverses !== undefined) this.useUp(transfer.reverses, transfer.amount, undo);
    } else if (transfer.phase === 'pending') {
      this.pendings.set(transfer.id, { transfer, state: 'pending' });
      undo.push(() => void this.pendings.delete(transfer.id));
      this.move(transfer, 'Pending', transfer.amount, undo);
    } else {
      this.close(transfer, undo);
    }
  }

  private useUp(id: string, amount: bigint, undo: (() => void)[]): void {
    const left = this.reversible.get(id) ?? this.effectOf(id)?.amount ?? 0n;
    this.reversible.set(id, left - amount);
    undo.push(() => void this.reversible.set(id, left));
  }

  private close(transfer: PostPending | VoidPending, undo: (() => void)[]): void {
    const pending = this.pendings.get(transfer.pendingId);
    if (pending === undefined) return;
    pending.state = transfer.phase === 'post' ? 'posted' : 'voided';
    undo.push(() => void (pending.state = 'pending'));
    this.move(pending.transfer, 'Pending', -pending.transfer.amount, undo);
    if (transfer.phase === 'post') {
      this.move(pending.transfer, 'Posted', transfer.amount ?? pending.transfer.amount, undo);
    }
  }

  private expire(transfer: PendingTransfer, atMs: number): void {
    const pending = this.pendings.get(transfer.id);
    if (pending?.state !== 'pending') return;
    pending.state = 'expired';
    this.move(transfer, 'Pending', -transfer.amount, []);
    this.log.push({ kind: 'expired', atMs, pendingId: transfer.id });
  }

  private move(
    { debit, credit, commodity }: Pick<PostedTransfer, 'debit' | 'credit' | 'commodity'>,
    phase: 'Posted' | 'Pending',
    amount: bigint,
    undo: (() => void)[],
  ): void {
    const debited = this.sumsOf(debit, commodity);
    const credited = this.sumsOf(credit, commodity);
    debited[`debits${phase}`] += amount;
    credited[`credits${phase}`] += amount;
    undo.push(() => {
      debited[`debits${phase}`] -= amount;
      credited[`credits${phase}`] -= amount;
    });
  }

  private sumsOf(account: string, commodity: string): Sums {
    const byCommodity = this.sums.get(account) ?? new Map<string, Sums>();
    this.sums.set(account, byCommodity);
    const sums = byCommodity.get(commodity) ?? { ...NOTHING };
    byCommodity.set(commodity, sums);
    return sums;
  }

  /** Repeats the record at a position, with the rest of its chain; gives the next position. */
  private repeat(records: readonly LedgerRecord[], at: number): number {
    const record = records[at] as LedgerRecord;
    if (record.kind === 'account') {
      this.open(record.account, record.atMs);
      return this.expectRepeated(records, at, at + 1);
    }
    if (record.kind === 'expired') {
      this.advance(record.atMs);
      return this.expectRepeated(records, at, at + 1);
    }
    let end = at;
    const chain: Transfer[] = [];
    for (; end < records.length; end++) {
      const next = records[end] as LedgerRecord;
      if (next.kind !== 'transfer') break;
      chain.push(next.transfer);
      if (next.transfer.linked !== true) break;
    }
    this.post(chain, record.atMs);
    return this.expectRepeated(records, at, at + chain.length);
  }

  /** What was repeated stands in the log as it was recorded, at the same place. */
  private expectRepeated(records: readonly LedgerRecord[], from: number, to: number): number {
    // Transfers that expire together are recorded one by one but repeated at once.
    const end = Math.max(to, this.log.length);
    for (let at = from; at < end; at++) {
      const recorded = records[at];
      const repeated = this.log[at];
      if (recorded && repeated && sameRecord(recorded, repeated)) continue;
      throw new InvoicingError(
        'bad-ledger',
        `ledger record ${at + 1}: ${recorded?.kind ?? 'nothing'} stands there, but ${repeated?.kind ?? 'nothing'} can have happened; the records were changed`,
      );
    }
    return end;
  }
}

function sameRecord(a: LedgerRecord, b: LedgerRecord): boolean {
  if (a.atMs !== b.atMs || a.kind !== b.kind) return false;
  if (a.kind === 'account' && b.kind === 'account') {
    return a.account.id === b.account.id && a.account.limit === b.account.limit;
  }
  if (a.kind === 'transfer' && b.kind === 'transfer') {
    const linked = a.transfer.linked === true;
    return linked === (b.transfer.linked === true) && sameTransfer(a.transfer, b.transfer);
  }
  return a.kind === 'expired' && b.kind === 'expired' && a.pendingId === b.pendingId;
}
