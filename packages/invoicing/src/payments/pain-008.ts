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
import { SEQUENCE_TYPES, type Mandate } from '../parties/party-fields.js';
import type { PaymentParties } from './payment-parties.js';

/** Versions of the direct debit message: the one of the present SEPA rulebook and the one before. */
export type DirectDebitVersion = 'pain.008.001.08' | 'pain.008.001.02';

type Collection = AccountedPayment & { readonly mandate: Mandate };

const SCHEMES = ['CORE', 'B2B'] as const;

/**
 * A file that asks the community's bank to collect from members: CustomerDirectDebitInitiation of
 * ISO 20022, as SEPA direct debits (EPC130-08), one batch per scheme and sequence type. Default
 * version pain.008.001.08.
 * @throws InvoicingError `bad-payment`; `missing-data` without creditor identifier or a mandate, or
 *   with a mandate signed after the requested date.
 */
export function directDebitFile(
  instructions: readonly PaymentInstruction[],
  parties: PaymentParties,
  options: PaymentFileOptions & { readonly version?: DirectDebitVersion },
): string {
  const { version = 'pain.008.001.08' } = options;
  checkFileOptions(options);
  checkInstructions(instructions);
  if (instructions.length === 0 || instructions.some(({ direction }) => direction !== 'collect')) {
    throw new InvoicingError(
      'bad-payment',
      `${version}: got ${instructions.length} payments, expected at least one and collections from members only`,
    );
  }
  const { community } = parties;
  if (community.creditorId === undefined) {
    throw new InvoicingError(
      'missing-data',
      'payment parties: community.creditorId is missing; a bank collects only for a creditor identifier',
    );
  }
  const collections = withMandates(withAccounts(instructions, parties), options.requestedDate);
  const batches = SCHEMES.flatMap((scheme) =>
    SEQUENCE_TYPES.map((sequence) => ({
      scheme,
      sequence,
      payments: collections.filter(
        ({ mandate }) => mandate.sequence === sequence && (mandate.scheme ?? 'CORE') === scheme,
      ),
    })),
  ).filter(({ payments }) => payments.length > 0);
  return renderXml(
    element(
      'Document',
      [
        element('CstmrDrctDbtInitn', [
          groupHeader(collections, community.name, options),
          batches.map((one, index) =>
            batch(one, parties, { ...options, version, id: `${index + 1}` }),
          ),
        ]),
      ],
      { xmlns: `urn:iso:std:iso:20022:tech:xsd:${version}` },
    ),
  );
}

function withMandates(payments: readonly AccountedPayment[], date: string): Collection[] {
  return payments.map((payment) => {
    const { mandate } = payment.account;
    if (mandate !== undefined && mandate.date <= date) return { ...payment, mandate };
    throw new InvoicingError(
      'missing-data',
      mandate === undefined
        ? `payment parties: members.${payment.member}.mandate is missing; nobody is collected from without one`
        : `payment parties: members.${payment.member}.mandate.date is ${mandate.date}, expected a day up to the collection on ${date}`,
    );
  });
}

interface Batch {
  readonly scheme: string;
  readonly sequence: string;
  readonly payments: readonly Collection[];
}

function batch(
  { scheme, sequence, payments }: Batch,
  { community }: PaymentParties,
  options: PaymentFileOptions & { readonly version: DirectDebitVersion; readonly id: string },
): XmlElement {
  const tag = options.version === 'pain.008.001.08' ? 'BICFI' : 'BIC';
  const creditor = element('Othr', [
    element('Id', community.creditorId ?? ''),
    element('SchmeNm', [element('Prtry', 'SEPA')]),
  ]);
  return element('PmtInf', [
    // Room for the number beside a message id of any length.
    element('PmtInfId', `${options.messageId.slice(0, 32)}-${options.id}`),
    element('PmtMtd', 'DD'),
    counted(payments),
    element('PmtTpInf', [
      element('SvcLvl', [element('Cd', 'SEPA')]),
      element('LclInstrm', [element('Cd', scheme)]),
      element('SeqTp', sequence),
    ]),
    element('ReqdColltnDt', options.requestedDate),
    element('Cdtr', [partyName(community.name)]),
    ibanAccount('CdtrAcct', community.iban),
    bank('CdtrAgt', community.bic, tag),
    element('ChrgBr', 'SLEV'),
    element('CdtrSchmeId', [element('Id', [element('PrvtId', [creditor])])]),
    payments.map((payment) => collection(payment, tag)),
  ]);
}

function collection(payment: Collection, tag: 'BIC' | 'BICFI'): XmlElement {
  const { account, mandate, endToEndId, amountPico, currency } = payment;
  return element('DrctDbtTxInf', [
    element('PmtId', [element('EndToEndId', endToEndId)]),
    element('InstdAmt', formatMoney(amountPico), { Ccy: currency }),
    element('DrctDbtTx', [
      element('MndtRltdInf', [element('MndtId', mandate.id), element('DtOfSgntr', mandate.date)]),
    ]),
    bank('DbtrAgt', account.bic, tag),
    element('Dbtr', [partyName(account.name)]),
    ibanAccount('DbtrAcct', account.iban),
    remittance(payment),
  ]);
}
