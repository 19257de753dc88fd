import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { paymentFileFaults, readLedger } from '@microgrid/invoicing';
import { main } from './cli.js';
import { run } from './run.js';
import { COMMUNITY, PARTIES, readingsText, scratch } from './scratch.test-data.js';

const space = scratch();
const out = space.path('out');

beforeAll(async () => {
  mkdirSync(space.path('in'));
  await run({
    // Shared energy that earns a lot: one member is credited.
    community: space.write('in/community.yaml', COMMUNITY.replace('0.098765', '0.898765')),
    readings: space.write('in/readings.csv', readingsText(Date.parse('2026-06-20T23:00:00Z'), 24)),
    from: '2026-06-21',
    to: '2026-06-22',
    out,
  });
  writeFileSync(space.path('parties.json'), JSON.stringify(PARTIES));
});

afterAll(space.remove);

async function command(
  ...args: string[]
): Promise<{ code: number; lines: Record<string, unknown>[]; err: string }> {
  const written = { out: '', err: '' };
  const stream = (name: 'out' | 'err') =>
    ({ write: (text: string) => void (written[name] += text) }) as unknown as NodeJS.WriteStream;
  const code = await main(args, { stdout: stream('out'), stderr: stream('err') });
  const lines = written.out
    .trim()
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  return { code, lines, err: written.err };
}

/** What the bank books for the payments of a file, whole. */
function statementOfBank(pain: string): string {
  const kind = pain.includes('CstmrDrctDbtInitn') ? 'CRDT' : 'DBIT';
  const ids = [...pain.matchAll(/<EndToEndId>([^<]+)/g)].map(([, id]) => id);
  const amounts = [...pain.matchAll(/<InstdAmt Ccy="EUR">([^<]+)/g)].map(([, amount]) => amount);
  const entries = ids.map(
    (id, index) =>
      `<Ntry><Amt Ccy="EUR">${amounts[index] ?? ''}</Amt><CdtDbtInd>${kind}</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2026-06-26</Dt></BookgDt><AcctSvcrRef>${kind}${index}</AcctSvcrRef><NtryDtls><TxDtls><Refs><EndToEndId>${id ?? ''}</EndToEndId></Refs></TxDtls></NtryDtls></Ntry>`,
  );
  return `<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><Stmt><Id>1</Id><Acct><Id><IBAN>${PARTIES.community.iban}</IBAN></Id></Acct>${entries.join('')}</Stmt></BkToCstmrStmt></Document>`;
}

/** The real program takes a file, assertions of balances and all; skipped by name where it is absent. */
function accepted(program: string, args: readonly string[]): void {
  if (!existsSync(program)) {
    console.log(`skipped: ${program} is not installed`);
    return;
  }
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  expect([program, status, stdout + stderr]).toEqual([program, 0, '']);
}

describe('payments through the bank', () => {
  test('go out as files, come back as bookings, and leave a ledger that balances', async () => {
    const pain = space.path('pain');
    const asked = await command(
      ...['payments', out, '--until', '2026-06-24T10:00:00Z'],
      ...['--parties', space.path('parties.json'), '--pain', pain, '--date', '2026-06-26'],
    );
    expect([asked.code, asked.err]).toEqual([0, '']);
    const names = readdirSync(pain).sort();
    expect(names).toHaveLength(3);
    const files = names
      .filter((name) => name.endsWith('.xml'))
      .map((name) => readFileSync(join(pain, name), 'utf8'));
    expect(files.map((text) => paymentFileFaults(text))).toEqual([[], []]);
    const bank = files.map((text, index) =>
      space.write(`camt-${index}.xml`, statementOfBank(text)),
    );
    const instructed = join(pain, 'instructed.ndjson');
    // Asked again while the bank has not answered, nothing goes out.
    const again = await command(
      ...['payments', out, '--inputs', instructed, '--until', '2026-06-25T10:00:00Z'],
      ...['--parties', space.path('parties.json'), '--date', '2026-06-27'],
      ...['--pain', space.path('again')],
    );
    expect([again.code, readdirSync(space.path('again'))]).toEqual([0, ['instructed.ndjson']]);
    const paid = await command(
      ...['payments', out, '--inputs', instructed, '--until', '2026-07-10T00:00:00Z'],
      ...['--parties', space.path('parties.json'), '--bank', ...bank, ...bank],
      ...['--ledger', space.path('books/ledger.ndjson')],
      ...['--hledger', space.path('books/run.journal')],
      ...['--beancount', space.path('books/run.beancount')],
    );
    expect([paid.code, paid.err]).toEqual([0, '']);
    const states = paid.lines.filter(({ finding }) => finding === undefined);
    for (const state of states) {
      expect(state['stands']).toEqual(['settled.0', 'issued.0']);
      expect(state['paid']).toBe(state['amount']);
    }
    const told = paid.lines.flatMap(({ finding }) => (finding === undefined ? [] : [finding]));
    expect(told.filter((one) => one === 'confirmed')).toHaveLength(3);
    expect(told.filter((one) => one === 'duplicate')).toHaveLength(3);
    const ledger = readLedger(readFileSync(space.path('books/ledger.ndjson'), 'utf8'));
    expect(ledger.outstanding()).toEqual([]);
    for (const member of ['ana', 'rui', 'sol'])
      expect(ledger.net(`member:${member}`, 'EUR')).toBe(0n);
    expect(ledger.net('bank', 'EUR')).not.toBe(0n);
    expect(readFileSync(space.path('books/run.journal'), 'utf8')).toContain('account bank');
    expect(readFileSync(space.path('books/run.beancount'), 'utf8')).toContain('open Assets:Bank');
    accepted('/usr/bin/hledger', ['-f', space.path('books/run.journal'), 'check', '--strict']);
    accepted('/usr/bin/bean-check', [space.path('books/run.beancount')]);
  });

  test('tell with exit code 1 what somebody has to look at', async () => {
    const stray = statementOfBank(
      '<CstmrDrctDbtInitn><EndToEndId>rent</EndToEndId><InstdAmt Ccy="EUR">5.00',
    );
    const { code, lines } = await command(
      ...['payments', out, '--bank', space.write('stray.xml', stray)],
    );
    expect(code).toBe(1);
    expect(lines.at(-1)).toMatchObject({
      finding: 'unknown-reference',
      amount: '5.00',
      needsPerson: true,
    });
  });

  test.each([
    ['no date beside --pain', ['--pain', 'x'], '--parties and --date'],
    ['days that are none', ['--return-window', '-1'], '--return-window'],
    ['a bank file that is none', ['--bank', 'package.json'], 'package.json'],
    ['parties that are none', ['--parties', 'package.json'], 'schema'],
    ['an order without an id', ['--inputs', 'ORDER'], 'endToEndId'],
  ])('refuse %s with exit code 2', async (_, args, message) => {
    const order = space.write(
      'order.ndjson',
      '{"at":"2026-06-25T10:00:00Z","message":"recalled"}\n',
    );
    const { code, err } = await command(
      ...['payments', out, ...args.map((arg) => (arg === 'ORDER' ? order : arg))],
    );
    expect([code, err]).toEqual([2, expect.stringContaining(message)]);
    expect(existsSync('x')).toBe(false);
  });
});
