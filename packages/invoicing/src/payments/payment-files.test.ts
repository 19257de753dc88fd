import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { nodeHash } from '@microgrid/journal/node';
import { isInvoicingError } from '../invoicing-error.js';
import { all, at, readXml, textAt } from '../xml/read-xml.js';
import { partiesOf } from './bank.test-data.js';
import { bankText } from './bank-text.js';
import { creditorIdFault, ibanFault } from './iban.js';
import { creditTransferFile } from './pain-001.js';
import { directDebitFile } from './pain-008.js';
import { paymentFileFaults } from './payment-file-check.js';
import { paymentFiles } from './payment-files.js';
import { endToEndId, type PaymentInstruction } from './payment-instruction.js';
import { parsePaymentParties } from './payment-parties.js';

const CENT = 10_000_000_000n;
const MEMBERS = ['ana', 'bruno', 'c_3', 'dia.na', 'eva', 'rui'];
const PARTIES = partiesOf(MEMBERS);
const OPTIONS = {
  messageId: 'MSG-1',
  createdAtMs: Date.UTC(2026, 6, 1, 10),
  requestedDate: '2026-07-08',
};

function instruction(index: number, more: Partial<PaymentInstruction> = {}): PaymentInstruction {
  return {
    endToEndId: endToEndId(nodeHash, { statement: `s${index}`, version: 0, attempt: 0, part: 0 }),
    member: MEMBERS[index % MEMBERS.length] ?? '',
    direction: 'collect',
    amountPico: BigInt(index + 1) * 123n * CENT,
    currency: 'EUR',
    remittance: 'Energia de Junho — Alfama',
    ...more,
  };
}

function codeOf(act: () => unknown): string {
  try {
    act();
    return 'nothing';
  } catch (error) {
    return isInvoicingError(error) ? error.code : String(error);
  }
}

const instructions = fc
  .array(fc.bigInt({ min: 1n, max: 99_999_999_999n }), { minLength: 1, maxLength: 20 })
  .map((cents) => cents.map((amount, index) => instruction(index, { amountPico: amount * CENT })));

describe('payment files', () => {
  test('ask for exactly the payments given, in both messages, and pass every check', () => {
    fc.assert(
      fc.property(instructions, (payments) => {
        const credits = payments.map((one) => ({ ...one, direction: 'credit' as const }));
        const files = paymentFiles([...payments, ...credits.slice(1)], PARTIES, {
          ...OPTIONS,
          hash: nodeHash,
        });
        expect(files.map(({ name }) => name.slice(0, 8))).toEqual(
          payments.length > 1 ? ['pain.008', 'pain.001'] : ['pain.008'],
        );
        for (const [index, { text }] of files.entries()) {
          expect(paymentFileFaults(text)).toEqual([]);
          const root = readXml(text, () => {
            throw new Error('no XML');
          }).children[0];
          const batches = all(root, 'PmtInf');
          const found = batches.flatMap((batch) =>
            [...all(batch, 'DrctDbtTxInf'), ...all(batch, 'CdtTrfTxInf')].map((one) => [
              textAt(one, 'PmtId', 'EndToEndId'),
              textAt(one, 'InstdAmt') ?? textAt(one, 'Amt', 'InstdAmt'),
            ]),
          );
          const asked = (index === 0 ? payments : credits.slice(1)).map((one) => [
            one.endToEndId,
            `${one.amountPico / (100n * CENT)}.${((one.amountPico / CENT) % 100n).toString().padStart(2, '0')}`,
          ]);
          expect([...found].sort()).toEqual([...asked].sort());
          expect(textAt(at(root, 'GrpHdr'), 'NbOfTxs')).toBe(String(asked.length));
        }
      }),
      { numRuns: 60 },
    );
  });

  test('are the same for the same payments, to the message id', () => {
    const make = () => paymentFiles([instruction(0)], PARTIES, { ...OPTIONS, hash: nodeHash });
    expect(make()).toEqual(make());
    const [file] = make();
    expect(file?.messageId).toMatch(/^MG8-[0-9a-f]{20}$/);
    expect(file?.endToEndIds).toEqual([instruction(0).endToEndId]);
    const other = paymentFiles([instruction(1)], PARTIES, { ...OPTIONS, hash: nodeHash });
    expect(other[0]?.messageId).not.toBe(file?.messageId);
  });

  test('group collections by sequence type, with mandate, creditor and accounts', () => {
    const text = directDebitFile(
      [0, 1, 2, 3].map((index) => instruction(index)),
      PARTIES,
      OPTIONS,
    );
    expect(text.match(/<SeqTp>\w+/g)).toEqual(['<SeqTp>FRST', '<SeqTp>RCUR']);
    expect(text).toContain('<MndtId>M-3</MndtId>');
    expect(text).toContain('<DtOfSgntr>2026-01-31</DtOfSgntr>');
    expect(text).toContain('<Id>DE98ZZZ09999999999</Id>');
    expect(text).toContain('<Nm>Comunidade de Alfama + Mouraria</Nm>');
    expect(text).toContain('<Nm>Joao No 0 &apos;Oz&apos;</Nm>');
    expect(text).toContain('<Ustrd>Energia de Junho - Alfama</Ustrd>');
    expect(text).toContain('<Id>NOTPROVIDED</Id>');
    expect(text).toContain('urn:iso:std:iso:20022:tech:xsd:pain.008.001.08');
  });

  test.each<[string, Partial<PaymentInstruction>, string]>([
    ['no amount', { amountPico: 0n }, 'bad-payment'],
    ['a negative amount', { amountPico: -CENT }, 'bad-payment'],
    ['parts of a cent', { amountPico: CENT + 1n }, 'bad-payment'],
    ['more than the schemes move', { amountPico: 10n ** 11n * CENT }, 'bad-payment'],
    ['another currency', { currency: 'CHF' }, 'bad-payment'],
    ['an id too long', { endToEndId: 'x'.repeat(36) }, 'bad-payment'],
    ['an id of other characters', { endToEndId: 'naïve' }, 'bad-payment'],
    ['a text of other characters', { remittance: 'Ενέργεια' }, 'bad-payment'],
    ['a member without account', { member: 'nobody' }, 'missing-data'],
    ['a member named like a field of every object', { member: 'toString' }, 'missing-data'],
    ['the other direction', { direction: 'credit' }, 'bad-payment'],
  ])('refuse %s', (_, change, code) => {
    expect(codeOf(() => directDebitFile([instruction(0, change)], PARTIES, OPTIONS))).toBe(code);
  });

  test('refuse what lacks a mandate, creditor identifier, payment, date or message id', () => {
    const { mandate: _mandate, ...ana } = PARTIES.members['ana'] as { mandate?: unknown } & object;
    const without = { ...PARTIES, members: { ana } } as unknown as typeof PARTIES;
    const late = structuredClone(PARTIES);
    (late.members['ana']?.mandate as { date: string }).date = '2026-07-09';
    const { creditorId: _creditor, ...community } = PARTIES.community;
    const one = [instruction(0)];
    expect(codeOf(() => directDebitFile(one, without, OPTIONS))).toBe('missing-data');
    expect(codeOf(() => directDebitFile(one, late, OPTIONS))).toBe('missing-data');
    expect(codeOf(() => directDebitFile(one, { ...PARTIES, community }, OPTIONS))).toBe(
      'missing-data',
    );
    expect(codeOf(() => directDebitFile([], PARTIES, OPTIONS))).toBe('bad-payment');
    expect(codeOf(() => directDebitFile([one[0], one[0]] as typeof one, PARTIES, OPTIONS))).toBe(
      'bad-payment',
    );
    for (const change of [
      { requestedDate: '2026-02-30' },
      { requestedDate: '2026-06-29' },
      { messageId: '' },
      { messageId: 'a//b' },
    ]) {
      expect(codeOf(() => directDebitFile(one, PARTIES, { ...OPTIONS, ...change }))).toBe(
        'bad-payment',
      );
    }
  });

  test.each<[string, (text: string) => string, string]>([
    ['a sum', (text) => text.replace('<CtrlSum>1.23', '<CtrlSum>1.24'), 'CtrlSum'],
    ['a count', (text) => text.replace(/<NbOfTxs>1(?=[^]*<PmtInf>)/, '<NbOfTxs>2'), 'NbOfTxs'],
    ['an amount', (text) => text.replace('>1.23</InstdAmt>', '>0.00</InstdAmt>'), 'cents above 0'],
    ['a currency', (text) => text.replace('Ccy="EUR"', 'Ccy="USD"'), 'EUR'],
    [
      'the order',
      (text) => text.replace(/(\s*<MndtId>.*<\/MndtId>)(\s*<DtOfSgntr>.*<\/DtOfSgntr>)/, '$2$1'),
      'stands after',
    ],
    ['an element', (text) => text.replace('<ChrgBr>', '<Xyz/><ChrgBr>'), 'does not belong'],
    [
      'an account',
      (text) => text.replace('<IBAN>PT50000201231234567890154', '<IBAN>PT50000201231234567890145'),
      'check digits',
    ],
    ['a creditor', (text) => text.replace('DE98ZZZ', 'DE99ZZZ'), 'check digits'],
    ['a character', (text) => text.replace('Joao', 'João'), 'SEPA set'],
    ['a BIC', (text) => text.replace('CGDIPTPL', 'CGDIPT'), 'BIC'],
    ['a message', (text) => text.replaceAll('CstmrDrctDbtInitn', 'Other'), 'pain.001'],
  ])('checked, tell a change of %s', (_, change, reason) => {
    const text = directDebitFile([instruction(0)], PARTIES, OPTIONS);
    const changed = change(text);
    expect(changed).not.toBe(text);
    expect(
      paymentFileFaults(changed)
        .map((one) => one.reason)
        .join('\n'),
    ).toContain(reason);
  });

  test('checked, refuse a document type and what is no XML', () => {
    expect(codeOf(() => paymentFileFaults('<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'))).toBe(
      'bad-payment',
    );
    expect(codeOf(() => paymentFileFaults('<a><b></a>'))).toBe('bad-payment');
    expect(codeOf(() => paymentFileFaults(''))).toBe('bad-payment');
    expect(codeOf(() => paymentFileFaults('<a>'.repeat(100)))).toBe('bad-payment');
  });
});

describe('account numbers', () => {
  test('fit by length and check digits; any digit changed or two neighbours swapped is found', () => {
    const right = Object.values(PARTIES.members).map(({ iban }) => iban);
    for (const iban of [...right, 'GB29NWBK60161331926819', 'MT84MALT011000012345MTLCAST001S']) {
      expect(ibanFault(iban)).toBeUndefined();
      for (let index = 4; index < iban.length; index++) {
        const digit = iban.charAt(index);
        if (!/\d/.test(digit)) continue;
        const other = String((Number(digit) + 1) % 10);
        expect(ibanFault(iban.slice(0, index) + other + iban.slice(index + 1))).toBeDefined();
        const next = iban.charAt(index + 1);
        if (!/\d/.test(next) || next === digit) continue;
        expect(
          ibanFault(iban.slice(0, index) + next + digit + iban.slice(index + 2)),
        ).toBeDefined();
      }
    }
    for (const bad of [
      '',
      'PT50',
      'pt50000201231234567890154',
      'US00123',
      'PT500002012312345678901540',
    ]) {
      expect(ibanFault(bad)).toBeDefined();
    }
    expect(creditorIdFault('DE98ZZZ09999999999')).toBeUndefined();
    // The business code is not part of what is checked.
    expect(creditorIdFault('DE98ABC09999999999')).toBeUndefined();
    expect(creditorIdFault('DE98ZZZ09999999998')).toBeDefined();
  });

  test('texts come in the characters of banks, or not at all', () => {
    expect(bankText('Conceição Brûlé & Søn, Straße 5_a')).toBe(
      'Conceicao Brule + Son, Strasse 5-a',
    );
    expect(bankText('Ελλάδα')).toBeUndefined();
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const plain = bankText(text);
        if (plain === undefined) return;
        expect(plain).toMatch(/^[A-Za-z0-9/\-?:().,'+ ]*$/);
        expect(bankText(plain)).toBe(plain);
      }),
    );
  });

  test('parties are refused with every fault named', () => {
    const value = {
      schema: 'microgrid/parties/1',
      community: { name: 'Ωmega', iban: 'PT50', creditorId: 'X' },
      members: {
        ana: {
          name: '',
          iban: 'DE89370400440532013000',
          mandate: { id: '/', date: '2026-02-29', sequence: 'X' },
        },
      },
    };
    let message = '';
    try {
      parsePaymentParties(value, 'parties.json');
    } catch (error) {
      message = isInvoicingError(error) ? error.message : '';
    }
    for (const place of [
      'parties.json',
      'community.name',
      'community.iban',
      'community.creditorId',
      'members.ana.name',
      'members.ana.mandate.id',
      'members.ana.mandate.date',
      'members.ana.mandate.sequence',
    ]) {
      expect(message).toContain(place);
    }
  });
});

/** Schemas of ISO 20022 as a Debian package brings them; another directory may be named. */
const SCHEMAS =
  process.env['MICROGRID_ISO20022_XSD'] ??
  '/usr/lib/python3/dist-packages/trytond/modules/account_payment_sepa/tests';

describe('against the schemas of ISO 20022', () => {
  const directory = mkdtempSync(join(tmpdir(), 'pain-'));
  afterAll(() => {
    rmSync(directory, { recursive: true, force: true });
  });
  const payments = [0, 1, 2, 3, 4].map((index) => instruction(index));
  const credits = payments.map((one) => ({ ...one, direction: 'credit' as const }));
  test.each([
    ['pain.001.001.09', creditTransferFile(credits, PARTIES, OPTIONS)],
    ['pain.008.001.08', directDebitFile(payments, PARTIES, OPTIONS)],
    [
      'pain.001.001.03',
      creditTransferFile(credits, PARTIES, { ...OPTIONS, version: 'pain.001.001.03' }),
    ],
    [
      'pain.008.001.02',
      directDebitFile(payments, PARTIES, { ...OPTIONS, version: 'pain.008.001.02' }),
    ],
  ])('%s is valid', (version, text) => {
    expect(paymentFileFaults(text)).toEqual([]);
    const schema = join(SCHEMAS, `${version}.xsd`);
    if (!existsSync(schema) || !existsSync('/usr/bin/xmllint')) {
      console.log(`skipped: no ${schema} or no xmllint`);
      return;
    }
    const file = join(directory, `${version}.xml`);
    writeFileSync(file, text);
    const valid = spawnSync('xmllint', ['--noout', '--schema', schema, file], { encoding: 'utf8' });
    expect([valid.status, valid.stderr]).toEqual([0, `${file} validates\n`]);
    writeFileSync(file, text.replace(/<EndToEndId>[^]*?<\/EndToEndId>/, ''));
    expect(spawnSync('xmllint', ['--noout', '--schema', schema, file]).status).not.toBe(0);
  });
});
