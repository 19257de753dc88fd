import type { Ledger } from '../ledger/ledger.js';
import { commodityScale } from '../ledger/accounts.js';
import { journalNumber } from './journal-number.js';
import { plainJournal, type JournalPosting } from './journal-entries.js';

/**
 * A ledger's posted transfers as an hledger journal: one transaction per statement line or payment,
 * kWh as a commodity with the total price it had, every account and commodity declared, and at the
 * end assertions of all balances, which hledger itself checks. Pending transfers are left out.
 * @param timeZone the community's, for the dates.
 */
export function renderHledger(ledger: Ledger, timeZone: string): string {
  const journal = plainJournal(ledger, timeZone);
  const lines = [
    '; Settlement ledger, generated. It is not a fiscal document.',
    `; Pending transfers left out: ${journal.pending}`,
    'decimal-mark .',
    ...journal.commodities.map(
      (commodity) =>
        // All decimals: hledger balances transactions to the precision declared here.
        `commodity 1000.${'0'.repeat(commodityScale(commodity))} ${commodity}`,
    ),
    ...journal.accounts.map((account) => `account ${hledgerAccount(account)}`),
    '',
  ];
  for (const { date, id, postings } of journal.entries) {
    lines.push(`${date} * ${escaped(id, /[^A-Za-z0-9._:/#-]/gu)}`, ...postings.map(posting), '');
  }
  if (journal.balances.length > 0) {
    lines.push(
      `${journal.lastDate} * balances`,
      ...journal.balances.map(
        ({ account, commodity, amount }) =>
          `    ${hledgerAccount(account)}  0 ${commodity} = ${journalNumber(amount, commodity)} ${commodity}`,
      ),
      '',
    );
  }
  return lines.join('\n');
}

/**
 * An account's name in hledger: its class and the rest, everything but letters, digits, `.`, `_` and
 * `-` as `%` with its UTF-8 bytes. Different accounts have different names.
 */
export function hledgerAccount(account: string): string {
  const colon = account.indexOf(':');
  const parts = colon === -1 ? [account] : [account.slice(0, colon), account.slice(colon + 1)];
  return parts.map((part) => (part === '' ? '%' : escaped(part, /[^A-Za-z0-9._-]/gu))).join(':');
}

const encoder = new TextEncoder();

function escaped(text: string, unsafe: RegExp): string {
  return text.replace(unsafe, (character) =>
    [...encoder.encode(character)]
      .map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`)
      .join(''),
  );
}

function posting({ account, commodity, amount, worth }: JournalPosting): string {
  // A total price has no sign of its own: what was worth less than nothing is shown without one.
  const price =
    worth !== undefined && worth.amount >= 0n
      ? ` @@ ${journalNumber(worth.amount, worth.commodity)} ${worth.commodity}`
      : '';
  return `    ${hledgerAccount(account)}  ${journalNumber(amount, commodity)} ${commodity}${price}`;
}
