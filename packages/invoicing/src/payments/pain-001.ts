import { formatMoney } from '@microgrid/units';
import { InvoicingError } from '../invoicing-error.js';
import { element, renderXml, type XmlElement } from '../xml/write-xml.js';
import {
  bank,
  checkFileOptions,
  counted,
  groupHeader,
  ibanAccount,
  partyName,
  remittance,
  withAccounts,
  type AccountedPayment,
  type PaymentFileOptions,
} from './payment-file.js';
import { checkInstructions, type PaymentInstruction } from './payment-instruction.js';
import type { PaymentParties } from './payment-parties.js';

/** Versions of the credit transfer message: the one of the present SEPA rulebook and the one before. */
export type CreditTransferVersion = 'pain.001.001.09' | 'pain.001.001.03';

/**
 * A file that asks the community's bank to credit members: CustomerCreditTransferInitiation of
 * ISO 20022, as SEPA credit transfers (EPC132-08). Default version pain.001.001.09.
 * @throws InvoicingError `bad-payment`, `missing-data`.
 */
export function creditTransferFile(
  instructions: readonly PaymentInstruction[],
  parties: PaymentParties,
  options: PaymentFileOptions & { readonly version?: CreditTransferVersion },
): string {
  const { version = 'pain.001.001.09' } = options;
  checkFileOptions(options);
  checkInstructions(instructions);
  if (instructions.length === 0 || instructions.some(({ direction }) => direction !== 'credit')) {
    throw new InvoicingError(
      'bad-payment',
      `${version}: got ${instructions.length} payments, expected at least one and credits to members only`,
    );
  }
  const { community } = parties;
  const payments = withAccounts(instructions, parties);
  const tag = version === 'pain.001.001.09' ? 'BICFI' : 'BIC';
  const date = options.requestedDate;
  const batch = element('PmtInf', [
    element('PmtInfId', options.messageId),
    element('PmtMtd', 'TRF'),
    counted(payments),
    element('PmtTpInf', [element('SvcLvl', [element('Cd', 'SEPA')])]),
    element('ReqdExctnDt', tag === 'BICFI' ? [element('Dt', date)] : date),
    element('Dbtr', [partyName(community.name)]),
    ibanAccount('DbtrAcct', community.iban),
    bank('DbtrAgt', community.bic, tag),
    element('ChrgBr', 'SLEV'),
    payments.map((payment) => transfer(payment, tag)),
  ]);
  return renderXml(
    element(
      'Document',
      [element('CstmrCdtTrfInitn', [groupHeader(payments, community.name, options), batch])],
      { xmlns: `urn:iso:std:iso:20022:tech:xsd:${version}` },
    ),
  );
}

function transfer(payment: AccountedPayment, tag: 'BIC' | 'BICFI'): XmlElement {
  const { account, endToEndId, amountPico, currency } = payment;
  return element('CdtTrfTxInf', [
    element('PmtId', [element('EndToEndId', endToEndId)]),
    element('Amt', [element('InstdAmt', formatMoney(amountPico), { Ccy: currency })]),
    account.bic === undefined ? undefined : bank('CdtrAgt', account.bic, tag),
    element('Cdtr', [partyName(account.name)]),
    ibanAccount('CdtrAcct', account.iban),
    remittance(payment),
  ]);
}
