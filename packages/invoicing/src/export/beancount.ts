import type { Ledger } from '../ledger/ledger.js';
import { ENERGY_COMMODITY, LEDGER_ACCOUNTS } from '../ledger/accounts.js';
import { journalNumber } from './journal-number.js';
import { plainJournal, type JournalPosting } from './journal-entries.js';

/** Where the accounts of every community stand in Beancount's five roots. */
const NAMED: ReadonlyMap<string, string> = new Map([
  [LEDGER_ACCOUNTS.bank, 'Assets:Bank'],
  [LEDGER_ACCOUNTS.supplier, 'Liabilities:Supplier'],
  [LEDGER_ACCOUNTS.grid, 'Equity:Grid'],
  [LEDGER_ACCOUNTS.pool, 'Equity:Pool'],
  [LEDGER_ACCOUNTS.rounding, 'Equity:Rounding'],
  [LEDGER_ACCOUNTS.unexplained, 'Equity:Unexplained'],
  [LEDGER_ACCOUNTS.marketResidual, 'Equity:MarketResidual'],
  [LEDGER_ACCOUNTS.deferral, 'Equity:Deferral'],
  [LEDGER_ACCOUNTS.lossesReserved, 'Equity:LossesReserved'],
  [LEDGER_ACCOUNTS.fund, 'Equity:Fund'],
]);

const CLASSES: readonly (readonly [string, string])[] = [
  ['member:', 'Assets:Members'],
  ['arrears:', 'Assets:Arrears'],
];

/**
 * A ledger's posted transfers as a Beancount journal: one transaction per statement line or payment,
 * kWh (`KWH` there: commodities are upper case) with the total price it had, every account opened,
 * and at the end `balance` assertions of all accounts, which Beancount itself checks. Pending
 * transfers are left out. @param timeZone the community's, for the dates.
 */
export function renderBeancount(ledger: Ledger, timeZone: string): string {
  const journal = plainJournal(ledger, timeZone);
  const lines = [
    '; Settlement ledger, generated. It is not a fiscal document.',
    `; Pending transfers left out: ${journal.pending}`,
    ...journal.commodities
      .filter((commodity) => commodity !== ENERGY_COMMODITY)
      .map((commodity) => `option "operating_currency" "${commodity}"`),
    '',
    ...journal.accounts.map((account) => `${journal.firstDate} open ${beancountAccount(account)}`),
    '',
  ];
  for (const { date, id, postings } of journal.entries) {
    lines.push(`${date} * "${quoted(id)}"`, ...postings.map(posting), '');
  }
  // A balance holds at the beginning of its day.
  const after = nextDate(journal.lastDate);
  for (const { account, commodity, amount } of journal.balances) {
    lines.push(
      `${after} balance ${beancountAccount(account)}  ${journalNumber(amount, commodity)} ${currency(commodity)}`,
    );
  }
  return `${lines.join('\n')}\n`;
}

/**
 * An account's name in Beancount: a root, its class, and `Id-` with the rest, in which `-` is `--`,
 * `_` is `-u`, `.` is `-d`, `:` is `-c` and anything else but letters and digits `-x` with six
 * hexadecimal digits of its code point. Different accounts have different names.
 */
export function beancountAccount(account: string): string {
  const named = NAMED.get(account);
  if (named !== undefined) return named;
  const found = CLASSES.find(([prefix]) => account.startsWith(prefix));
  if (found === undefined) return `Liabilities:PayTo:Id-${component(account)}`;
  return `${found[1]}:Id-${component(account.slice(found[0].length))}`;
}

const CODES: Readonly<Record<string, string>> = { '-': '--', _: '-u', '.': '-d', ':': '-c' };

function component(text: string): string {
  return text.replace(
    /[^A-Za-z0-9]/gu,
    (character) =>
      CODES[character] ??
      `-x${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(6, '0')}`,
  );
}

function currency(commodity: string): string {
  return commodity === ENERGY_COMMODITY ? 'KWH' : commodity;
}

function quoted(text: string): string {
  return text.replace(/[\\"]/g, '\\$&');
}

function posting({ account, commodity, amount, worth }: JournalPosting): string {
  // Beancount refuses prices below 0: what was worth less than nothing is shown without one.
  const price =
    worth !== undefined && worth.amount >= 0n
      ? ` @@ ${journalNumber(worth.amount, worth.commodity)} ${worth.commodity}`
      : '';
  return `  ${beancountAccount(account)}  ${journalNumber(amount, commodity)} ${currency(commodity)}${price}`;
}

/** The day after, in the calendar that dates are written in. */
function nextDate(date: string): string {
  const [year = 0, month = 0, day = 0] = date.split('-').map(Number);
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const length = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1] ?? 31;
  const text = (value: number, digits: number): string => value.toString().padStart(digits, '0');
  if (day < length) return `${text(year, 4)}-${text(month, 2)}-${text(day + 1, 2)}`;
  return month < 12 ? `${text(year, 4)}-${text(month + 1, 2)}-01` : `${text(year + 1, 4)}-01-01`;
}
