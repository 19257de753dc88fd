import {
  compareIds,
  parseInstantLoose,
  parseMoney,
  type EpochMs,
  type Pico,
} from '@microgrid/units';
import { startOfLocalDay } from '@microgrid/units/calendar';
import { InvoicingError } from '../invoicing-error.js';
import { findEndToEndId } from './payment-instruction.js';
import { all, at, readXml, textAt, type XmlNode } from '../xml/read-xml.js';

/** What a bank says about one payment. */
export interface BankItem {
  /** The message it stands in, as `camt.053.001.08`. */
  readonly message: string;
  /** Identification of the message or statement. */
  readonly messageId: string;
  /**
   * `in`, `out`: money came to or left the community's account; `rejected`: the payment will not be
   * made (pain.002); `accepted`: it is under way (pain.002).
   */
  readonly kind: 'in' | 'out' | 'rejected' | 'accepted';
  /** Absent where the bank gives none. */
  readonly endToEndId?: string;
  /** Above 0; absent in rejections. */
  readonly amountPico?: Pico;
  readonly currency?: string;
  /** Booked; announced only otherwise: such an item moves nothing yet. */
  readonly booked: boolean;
  /** Whether it takes an earlier booking back (return, refund, reversal). */
  readonly returned: boolean;
  /** ISO reason code, as `AC04` (account closed), of what was rejected or returned. */
  readonly reason?: string;
  /** The bank's own reference of the booking. */
  readonly reference?: string;
  /** Booking date at midnight of the time zone given, or the instant if the bank gives one, ms. */
  readonly atMs: EpochMs;
  /** Line in the file where the item ends. */
  readonly line: number;
}

/** A message of the bank. */
export interface BankReport {
  readonly items: readonly BankItem[];
  /** What does not add up inside the message: the items stand all the same. */
  readonly warnings: readonly string[];
}

/** What tells items apart, most important first. */
function orderOf(item: BankItem): readonly string[] {
  return [
    item.returned ? '1' : '0',
    item.kind,
    item.endToEndId ?? '',
    String(item.amountPico ?? ''),
    item.reference ?? '',
    item.message,
    item.messageId,
    String(item.line),
  ];
}

/**
 * The order in which items are taken whatever order files come in: by instant, what takes back after
 * what it may take back, then by everything that tells items apart.
 */
export function compareItems(a: BankItem, b: BankItem): number {
  if (a.atMs !== b.atMs) return a.atMs - b.atMs;
  const [left, right] = [orderOf(a), orderOf(b)];
  return left.reduce((order, text, index) => order || compareIds(text, right[index] ?? ''), 0);
}

/** What reading a bank's message needs. */
export interface BankReportOptions {
  /** Of the community: the days that booking dates name. */
  readonly timeZone: string;
  /** The community's account; a message about another one is refused. Default any. */
  readonly iban?: string;
  /** File name for messages. Default `bank message`. */
  readonly source?: string;
}

const NAMESPACE = /^urn:iso:std:iso:20022:tech:xsd:((camt\.05[234]|pain\.002)\.\d{3}\.\d{2})$/;

class Reader {
  readonly warnings: string[] = [];
  private readonly source: string;

  constructor(private readonly options: BankReportOptions) {
    this.source = options.source ?? 'bank message';
  }

  read(xml: string): BankItem[] {
    const document = readXml(xml, (line, message) => this.fail(line, message));
    const [, message, kind] = NAMESPACE.exec(document.namespace) ?? [];
    const root = document.children[0];
    if (message === undefined || root === undefined) {
      this.fail(
        1,
        `namespace ${JSON.stringify(document.namespace)}, expected camt.052, camt.053, camt.054 or pain.002`,
      );
    }
    if (kind === 'pain.002') return this.statusReport(root, message);
    return [...all(root, 'Stmt'), ...all(root, 'Ntfctn'), ...all(root, 'Rpt')].flatMap((one) =>
      this.account(one, message),
    );
  }

  private fail(line: number, message: string): never {
    throw new InvoicingError('bad-confirmation', `${this.source}, line ${line}: ${message}`);
  }

  private account(statement: XmlNode, message: string): BankItem[] {
    const { iban } = this.options;
    const account = textAt(statement, 'Acct', 'Id', 'IBAN');
    if (iban !== undefined && account !== iban) {
      this.fail(statement.line, `about account ${account ?? 'without IBAN'}, expected ${iban}`);
    }
    const about = { message, messageId: textAt(statement, 'Id') ?? '' };
    const entries = all(statement, 'Ntry');
    this.checkBalances(statement, entries);
    return entries.flatMap((entry) => this.entry(entry, about));
  }

  /** Opening balance and booked entries make the closing balance, where both are given. */
  private checkBalances(statement: XmlNode, entries: readonly XmlNode[]): void {
    const balance = (...codes: string[]): Pico | undefined => {
      const found = all(statement, 'Bal').find((one) =>
        codes.includes(textAt(one, 'Tp', 'CdOrPrtry', 'Cd') ?? ''),
      );
      if (found === undefined) return undefined;
      const amount = this.amount(at(found, 'Amt'), found);
      return textAt(found, 'CdtDbtInd') === 'DBIT' ? -amount : amount;
    };
    const opening = balance('OPBD', 'PRCD');
    const closing = balance('CLBD');
    if (opening === undefined || closing === undefined) return;
    const moved = entries
      .filter((entry) => isBooked(entry))
      .reduce((sum, entry) => {
        const amount = this.amount(at(entry, 'Amt'), entry);
        return sum + (textAt(entry, 'CdtDbtInd') === 'DBIT' ? -amount : amount);
      }, 0n);
    if (opening + moved === closing) return;
    this.warnings.push(
      `${this.source}: statement ${textAt(statement, 'Id') ?? ''}: opening balance and entries do not make the closing balance; an entry is missing or stands twice`,
    );
  }

  private entry(entry: XmlNode, about: Pick<BankItem, 'message' | 'messageId'>): BankItem[] {
    const details = all(entry, 'NtryDtls').flatMap((one) => all(one, 'TxDtls'));
    const atMs = this.bookedAt(entry);
    const total = this.amount(at(entry, 'Amt'), entry);
    const base = { ...about, atMs, booked: isBooked(entry) };
    if (details.length === 0) return [this.item(entry, undefined, total, base)];
    const items = details.map((one) =>
      this.item(entry, one, details.length === 1 ? total : undefined, base),
    );
    const sum = items.reduce((all, { amountPico = 0n }) => all + amountPico, 0n);
    if (sum !== total) {
      this.warnings.push(
        `${this.source}, line ${entry.line}: the payments of an entry do not add up to it`,
      );
    }
    return items;
  }

  private item(
    entry: XmlNode,
    details: XmlNode | undefined,
    single: Pico | undefined,
    base: Pick<BankItem, 'message' | 'messageId' | 'atMs' | 'booked'>,
  ): BankItem {
    const direction = textAt(details, 'CdtDbtInd') ?? textAt(entry, 'CdtDbtInd');
    if (direction !== 'CRDT' && direction !== 'DBIT') {
      this.fail(entry.line, `CdtDbtInd: got ${direction ?? 'none'}, expected CRDT or DBIT`);
    }
    const amount =
      at(details, 'Amt') ??
      at(details, 'AmtDtls', 'TxAmt', 'Amt') ??
      at(details, 'AmtDtls', 'InstdAmt', 'Amt') ??
      (single === undefined ? undefined : at(entry, 'Amt'));
    const returned = at(details, 'RtrInf') ?? at(entry, 'RtrInf');
    const endToEndId = referenceOf(details);
    const reference =
      textAt(details, 'Refs', 'AcctSvcrRef') ??
      (single === undefined ? undefined : textAt(entry, 'AcctSvcrRef')) ??
      textAt(details, 'Refs', 'TxId');
    const reason = textAt(returned, 'Rsn', 'Cd') ?? textAt(returned, 'Rsn', 'Prtry');
    return {
      ...base,
      kind: direction === 'CRDT' ? 'in' : 'out',
      amountPico: this.amount(amount, details ?? entry),
      currency: amount?.attributes['Ccy'] ?? '',
      returned: returned !== undefined || textAt(entry, 'RvslInd') === 'true',
      line: (details ?? entry).line,
      ...(endToEndId !== undefined && { endToEndId }),
      ...(reference !== undefined && { reference }),
      ...(reason !== undefined && { reason }),
    };
  }

  private amount(node: XmlNode | undefined, where: XmlNode): Pico {
    const text = node?.text ?? '';
    if (/^\d{1,18}(?:\.\d{1,5})?$/.test(text)) return parseMoney(text);
    return this.fail(
      where.line,
      `amount: got ${JSON.stringify(text)}, expected a decimal such as 12.34`,
    );
  }

  private bookedAt(entry: XmlNode): EpochMs {
    const date = at(entry, 'BookgDt') ?? at(entry, 'ValDt');
    return this.instant(textAt(date, 'DtTm') ?? textAt(date, 'Dt'), entry);
  }

  private instant(text: string | undefined, where: XmlNode): EpochMs {
    const { timeZone } = this.options;
    try {
      const [, local = '', offset] =
        /^([^T]+T[\d:]+)(?:\.\d+)?(Z|[+-]\d\d:\d\d)$/.exec(text ?? '') ?? [];
      // A date, or a time without an offset: the day is what is certain.
      if (offset === undefined) return startOfLocalDay(timeZone, (text ?? '').slice(0, 10));
      if (offset === 'Z') return parseInstantLoose(`${local}Z`);
      const minutes = Number(offset.slice(1, 3)) * 60 + Number(offset.slice(4));
      return (
        parseInstantLoose(`${local}Z`) - (offset.startsWith('-') ? -minutes : minutes) * 60_000
      );
    } catch {
      return this.fail(
        where.line,
        `date: got ${text ?? 'none'}, expected a booking date such as 2026-07-01`,
      );
    }
  }

  private statusReport(root: XmlNode, message: string): BankItem[] {
    const header = at(root, 'GrpHdr');
    const base = {
      message,
      messageId: textAt(header, 'MsgId') ?? '',
      atMs: this.instant(textAt(header, 'CreDtTm'), root),
      booked: false,
      returned: false,
    };
    const items: BankItem[] = [];
    for (const original of all(root, 'OrgnlPmtInfAndSts')) {
      for (const one of all(original, 'TxInfAndSts')) {
        const status = textAt(one, 'TxSts') ?? textAt(original, 'PmtInfSts');
        const endToEndId = textAt(one, 'OrgnlEndToEndId');
        const reason =
          textAt(one, 'StsRsnInf', 'Rsn', 'Cd') ??
          textAt(one, 'StsRsnInf', 'Rsn', 'Prtry') ??
          textAt(original, 'StsRsnInf', 'Rsn', 'Cd');
        items.push({
          ...base,
          kind: status === 'RJCT' ? 'rejected' : 'accepted',
          line: one.line,
          ...(endToEndId !== undefined && { endToEndId }),
          ...(reason !== undefined && { reason }),
        });
      }
    }
    for (const original of all(root, 'OrgnlPmtInfAndSts')) {
      if (all(original, 'TxInfAndSts').length > 0 || textAt(original, 'PmtInfSts') !== 'RJCT')
        continue;
      this.warnings.push(
        `${this.source}: the bank rejected the whole batch ${textAt(original, 'OrgnlPmtInfId') ?? ''} (${textAt(original, 'StsRsnInf', 'Rsn', 'Cd') ?? 'no reason'}); its payments have to be sent again`,
      );
    }
    const group = at(root, 'OrgnlGrpInfAndSts');
    if (items.length === 0 && textAt(group, 'GrpSts') === 'RJCT') {
      this.warnings.push(
        `${this.source}: the bank rejected the whole file ${textAt(group, 'OrgnlMsgId') ?? ''} (${textAt(group, 'StsRsnInf', 'Rsn', 'Cd') ?? 'no reason'}); its payments have to be sent again`,
      );
    }
    return items;
  }
}

/** The end-to-end id of a payment; where the payer's bank gave none, the one that its text quotes. */
function referenceOf(details: XmlNode | undefined): string | undefined {
  const id = textAt(details, 'Refs', 'EndToEndId');
  if (id !== undefined && id !== 'NOTPROVIDED') return id;
  const texts = all(at(details, 'RmtInf'), 'Ustrd').map(({ text }) => text);
  return findEndToEndId(texts.join(' '));
}

function isBooked(entry: XmlNode): boolean {
  return (textAt(entry, 'Sts', 'Cd') ?? textAt(entry, 'Sts')) === 'BOOK';
}

/**
 * Reads a bank's message: account statement (camt.053), report (camt.052), notification (camt.054) or
 * status report (pain.002), of any version, with every payment in it.
 * @throws InvoicingError `bad-confirmation` naming file and line for what is none of them, another
 *   account, a missing direction, amount or date.
 */
export function readBankReport(xml: string, options: BankReportOptions): BankReport {
  const reader = new Reader(options);
  const items = reader.read(xml);
  return { items, warnings: reader.warnings };
}
