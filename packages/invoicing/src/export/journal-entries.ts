import { compareIds, type EpochMs } from '@microgrid/units';
import { localTime } from '@microgrid/units/calendar';
import { ENERGY_COMMODITY } from '../ledger/accounts.js';
import type { Ledger } from '../ledger/ledger.js';
import type {
  LedgerRecord,
  PendingTransfer,
  PostedTransfer,
  Transfer,
  Worth,
} from '../ledger/transfer.js';

/** What one account gets (positive: debit) in one entry. */
export interface JournalPosting {
  readonly account: string;
  readonly commodity: string;
  /** mWh or 10^-12 currency units, not 0. */
  readonly amount: bigint;
  /** What the energy was worth, above or equal 0: shown as its total price. */
  readonly worth?: Worth;
}

/** One entry of a plain-text journal: a chain of transfers, such as a statement line, on its local day. */
export interface JournalEntry {
  /** `YYYY-MM-DD`. */
  readonly date: string;
  /** What the transfers are for, else the id of the first. */
  readonly id: string;
  readonly postings: readonly JournalPosting[];
}

/** A posted balance at the end: debits less credits. */
export interface JournalBalance {
  readonly account: string;
  readonly commodity: string;
  readonly amount: bigint;
}

/** What plain-text accounting programs are given of a ledger: what is posted; what is pending is not theirs. */
export interface PlainJournal {
  readonly entries: readonly JournalEntry[];
  readonly accounts: readonly string[];
  /** Commodities that occur, in order. */
  readonly commodities: readonly string[];
  readonly balances: readonly JournalBalance[];
  /** Day of the first record and the last. */
  readonly firstDate: string;
  readonly lastDate: string;
  /** How many pending transfers wait and are left out. */
  readonly pending: number;
}

type Movement = PostedTransfer | PendingTransfer;

/**
 * The posted part of a ledger, one entry per chain of transfers. @param timeZone the community's: an
 * entry's date is the local day of its instant.
 */
export function plainJournal(ledger: Ledger, timeZone: string): PlainJournal {
  const dateOf = days(timeZone);
  const entries: JournalEntry[] = [];
  let chain: Transfer[] = [];
  for (const record of ledger.records) {
    if (record.kind !== 'transfer') continue;
    chain.push(record.transfer);
    if (record.transfer.linked === true) continue;
    const postings = chainPostings(ledger, chain);
    const [first] = chain as [Transfer];
    const id = ('reference' in first ? first.reference : undefined) ?? first.id;
    if (postings.length > 0) entries.push({ date: dateOf(record.atMs), id, postings });
    chain = [];
  }
  const balances = ledger
    .balances()
    .map(({ account, commodity }) => ({
      account,
      commodity,
      amount: ledger.net(account, commodity),
    }))
    .filter(({ account, commodity }) => {
      const { debitsPosted, creditsPosted } = ledger.balance(account, commodity);
      return debitsPosted !== 0n || creditsPosted !== 0n;
    });
  return {
    entries,
    accounts: [...new Set(balances.map(({ account }) => account))],
    commodities: [...new Set(balances.map(({ commodity }) => commodity))].sort(compareIds),
    balances,
    firstDate: dateOf(instantOf(ledger.records[0])),
    lastDate: dateOf(instantOf(ledger.records.at(-1))),
    pending: ledger.outstanding().length,
  };
}

function instantOf(record: LedgerRecord | undefined): EpochMs {
  return record?.atMs ?? 0;
}

/** Local days, each instant asked once: entries come in runs of the same instant. */
function days(timeZone: string): (ms: EpochMs) => string {
  let known: { readonly ms: EpochMs; readonly date: string } | undefined;
  return (ms) => {
    if (known?.ms !== ms) known = { ms, date: localTime(timeZone, ms).date };
    return known.date;
  };
}

function chainPostings(ledger: Ledger, chain: readonly Transfer[]): JournalPosting[] {
  const movements = chain.flatMap((transfer) => effect(ledger, transfer) ?? []);
  // Several movements at different prices have no common one: both sides of a price must weigh the same.
  const priced = movements.filter(({ commodity }) => commodity === ENERGY_COMMODITY).length === 1;
  const sums = new Map<string, JournalPosting>();
  const add = (account: string, { commodity, worth }: Movement, amount: bigint): void => {
    const key = JSON.stringify([account, commodity]);
    const known = sums.get(key);
    const total = (known?.amount ?? 0n) + amount;
    sums.set(key, { account, commodity, amount: total, ...(priced && worth && { worth }) });
  };
  for (const moved of movements) {
    add(moved.debit, moved, moved.amount);
    add(moved.credit, moved, -moved.amount);
  }
  return [...sums.values()].filter(({ amount }) => amount !== 0n);
}

/** What a transfer moved for good. */
function effect(ledger: Ledger, transfer: Transfer): Movement | undefined {
  if (transfer.phase === 'posted') return transfer;
  if (transfer.phase !== 'post') return undefined;
  const pending = ledger.transfer(transfer.pendingId);
  return pending?.phase === 'pending'
    ? { ...pending, amount: transfer.amount ?? pending.amount }
    : undefined;
}
