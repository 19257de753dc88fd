import type { StatementV1 } from '@microgrid/events';
import { parseInstant, type Pico } from '@microgrid/units';
import { localTime } from '@microgrid/units/calendar';
import { InvoicingError } from '../invoicing-error.js';
import { readFields } from '../parties/party-fields.js';
import { element, optional, renderXml, type XmlElement } from '../xml/write-xml.js';
import {
  documentAmount,
  documentLines,
  documentVat,
  type DocumentLine,
  type DocumentVat,
} from './document-lines.js';
import {
  documentFacts,
  type DocumentFacts,
  type DocumentParty,
  type VatTreatment,
} from './document-parties.js';

/** A document and what it comes to. */
export interface UblDocument {
  readonly xml: string;
  readonly type: 'Invoice' | 'CreditNote';
  /** What is paid for it: positive by the buyer, negative to the buyer (BT-115). */
  readonly payablePico: Pico;
  /** Payable less what the statement says: VAT that the statement does not have, and its rounding. */
  readonly differencePico: Pico;
}

interface Totals {
  readonly lines: readonly DocumentLine[];
  readonly vat: readonly DocumentVat[];
  readonly netPico: Pico;
  readonly taxPico: Pico;
}

/** How a document is written: amounts of a credit note have their signs turned. */
interface Writing {
  readonly sign: 1n | -1n;
  readonly currency: string;
  readonly type: UblDocument['type'];
}

/**
 * A statement as a document of EN 16931 in UBL 2.1: an Invoice, or a CreditNote where the buyer gets
 * money. The statement itself is no fiscal invoice: number, parties and VAT come from the caller, and
 * issuing (certified software, signatures, registration) is the caller's.
 * @param timeZone the community's: the invoicing period is named by local days.
 * @throws InvoicingError `missing-data` naming each field with its business term.
 */
export function ublDocument(statement: StatementV1, given: unknown, timeZone: string): UblDocument {
  const facts: DocumentFacts = readFields(documentFacts, given, 'document', 'missing-data');
  const lines = documentLines(statement, facts);
  const vat = documentVat(lines);
  const sum = (amounts: readonly Pico[]): Pico => amounts.reduce((total, one) => total + one, 0n);
  const netPico = sum(lines.map((line) => line.netPico));
  const taxPico = sum(vat.map((one) => one.taxPico));
  const payablePico = netPico + taxPico;
  checkRules(facts, { lines, vat, netPico, taxPico });
  const type = payablePico < 0n ? 'CreditNote' : 'Invoice';
  const writing: Writing = {
    type,
    sign: type === 'Invoice' ? 1n : -1n,
    currency: statement.currency,
  };
  const root = element(
    type,
    [
      heading(statement, facts, writing, timeZone),
      element('cac:AccountingSupplierParty', [partyElement(facts.seller)]),
      element('cac:AccountingCustomerParty', [partyElement(facts.buyer)]),
      paymentMeans(facts, writing),
      totals({ lines, vat, netPico, taxPico }, writing),
      lines.map((line, index) => lineElement(line, index + 1, writing)),
    ],
    {
      xmlns: `urn:oasis:names:specification:ubl:schema:xsd:${type}-2`,
      'xmlns:cac': 'urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2',
      'xmlns:cbc': 'urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2',
    },
  );
  const differencePico = payablePico - BigInt(statement.amountPico);
  return { xml: renderXml(root), type, payablePico, differencePico };
}

/** Rules of EN 16931 between fields. */
function checkRules(facts: DocumentFacts, { lines, vat, netPico, taxPico }: Totals): void {
  const tell = (message: string): never => {
    throw new InvoicingError('missing-data', `document: ${message}`);
  };
  if (lines.length === 0) tell('the statement has no line to bill; a document needs one (BR-16)');
  if (netPico + taxPico > 0n && facts.dueDate === undefined) {
    tell('dueDate is missing; where something is to be paid, EN 16931 asks for it (BR-CO-25)');
  }
  const has = (category: string): boolean => vat.some((one) => one.vat.category === category);
  const taxed = ['S', 'Z', 'E', 'AE'].some(has);
  if (taxed && facts.seller.vatId === undefined) {
    tell(
      'seller.vatId is missing; VAT categories S, Z, E and AE need it (BR-S-02, BR-Z-02, BR-E-02)',
    );
  }
  if (has('AE') && facts.buyer.vatId === undefined) {
    tell('buyer.vatId is missing; reverse charge needs it (BR-AE-02)');
  }
}

/** What every document says of where it comes from (BT-22). */
function documentNote(statement: string, seller: string): string {
  return `Made from settlement statement ${statement}. The statement is not a fiscal invoice, and the software that made this file issues none: it becomes an invoice only when ${seller} issues it as the law requires.`;
}

function heading(
  { id, start, end }: StatementV1,
  facts: DocumentFacts,
  { type, currency }: Writing,
  timeZone: string,
): (XmlElement | undefined)[] {
  const invoice = type === 'Invoice';
  return [
    element('cbc:CustomizationID', 'urn:cen.eu:en16931:2017'),
    element('cbc:ID', facts.number),
    element('cbc:IssueDate', facts.issueDate),
    invoice ? optional('cbc:DueDate', facts.dueDate) : undefined,
    element(invoice ? 'cbc:InvoiceTypeCode' : 'cbc:CreditNoteTypeCode', invoice ? '380' : '381'),
    element('cbc:Note', documentNote(id, facts.seller.name)),
    element('cbc:DocumentCurrencyCode', currency),
    optional('cbc:BuyerReference', facts.buyerReference),
    element('cac:InvoicePeriod', [
      element('cbc:StartDate', localTime(timeZone, parseInstant(start)).date),
      // The last day is inside: the end of a period is its first instant outside.
      element('cbc:EndDate', localTime(timeZone, parseInstant(end) - 1).date),
    ]),
    facts.precedingInvoice === undefined
      ? undefined
      : element('cac:BillingReference', [
          element('cac:InvoiceDocumentReference', [element('cbc:ID', facts.precedingInvoice)]),
        ]),
  ];
}

function partyElement({ name, vatId, legalId, address, endpoint }: DocumentParty): XmlElement {
  return element('cac:Party', [
    endpoint && element('cbc:EndpointID', endpoint.id, { schemeID: endpoint.scheme }),
    element('cac:PostalAddress', [
      optional('cbc:StreetName', address.street),
      optional('cbc:CityName', address.city),
      optional('cbc:PostalZone', address.postalCode),
      element('cac:Country', [element('cbc:IdentificationCode', address.country)]),
    ]),
    vatId === undefined
      ? undefined
      : element('cac:PartyTaxScheme', [element('cbc:CompanyID', vatId), taxScheme()]),
    element('cac:PartyLegalEntity', [
      element('cbc:RegistrationName', name),
      optional('cbc:CompanyID', legalId),
    ]),
  ]);
}

function taxScheme(): XmlElement {
  return element('cac:TaxScheme', [element('cbc:ID', 'VAT')]);
}

/** SEPA credit transfer (58) to the account given; nothing without one. */
function paymentMeans({ iban, dueDate }: DocumentFacts, { type }: Writing): XmlElement | undefined {
  if (iban === undefined) return undefined;
  return element('cac:PaymentMeans', [
    element('cbc:PaymentMeansCode', '58'),
    type === 'CreditNote' ? optional('cbc:PaymentDueDate', dueDate) : undefined,
    element('cac:PayeeFinancialAccount', [element('cbc:ID', iban)]),
  ]);
}

function category(
  name: string,
  { category: id, percent, reason }: VatTreatment,
  full: boolean,
): XmlElement {
  return element(name, [
    element('cbc:ID', id),
    id === 'O' ? undefined : element('cbc:Percent', percent ?? '0'),
    full ? optional('cbc:TaxExemptionReason', reason) : undefined,
    taxScheme(),
  ]);
}

function totals({ vat, netPico, taxPico }: Totals, { sign, currency }: Writing): XmlElement[] {
  const amount = (name: string, value: Pico): XmlElement =>
    element(name, documentAmount(value, sign), { currencyID: currency });
  return [
    element('cac:TaxTotal', [
      amount('cbc:TaxAmount', taxPico),
      vat.map((one) =>
        element('cac:TaxSubtotal', [
          amount('cbc:TaxableAmount', one.netPico),
          amount('cbc:TaxAmount', one.taxPico),
          category('cac:TaxCategory', one.vat, true),
        ]),
      ),
    ]),
    element('cac:LegalMonetaryTotal', [
      amount('cbc:LineExtensionAmount', netPico),
      amount('cbc:TaxExclusiveAmount', netPico),
      amount('cbc:TaxInclusiveAmount', netPico + taxPico),
      amount('cbc:PayableAmount', netPico + taxPico),
    ]),
  ];
}

function lineElement(
  line: DocumentLine,
  id: number,
  { type, sign, currency }: Writing,
): XmlElement {
  const invoice = type === 'Invoice';
  const { name, quantity, unit, netPico, vat } = line;
  const net = netPico * sign;
  // A price is never below 0 (BR-27): the quantity has the sign. It is the price of the whole quantity,
  // so that quantity times price is the line's amount whatever prices its hours had.
  return element(invoice ? 'cac:InvoiceLine' : 'cac:CreditNoteLine', [
    element('cbc:ID', id.toString()),
    element(
      invoice ? 'cbc:InvoicedQuantity' : 'cbc:CreditedQuantity',
      `${net < 0n ? '-' : ''}${quantity}`,
      { unitCode: unit },
    ),
    element('cbc:LineExtensionAmount', documentAmount(netPico, sign), { currencyID: currency }),
    element('cac:Item', [
      element('cbc:Name', name),
      category('cac:ClassifiedTaxCategory', vat, false),
    ]),
    element('cac:Price', [
      element('cbc:PriceAmount', documentAmount(net < 0n ? -net : net, 1n), {
        currencyID: currency,
      }),
      element('cbc:BaseQuantity', quantity, { unitCode: unit }),
    ]),
  ]);
}
