import { formatInstant, formatMoney, type EpochMs, type Pico } from '@microgrid/units';
import { InvoicingError } from '../invoicing-error.js';
import { element, optional, type XmlElement } from '../xml/write-xml.js';
import { bankIdFault, bankText } from './bank-text.js';
import type { MemberAccount, PaymentParties } from './payment-parties.js';
import { isDate } from '../parties/party-fields.js';
import type { PaymentInstruction } from './payment-instruction.js';

/** What a payment file says of itself. */
export interface PaymentFileOptions {
  /** Names the file; 1 to 35 characters, never used for another. */
  readonly messageId: string;
  readonly createdAtMs: EpochMs;
  /** Day on which the payments should be made, `YYYY-MM-DD`. */
  readonly requestedDate: string;
}

/** Payments of one file with the accounts they go between. */
export interface AccountedPayment extends PaymentInstruction {
  readonly account: MemberAccount;
}

/** Joins payments with accounts. @throws InvoicingError `missing-data` for a member without one. */
export function withAccounts(
  instructions: readonly PaymentInstruction[],
  { members }: PaymentParties,
): AccountedPayment[] {
  return instructions.map((instruction) => {
    const account = Object.hasOwn(members, instruction.member)
      ? members[instruction.member]
      : undefined;
    if (account !== undefined) return { ...instruction, account };
    throw new InvoicingError(
      'missing-data',
      `payment parties: nothing about member ${instruction.member}, expected members.${instruction.member} with name and iban`,
    );
  });
}

/** A day: somewhere it is still the day before. */
const DAY_MS = 86_400_000;

/** @throws InvoicingError `bad-payment` for an id or date that is none, or a day that is over. */
export function checkFileOptions(options: PaymentFileOptions): void {
  const { messageId, requestedDate, createdAtMs } = options;
  const fault = bankIdFault(messageId);
  if (fault !== undefined) {
    throw new InvoicingError('bad-payment', `message id ${JSON.stringify(messageId)}: ${fault}`);
  }
  const earliest = formatInstant(createdAtMs - DAY_MS).slice(0, 10);
  if (isDate(requestedDate) && requestedDate >= earliest) return;
  throw new InvoicingError(
    'bad-payment',
    `requested date: got ${JSON.stringify(requestedDate)}, expected a date that exists, as YYYY-MM-DD, not before the file's own day`,
  );
}

/** A sum of payments with two decimals. */
export function controlSum(payments: readonly { readonly amountPico: Pico }[]): string {
  return formatMoney(payments.reduce((sum, { amountPico }) => sum + amountPico, 0n));
}

/** Number and sum of payments, which a group header and each batch state. */
export function counted(payments: readonly AccountedPayment[]): XmlElement[] {
  return [element('NbOfTxs', payments.length.toString()), element('CtrlSum', controlSum(payments))];
}

/** The header of a file. */
export function groupHeader(
  payments: readonly AccountedPayment[],
  name: string,
  { messageId, createdAtMs }: PaymentFileOptions,
): XmlElement {
  return element('GrpHdr', [
    element('MsgId', messageId),
    element('CreDtTm', formatInstant(createdAtMs)),
    counted(payments),
    element('InitgPty', [partyName(name)]),
  ]);
}

/** A party's name in the characters that banks take, which the parties' schema has asked for. */
export function partyName(name: string): XmlElement {
  return element('Nm', bankText(name) ?? '');
}

/** An account by its IBAN. */
export function ibanAccount(name: string, iban: string): XmlElement {
  return element(name, [element('Id', [element('IBAN', iban)])]);
}

/** A bank by its BIC, or as not provided where the schemes need no BIC. */
export function bank(name: string, bic: string | undefined, tag: 'BIC' | 'BICFI'): XmlElement {
  const id =
    bic === undefined ? element('Othr', [element('Id', 'NOTPROVIDED')]) : element(tag, bic);
  return element(name, [element('FinInstnId', [id])]);
}

/** What a payment is for, as free text. @throws InvoicingError `bad-payment` for text banks do not take. */
export function remittance({
  remittance: text,
  endToEndId,
}: PaymentInstruction): XmlElement | undefined {
  const plain = bankText(text);
  if (plain === undefined || plain.length > 140) {
    throw new InvoicingError(
      'bad-payment',
      `payment ${endToEndId}: text ${JSON.stringify(text)}, expected at most 140 characters that can be written in Latin letters`,
    );
  }
  return plain === '' ? undefined : element('RmtInf', [optional('Ustrd', plain)]);
}
