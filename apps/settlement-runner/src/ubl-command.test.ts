import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readStatement } from '@microgrid/invoicing';
import { formatMoney, parseMoney } from '@microgrid/units';
import { commandLine, settledSmall } from './command-line.test-data.js';
import { COMMUNITY, PARTIES, scratch } from './scratch.test-data.js';

let place: ReturnType<typeof scratch>;
beforeEach(() => {
  place = scratch();
});
afterEach(() => {
  place.remove();
});

/** One charge without VAT; sol's plant earns more than it pays. */
const CHARGED =
  COMMUNITY.replace("internal: '0.098765'", "internal: '0.898765'") +
  "charges:\n  - { id: fee, on: point, per: month, rate: '1.50', payTo: egac }\n";

const DATES = ['--issue-date', '2026-11-02', '--due-date', '2026-11-20'] as const;

/** The texts of an element, wherever it stands. */
function texts(xml: string, name: string): string[] {
  return [...xml.matchAll(new RegExp(`<${name}[^>]*>([^<]*)</${name}>`, 'g'))].map(
    ([, text]) => text ?? '',
  );
}

async function ubl(
  run: string,
  parties: object,
  ...more: string[]
): ReturnType<typeof commandLine> {
  const file = place.write('parties.json', JSON.stringify(parties));
  return commandLine(['ubl', run, '--parties', file, '--to', place.path('docs'), ...more]);
}

describe('ubl', () => {
  test('writes a document per member that says what it is, comes to its sums and counts its numbers', async () => {
    const run = await settledSmall(place, 'out', { community: CHARGED });
    const told = await ubl(run, PARTIES, ...DATES, '--number', '2026/{n}');
    expect(told).toMatchObject({ code: 0, err: '' });
    expect(readdirSync(place.path('docs')).sort()).toEqual(['ana.xml', 'rui.xml', 'sol.xml']);
    for (const [index, member] of ['ana', 'rui', 'sol'].entries()) {
      const xml = readFileSync(join(place.path('docs'), `${member}.xml`), 'utf8');
      const statement = readStatement(readFileSync(join(run, `statements/${member}.json`), 'utf8'));
      const credit = member === 'sol';
      expect(xml).toContain(`<${credit ? 'CreditNote' : 'Invoice'} `);
      expect(texts(xml, 'cbc:ID')[0]).toBe(`2026/${index + 1}`);
      expect(texts(xml, 'cbc:Note')).toEqual([
        expect.stringContaining(
          `Made from settlement statement ${statement.id}. The statement is not`,
        ),
      ]);
      expect(texts(xml, 'cbc:Note')[0]).toContain('not a fiscal invoice');
      const sign = credit ? -1n : 1n;
      // Energy at 23 %, the fee exempt: nets are the statement's rounded lines.
      const net = statement.lines.reduce((sum, line) => sum + BigInt(line.amountPico), 0n) * sign;
      expect(texts(xml, 'cbc:TaxExclusiveAmount')).toEqual([formatMoney(net)]);
      const [payable = ''] = texts(xml, 'cbc:PayableAmount');
      const [tax = ''] = texts(xml, 'cbc:TaxAmount');
      expect(parseMoney(payable)).toBe(net + parseMoney(tax));
      expect(texts(xml, 'cbc:TaxExemptionReason')).toEqual(['Article 9']);
      expect(told.out).toContain(
        `${member}.xml: ${credit ? 'CreditNote' : 'Invoice'} of ${member}, `,
      );
    }
    if (spawnSync('xmllint', ['--version']).error !== undefined) {
      console.log('skipped: well-formedness by xmllint, which is not installed');
      return;
    }
    const files = ['ana', 'rui', 'sol'].map((member) => join(place.path('docs'), `${member}.xml`));
    expect(spawnSync('xmllint', ['--noout', ...files]).status).toBe(0);
  }, 30_000);

  test('takes the file that payments takes', async () => {
    const run = await settledSmall(place, 'out');
    const file = place.write('both.json', JSON.stringify(PARTIES));
    const paid = await commandLine([
      ...['payments', run, '--parties', file, '--until', '2026-11-02T10:00:00Z'],
      ...['--pain', place.path('bank'), '--date', '2026-11-10'],
    ]);
    expect(paid).toMatchObject({ code: 0, err: '' });
    const written = await commandLine([
      ...['ubl', run, '--parties', file, '--to', place.path('docs'), ...DATES, '--member', 'ana'],
    ]);
    expect(written).toMatchObject({ code: 0, err: '' });
    expect(readdirSync(place.path('docs'))).toEqual(['ana.xml']);
  }, 30_000);

  test('names path, value and expectation of what is wrong, and writes nothing', async () => {
    const run = await settledSmall(place, 'out', { community: CHARGED });
    const refused = async (
      change: (parties: typeof PARTIES) => void,
      ...more: string[]
    ): Promise<string> => {
      const parties = structuredClone(PARTIES);
      change(parties);
      const { code, err } = await ubl(run, parties, ...(more.length > 0 ? more : DATES));
      expect(code).toBe(2);
      return err;
    };
    const same = (): void => undefined;
    expect(await refused((file) => Object.assign(file.community, { vatId: '12' }))).toMatch(
      /parties\.json: community\.vatId: got "12", expected a VAT identifier such as PT/,
    );
    expect(await refused((file) => delete file.members['rui'])).toMatch(
      /parties\.json: document of rui: nothing about member rui, expected members\.rui with name and address/,
    );
    expect(
      await refused((file) => Object.assign(file, { documents: { energyVat: { category: 'S' } } })),
    ).toMatch(/documents\.energyVat\.percent: got nothing, expected a percentage above 0/);
    expect(await refused((file) => Object.assign(file, { documents: {} }))).toMatch(
      /document of ana: documents\.(energyVat|chargesWithoutVat) is missing; .* needs to know its VAT/,
    );
    expect(await refused((file) => Object.assign(file.community, { vatId: undefined }))).toMatch(
      /document of ana: community\.vatId is missing; .*BR-S-02/,
    );
    expect(await refused(same, '--issue-date', '2026-11-02')).toMatch(
      /document of ana: --due-date is missing; where something is to be paid/,
    );
    expect(await refused(same, '--issue-date', '2 November')).toMatch(
      /document of ana: --issue-date: got "2 November", expected a date as YYYY-MM-DD/,
    );
    expect(await refused(same, ...DATES, '--number', '17')).toMatch(
      /--number: got "17", expected a text with \{n\}, \{member\} or \{statement\}/,
    );
    expect(await refused(same, ...DATES, '--member', 'eva')).toMatch(
      /--member: got "eva", expected one of ana, rui, sol/,
    );
    expect(readdirSync(place.path(''))).not.toContain('docs');
    const path = join(run, 'statements/ana.json');
    writeFileSync(path, readFileSync(path, 'utf8').replace('"amountPico":"', '"amountPico":"1'));
    expect(await refused(same)).toMatch(
      /statements\/ana\.json: SHA-256: got .*, expected .* of run\.json; run: microgrid-settle verify/,
    );
  }, 30_000);

  test('says in its help that it issues nothing', async () => {
    const { out } = await commandLine(['ubl', '--help']);
    expect(out).toMatch(/They are not fiscal\s+invoices, and this\s+program issues none/);
  });
});
