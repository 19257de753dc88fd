import fc from 'fast-check';
import type { StatementLine, StatementV1 } from '@microgrid/events';
import { isInvoicingError } from '../invoicing-error.js';
import { nodeHash } from '@microgrid/journal/node';
import { chargedPeriod, KEYS, STACK } from '../charges/charged-period.test-data.js';
import { invoice } from '../invoice.js';
import { statementOf } from '../payments/bank.test-data.js';
import { all, at, readXml, textAt, type XmlNode } from '../xml/read-xml.js';
import { parsePaymentParties } from '../payments/payment-parties.js';
import { documentFactsOf, parseDocumentParties } from './document-file.js';
import { ublDocument, type UblDocument } from './ubl-document.js';

const CENT = 10_000_000_000n;
const ZONE = 'Europe/Lisbon';
const FACTS = {
  number: '2026/17',
  issueDate: '2026-07-05',
  dueDate: '2026-07-20',
  seller: {
    name: 'Comunidade <Alfama> & Filhos',
    vatId: 'PT123456789',
    address: { street: 'Rua 1', city: 'Lisboa', postalCode: '1100-001', country: 'PT' },
  },
  buyer: { name: 'Ana', address: { country: 'PT' } },
  energyVat: { category: 'S', percent: '23' },
  chargesWithoutVat: { category: 'E', reason: 'Article 9' },
  iban: 'PT50000201231234567890154',
};

/** The order of elements in UBL 2.1, as far as documents use them. */
const ORDER: Readonly<Record<string, string>> = {
  Invoice:
    'CustomizationID ProfileID ID IssueDate DueDate InvoiceTypeCode Note DocumentCurrencyCode BuyerReference InvoicePeriod BillingReference AccountingSupplierParty AccountingCustomerParty PaymentMeans PaymentTerms TaxTotal LegalMonetaryTotal InvoiceLine',
  CreditNote:
    'CustomizationID ProfileID ID IssueDate CreditNoteTypeCode Note DocumentCurrencyCode BuyerReference InvoicePeriod BillingReference AccountingSupplierParty AccountingCustomerParty PaymentMeans PaymentTerms TaxTotal LegalMonetaryTotal CreditNoteLine',
  Party: 'EndpointID PartyIdentification PartyName PostalAddress PartyTaxScheme PartyLegalEntity',
  PostalAddress: 'StreetName CityName PostalZone Country',
  TaxSubtotal: 'TaxableAmount TaxAmount TaxCategory',
  TaxCategory: 'ID Percent TaxExemptionReasonCode TaxExemptionReason TaxScheme',
  LegalMonetaryTotal:
    'LineExtensionAmount TaxExclusiveAmount TaxInclusiveAmount PayableRoundingAmount PayableAmount',
  InvoiceLine: 'ID InvoicedQuantity LineExtensionAmount Item Price',
  CreditNoteLine: 'ID CreditedQuantity LineExtensionAmount Item Price',
  Item: 'Description Name ClassifiedTaxCategory',
  ClassifiedTaxCategory: 'ID Percent TaxScheme',
  Price: 'PriceAmount BaseQuantity',
};

function charge(id: string, cents: bigint, vatPercent?: string): StatementLine {
  const amount = (cents * CENT).toString();
  return {
    line: 'charge',
    energyMilliwattHours: '0',
    exactPico: amount,
    amountPico: amount,
    charge: {
      key: `charge/p/${id}`,
      meteringPoint: 'p',
      account: 'dso',
      charge: id,
      unit: 'kWh',
      quantity: '12.5',
      ...(vatPercent !== undefined && { vat: 'iva', vatPercent }),
    },
  };
}

function statement(cents: bigint, charges: readonly StatementLine[] = []): StatementV1 {
  const base = statementOf('ana', cents * CENT + 1n, cents * CENT);
  const vat: StatementLine = {
    ...charge('x', 1n, '23'),
    line: 'vat',
  };
  const lines = [...base.lines, ...charges, ...(charges.length > 0 ? [vat] : [])];
  const sum = lines.reduce((total, { amountPico }) => total + BigInt(amountPico), 0n);
  return { ...base, lines, amountPico: sum.toString() };
}

function read(xml: string): XmlNode {
  return readXml(xml, (_, message) => {
    throw new Error(message);
  });
}

function cents(node: XmlNode | undefined, ...path: readonly string[]): bigint {
  const text = textAt(node, ...path) ?? '';
  expect(text).toMatch(/^-?\d+\.\d{2}$/);
  return BigInt(text.replace('.', ''));
}

function expectOrder(node: XmlNode): void {
  const order = ORDER[node.name]?.split(' ');
  if (order !== undefined) {
    const places = node.children.map(({ name }) => order.indexOf(name));
    expect([node.name, places]).toEqual([node.name, [...places].sort((a, b) => a - b)]);
    expect(places).not.toContain(-1);
  }
  node.children.forEach(expectOrder);
}

/** The rules of EN 16931 on sums, categories and order, for a document in UBL. */
function expectRules(document: UblDocument): void {
  const root = read(document.xml);
  expect(root.name).toBe(document.type);
  expectOrder(root);
  const total = at(root, 'LegalMonetaryTotal');
  const lines = all(root, `${document.type}Line`);
  const net = lines.reduce((sum, line) => sum + cents(line, 'LineExtensionAmount'), 0n);
  expect(cents(total, 'LineExtensionAmount')).toBe(net);
  expect(cents(total, 'TaxExclusiveAmount')).toBe(net);
  const tax = at(root, 'TaxTotal');
  const parts = all(tax, 'TaxSubtotal');
  expect(parts.reduce((sum, one) => sum + cents(one, 'TaxAmount'), 0n)).toBe(
    cents(tax, 'TaxAmount'),
  );
  const seen = new Set<string>();
  for (const part of parts) {
    const id = textAt(part, 'TaxCategory', 'ID') ?? '';
    const percent = textAt(part, 'TaxCategory', 'Percent') ?? '';
    seen.add(`${id} ${percent}`);
    const own = lines.filter(
      (line) =>
        textAt(line, 'Item', 'ClassifiedTaxCategory', 'ID') === id &&
        textAt(line, 'Item', 'ClassifiedTaxCategory', 'Percent') === percent,
    );
    const base = own.reduce((sum, line) => sum + cents(line, 'LineExtensionAmount'), 0n);
    expect(cents(part, 'TaxableAmount')).toBe(base);
    // Rounded half away from zero, here in thousandths of a percent.
    const scaled = base * BigInt(Math.round(Number(percent) * 1000));
    const size = scaled < 0n ? -scaled : scaled;
    const rounded = (size + 50_000n) / 100_000n;
    expect(cents(part, 'TaxAmount')).toBe(scaled < 0n ? -rounded : rounded);
  }
  expect(seen.size).toBe(parts.length);
  const payable = cents(total, 'PayableAmount');
  expect(payable).toBe(net + cents(tax, 'TaxAmount'));
  expect(payable >= 0n).toBe(true);
  expect(document.payablePico).toBe(payable * CENT * (document.type === 'Invoice' ? 1n : -1n));
  for (const line of lines) {
    // Quantity times price over its base is the line, and prices are not negative.
    const quantity = textAt(line, 'InvoicedQuantity') ?? textAt(line, 'CreditedQuantity');
    const price = cents(line, 'Price', 'PriceAmount');
    expect(price >= 0n).toBe(true);
    expect(quantity?.replace('-', '')).toBe(textAt(line, 'Price', 'BaseQuantity'));
    const sign = quantity?.startsWith('-') === true ? -1n : 1n;
    expect(cents(line, 'LineExtensionAmount')).toBe(sign * price);
  }
}

function codeOf(act: () => unknown): string {
  try {
    act();
    return 'nothing';
  } catch (error) {
    return isInvoicingError(error) ? `${error.code}: ${error.message}` : String(error);
  }
}

describe('a statement as a document of EN 16931', () => {
  const rates = fc.constantFrom('23', '6', '13.5', '0', undefined);
  const amounts = fc.bigInt({ min: -100_000n, max: 100_000n });

  test('adds up: lines, VAT once per category, totals, in either document', () => {
    const types = new Set<string>();
    fc.assert(
      fc.property(
        amounts,
        fc.array(fc.tuple(amounts, rates), { maxLength: 12 }),
        (supply, list) => {
          const charges = list.map(([value, rate], index) => charge(`c${index}`, value, rate));
          if (supply === 0n && list.every(([value]) => value === 0n)) return;
          const document = ublDocument(statement(supply, charges), FACTS, ZONE);
          types.add(document.type);
          expectRules(document);
        },
      ),
      { numRuns: 150 },
    );
    expect([...types].sort()).toEqual(['CreditNote', 'Invoice']);
  });

  test('names what EN 16931 asks for, by local days, and escapes it', () => {
    const { xml, type, differencePico } = ublDocument(statement(1_000n), FACTS, ZONE);
    expect(type).toBe('Invoice');
    // The statement has no VAT: the document comes to 23 % more.
    expect(differencePico).toBe(230n * CENT);
    const root = read(xml);
    expect(textAt(root, 'CustomizationID')).toBe('urn:cen.eu:en16931:2017');
    expect(textAt(root, 'InvoiceTypeCode')).toBe('380');
    expect([
      textAt(root, 'InvoicePeriod', 'StartDate'),
      textAt(root, 'InvoicePeriod', 'EndDate'),
    ]).toEqual(['2026-06-01', '2026-06-30']);
    const seller = at(root, 'AccountingSupplierParty', 'Party');
    expect(textAt(seller, 'PartyLegalEntity', 'RegistrationName')).toBe(
      'Comunidade <Alfama> & Filhos',
    );
    expect(textAt(seller, 'PartyTaxScheme', 'CompanyID')).toBe('PT123456789');
    expect(textAt(root, 'PaymentMeans', 'PayeeFinancialAccount', 'ID')).toBe(FACTS.iban);
    const credit = read(ublDocument(statement(-1_000n), FACTS, ZONE).xml);
    expect(textAt(credit, 'CreditNoteTypeCode')).toBe('381');
    expect(textAt(credit, 'LegalMonetaryTotal', 'PayableAmount')).toBe('12.30');
  });

  test.each<[string, object, string]>([
    ['a number', { number: undefined }, 'number'],
    ['an issue date', { issueDate: '5 July' }, 'issueDate'],
    ['a due date', { dueDate: undefined }, 'BR-CO-25'],
    ['a seller', { seller: undefined }, 'seller'],
    ['a seller’s country', { seller: { ...FACTS.seller, address: {} } }, 'BT-40'],
    ['a seller’s VAT id', { seller: { ...FACTS.seller, vatId: undefined } }, 'BR-S-02'],
    ['a buyer’s name', { buyer: { ...FACTS.buyer, name: ' ' } }, 'buyer.name'],
    ['VAT on energy', { energyVat: undefined }, 'energyVat'],
    ['VAT of charges without one', { chargesWithoutVat: undefined }, 'chargesWithoutVat'],
    ['a rate', { energyVat: { category: 'S' } }, 'percent'],
    ['a reason', { energyVat: { category: 'E' } }, 'BT-120'],
    ['one scope of VAT', { energyVat: { category: 'O', reason: 'x' } }, 'BR-O-11'],
    ['the buyer’s VAT id', { energyVat: { category: 'AE', reason: 'x' } }, 'BR-AE-02'],
  ])('is refused without %s', (_, change, said) => {
    const given = Object.fromEntries(
      Object.entries<unknown>({ ...FACTS, ...change }).filter(([, value]) => value !== undefined),
    );
    const message = codeOf(() => ublDocument(statement(1_000n, [charge('c', 5n)]), given, ZONE));
    expect(message).toMatch(/^missing-data: document: /);
    expect(message).toContain(said);
  });

  test('is refused for a statement with nothing to bill', () => {
    const base = statement(0n);
    const nothing = { ...base, lines: [] };
    expect(codeOf(() => ublDocument(nothing, FACTS, ZONE))).toContain('BR-16');
  });

  test('says that it is made from a statement and that nobody has issued it yet', () => {
    const { xml } = ublDocument(statement(1_000n), FACTS, ZONE);
    expect(textAt(read(xml), 'Note')).toMatch(
      /^Made from settlement statement \S+\. The statement is not a fiscal invoice, .* issues none: .* when Comunidade <Alfama> & Filhos issues it/,
    );
  });
});

const PARTIES = {
  schema: 'microgrid/parties/1',
  community: {
    name: 'Alfama',
    iban: 'PT50000201231234567890154',
    creditorId: 'DE98ZZZ09999999999',
    vatId: 'PT123456789',
    address: { country: 'PT' },
  },
  members: Object.fromEntries(
    ['ana', 'bruno', 'plant'].map((member) => [
      member,
      {
        name: member,
        iban: 'DE89370400440532013000',
        mandate: { id: `M-${member}`, date: '2026-01-01', sequence: 'RCUR' },
        address: { country: 'PT', city: 'Lisboa' },
        reference: `R-${member}`,
      },
    ]),
  ),
  documents: {
    energyVat: { category: 'S', percent: '23' },
    chargesWithoutVat: { category: 'E', reason: 'Article 9' },
  },
};

describe('the file of parties', () => {
  test('serves payments and documents alike', () => {
    const { schema: _schema, ...read } = parsePaymentParties(PARTIES);
    const { schema: _other, ...documents } = parseDocumentParties(PARTIES);
    expect(read).toEqual(documents);
  });

  test('makes documents of statements with charges and VAT that keep the rules', () => {
    const types = new Set<string>();
    for (const key of Object.values(KEYS)) {
      const settled = chargedPeriod({ ...key, ...STACK }, 5, 264);
      for (const one of invoice(settled, { hash: nodeHash }).statements) {
        const terms = { number: one.member, issueDate: '2026-07-05', dueDate: '2026-07-20' };
        const facts = documentFactsOf(parseDocumentParties(PARTIES), one, terms);
        const document = ublDocument(one, facts, ZONE);
        expectRules(document);
        types.add(document.type);
        const root = read(document.xml);
        expect(textAt(root, 'BuyerReference')).toBe(`R-${one.member}`);
        const names = all(root, `${document.type}Line`).map((line) => textAt(line, 'Item', 'Name'));
        for (const { charge: about } of one.lines) {
          if (about?.charge === undefined) continue;
          expect(names.some((name) => name?.startsWith(about.charge ?? '') === true)).toBe(true);
        }
      }
    }
    expect([...types].sort()).toEqual(['CreditNote', 'Invoice']);
  });

  test.each<[string, (file: typeof PARTIES) => void, RegExp]>([
    [
      'an address',
      (file) => Object.assign(file.members['ana'] as object, { address: {} }),
      /^missing-data: p\.json: members\.ana\.address\.country: got nothing, expected a country/,
    ],
    [
      'a VAT identifier',
      (file) => Object.assign(file.community, { vatId: '123' }),
      /community\.vatId: got "123", expected a VAT identifier such as PT123456789/,
    ],
    [
      'another form',
      (file) => Object.assign(file, { schema: 'microgrid/payment-parties/1' }),
      /schema: got "microgrid\/payment-parties\/1", expected "microgrid\/parties\/1"/,
    ],
    [
      'an IBAN',
      (file) => Object.assign(file.members['ana'] as object, { iban: 'DE89' }),
      /members\.ana\.iban: got "DE89", expected an IBAN/,
    ],
  ])('is refused for %s that is none, with path, value and expectation', (_, change, said) => {
    const file = structuredClone(PARTIES);
    change(file);
    expect(codeOf(() => parseDocumentParties(file, 'p.json'))).toMatch(said);
    if (!said.source.includes('country')) {
      expect(codeOf(() => parsePaymentParties(file, 'p.json'))).toMatch(/^bad-payment: p\.json: /);
    }
  });

  test('is refused for a member that it does not have', () => {
    const parties = parseDocumentParties({ ...PARTIES, members: {} });
    const terms = { number: '1', issueDate: '2026-07-05' };
    expect(codeOf(() => documentFactsOf(parties, { member: 'ana' }, terms))).toBe(
      'missing-data: parties: nothing about member ana, expected members.ana with name and address',
    );
  });
});
