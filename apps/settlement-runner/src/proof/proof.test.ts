import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { chromium, type Browser } from 'playwright-core';
import { readMemberBundle, type MemberBundle } from '@microgrid/invoicing/bundle';
import { buildVerifyPage } from '../../build-verify-page.js';
import { commandLine, READINGS, settledSmall } from '../command-line.test-data.js';
import { run, verify } from '../index.js';
import { listDirectory } from '../run-directory.js';
import { CHARGES, COMMUNITY, CONTRACTED, scratch } from '../scratch.test-data.js';

const CHROMIUM = process.env['MICROGRID_CHROMIUM'] ?? '/usr/bin/chromium';
const hasBrowser = existsSync(CHROMIUM);
if (!hasBrowser)
  console.log(`skipped: verify.html in a browser, since ${CHROMIUM} is not installed`);

const APP = resolve(__dirname, '../..');

let place: ReturnType<typeof scratch>;
beforeEach(() => {
  place = scratch();
});
afterEach(() => {
  place.remove();
});

const settled = (out: string, from?: string, to?: string): Promise<string> =>
  settledSmall(place, out, { ...(from && { from }), ...(to && { to }) });

async function command(...args: string[]): ReturnType<typeof commandLine> {
  const verifyPage = place.path('verify.html');
  if (!existsSync(verifyPage)) await buildVerifyPage(APP, verifyPage);
  return commandLine(args, verifyPage);
}

describe('a signed run', () => {
  test('verifies with its operator, not with another key or after a changed head', async () => {
    const out = await settled('out');
    const signed = await command('sign', out, '--key', place.path('operator.pem'));
    expect(signed).toMatchObject({ code: 0, err: '' });
    expect(statSync(place.path('operator.pem')).mode & 0o777).toBe(0o600);
    const key = /ed25519:\S+/.exec(signed.out)?.[0] ?? '';
    expect(await verify(out)).toMatchObject({ ok: true, findings: [] });
    expect(await command('verify', out, '--operator-key', key)).toMatchObject({ code: 0 });
    const other = await command('verify', out, '--operator-key', `ed25519:${'A'.repeat(43)}`);
    expect(other).toMatchObject({ code: 1 });
    expect(other.out).toMatch(/head\.json: publicKey: got ed25519:.*, expected ed25519:AAAA/);
    const path = join(out, 'head.json');
    writeFileSync(path, readFileSync(path, 'utf8').replace('"leafCount":18', '"leafCount":19'));
    const changed = await verify(out);
    expect(changed.findings.map(({ message }) => message)).toEqual([
      'head.json: leafCount: got 19, expected 18 of this run',
    ]);
    // The same run again: the head is replaced with it.
    await settled('out');
    expect(listDirectory(out).files).not.toContain('head.json');
  });

  test('signing is refused for a run that does not verify', async () => {
    const out = await settled('out');
    const path = join(out, 'statements/rui.csv');
    writeFileSync(path, readFileSync(path, 'utf8').replace('0.', '1.'));
    const { code, err } = await command('sign', out, '--key', place.path('operator.pem'));
    expect(code).toBe(2);
    expect(err).toMatch(/is not signed, since it does not verify: statements\/rui\.csv: byte/);
  });

  test('a key that cannot be made is told with its path', async () => {
    const out = await settled('out');
    const { code, err } = await command('sign', out, '--key', place.path('nowhere/operator.pem'));
    expect(code).toBe(2);
    expect(err).toMatch(/--key: \S*nowhere\/operator\.pem: ENOENT[^]*; expected a key file/);
  });

  test('a bundle of a run that is not signed, of a stranger or off the log is refused', async () => {
    const out = await settled('out');
    const to = place.path('to');
    expect((await command('bundle', out, '--to', to)).err).toMatch(/is not signed; run/);
    await command('sign', out, '--key', place.path('k.pem'), '--log', place.path('log'));
    expect((await command('bundle', out, '--to', to, '--member', 'eva')).err).toMatch(
      /--member: got "eva", expected one of ana, rui, sol/,
    );
    const since = await command(
      'bundle',
      out,
      '--to',
      to,
      '--log',
      place.path('log'),
      '--since',
      '2',
    );
    expect(since.err).toMatch(/--since: got 2, expected a whole number from 1 to 1/);
    expect((await command('bundle', out, '--to', to, '--log', to)).err).toMatch(
      /does not hold this run/,
    );
  });
});

describe('an erased member', () => {
  test("is in no file, and the others' statements, the tree and the signature still verify", async () => {
    const out = await settled('out');
    const signed = await command('sign', out, '--key', place.path('k.pem'));
    const key = /ed25519:\S+/.exec(signed.out)?.[0] ?? '';
    const rui = JSON.parse(readFileSync(join(out, 'statements/rui.json'), 'utf8')) as {
      days: { costPico: string }[];
    };
    expect(await command('erase', out, '--member', 'rui')).toMatchObject({ code: 0, err: '' });
    const checked = await command('verify', out, '--operator-key', key);
    expect(checked.out).toMatch(/verify: ok \(.*erased: rui, whose values/);
    for (const file of listDirectory(out).files) {
      const text = readFileSync(join(out, file), 'utf8');
      expect(text).not.toContain('rui-1');
      for (const { costPico } of rui.days) expect(text).not.toContain(costPico);
    }
    const bundled = await command('bundle', out, '--to', place.path('to'));
    expect(bundled.out.trim().split('\n')).toHaveLength(2);
    expect(await command('erase', out, '--member', 'rui')).toMatchObject({ code: 0 });
    expect((await command('erase', out, '--member', 'eva')).code).toBe(2);
  });

  test('what is left is still checked: a changed statement, a lost one, a changed event', async () => {
    const out = await settled('out');
    await command('erase', out, '--member', 'rui');
    const change = async (file: string, from: RegExp, to: string): Promise<string[]> => {
      const path = join(out, file);
      const before = readFileSync(path, 'utf8');
      writeFileSync(path, before.replace(from, to));
      const { ok, findings } = await verify(out).finally(() => {
        writeFileSync(path, before);
      });
      expect(ok).toBe(false);
      return findings.map((finding) => finding.file);
    };
    expect(await change('statements/ana.json', /"costPico":"\d/, '"costPico":"9')).toContain(
      'statements/ana.json',
    );
    expect(await change('events.ndjson', /within/, 'curtailed')).toContain('events.ndjson');
    expect(await change('erased.json', /"hash":"./, '"hash":"x').catch(String)).toMatch(
      /erased\.json: members\[0\]\.leaves\[0\]\.hash/,
    );
    expect((await verify(out)).ok).toBe(true);
  });
});

const STACKED = `${CONTRACTED}${CHARGES}vat:
  - { id: iva, rates: [{ validFrom: '2020-01-01', percent: '23' }] }
`;

describe('what erasing leaves', () => {
  const FIXED = COMMUNITY.replace(
    '{ type: proportional }',
    "{ type: fixed, coefficients: { ana-1: '0.5', ana-2: '0.2', rui-1: '0.3' } }",
  );

  /** Files of a run that hold the id, by themselves or as part of another. */
  const naming = (run: string, id: string): string[] =>
    listDirectory(run).files.filter((file) => readFileSync(join(run, file), 'utf8').includes(id));

  /** The manifest holds the names of files that are gone, and nothing else of a member. */
  const onlyFileNames = (run: string, id: string): boolean => {
    const manifest = JSON.parse(readFileSync(join(run, 'run.json'), 'utf8')) as { files: object };
    const { files, ...rest } = manifest;
    return Object.keys(files).join(' ').includes(id) && !JSON.stringify(rest).includes(id);
  };

  test('points in the sharing key get pseudonyms, the report goes, and all of it is told', async () => {
    const out = await settledSmall(place, 'out', { community: FIXED });
    await command('sign', out, '--key', place.path('k.pem'));
    const told = await command('erase', out, '--member', 'rui');
    expect(told).toMatchObject({ code: 0, err: '' });
    expect(told.out.split('\n')).toEqual([
      `erased rui from ${out}`,
      'removed: statements/rui.json, statements/rui.csv, report.html',
      'rewritten without it: inputs/readings.csv, inputs/community.json, run.json',
      'where other rules name it: rui-1 as erased-1, rui as erased-2',
      expect.stringMatching(/^stays: erased\.json: the member's id and the hashes of its days/),
      expect.stringMatching(/^stays: run\.json: the names, sizes and hashes of the files/),
      expect.stringMatching(/^not in this directory: other versions and copies/),
      '',
    ]);
    expect(naming(out, 'rui')).toEqual(['erased.json', 'run.json']);
    expect(onlyFileNames(out, 'rui')).toBe(true);
    const community = readFileSync(join(out, 'inputs/community.json'), 'utf8');
    expect(community).toContain('"ana-1":"0.5","ana-2":"0.2","erased-1":"0.3"');
    expect((await verify(out)).findings).toEqual([]);
    const second = await command('erase', out, '--member', 'sol');
    expect(second.out).toContain('where other rules name it: sol-1 as erased-2, sol as erased-3');
    expect((await verify(out)).findings).toEqual([]);
    // Again: there is nothing left to do.
    const again = await command('erase', out, '--member', 'sol');
    expect(again.out).not.toMatch(/removed|rewritten/);
    expect([naming(out, 'sol-1'), naming(out, '"sol"')]).toEqual([[], ['erased.json']]);
  });

  test('a version of a run is erased with all its inputs, corrections and deltas', async () => {
    const first = await settled('first');
    const late = READINGS.split('\n').map((row) =>
      /^(?:ana|rui)-1,2026-10-24T1/.test(row) ? row.replace(/,(\d)\./, ',1$1.') : row,
    );
    const second = place.path('second');
    const settledAgain = await command(
      ...['resettle', first, '--kind', 'initial', '--known-at', '2026-12-20T00:00Z'],
      ...['--readings', place.write('late.csv', late.join('\n')), '--out', second],
    );
    expect(settledAgain).toMatchObject({ code: 0, err: '' });
    expect(naming(second, 'rui-1')).toEqual(
      expect.arrayContaining(['inputs/readings-2.csv', 'inputs/contract-1/community.json']),
    );
    expect(readFileSync(join(second, 'deltas.ndjson'), 'utf8')).toContain('"rui"');
    expect(await command('erase', second, '--member', 'rui')).toMatchObject({ code: 0, err: '' });
    expect(naming(second, 'rui')).toEqual(['erased.json', 'run.json']);
    expect(onlyFileNames(second, 'rui')).toBe(true);
    expect(readFileSync(join(second, 'deltas.ndjson'), 'utf8')).toContain('"ana"');
    expect((await verify(second)).findings).toEqual([]);
  }, 30_000);

  test('files whose hash is signed, and inputs outside the run, are named as what stays', async () => {
    const pairs = 'producer,consumer,coefficient\nsol-1,ana-1,0.6\nsol-1,rui-1,0.4\n';
    place.write('pairs.csv', pairs);
    const out = await settledSmall(place, 'out', {
      community: COMMUNITY.replace(
        '{ type: proportional }',
        '{ type: pairs, coefficients: { file: pairs.csv } }',
      ),
    });
    const told = await command('erase', out, '--member', 'rui');
    expect(told.out).toMatch(
      /^stays: inputs\/files\/pairs\.csv: names rui-1; the run is signed over its hash: keep/m,
    );
    expect(naming(out, 'rui-1')).toEqual(['inputs/files/pairs.csv']);
    expect((await verify(out)).findings).toEqual([]);

    const inputs = place.path('inputs');
    mkdirSync(inputs);
    const outside = place.path('outside');
    await run({
      ...{ community: place.write('c.yaml', FIXED), readings: place.write('r.csv', READINGS) },
      ...{ from: '2026-10-22', to: '2026-10-23', out: outside, externalInputs: inputs },
    });
    const external = ['--external-inputs', inputs];
    const erased = await command('erase', outside, '--member', 'rui', ...external);
    const stays = [...erased.out.matchAll(/^stays: (\S+): (.*)$/gm)].slice(2);
    expect(stays.map(([, , what]) => what?.slice(0, 21)).sort()).toEqual([
      "the member's readings",
      'the rules, which name',
    ]);
    for (const [, where = ''] of stays) expect(readFileSync(where, 'utf8')).toContain('rui-1');
    expect(naming(outside, 'rui')).toEqual(['erased.json', 'run.json']);
    expect((await verify(outside, { externalInputs: inputs })).findings).toEqual([]);
  }, 30_000);
});

(hasBrowser ? describe : describe.skip)('verify.html in Chromium, offline', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({
      executablePath: CHROMIUM,
      args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking'],
    });
  }, 60_000);
  afterAll(() => browser.close());

  test('green by line, red for exactly the line that was changed, and asks nobody', async () => {
    const first = await settled('first', '2026-10-21', '2026-10-22');
    const second = await settled('second');
    const log = ['--log', place.path('log')];
    await command('sign', first, '--key', place.path('k.pem'), ...log);
    await command('sign', second, '--key', place.path('k.pem'), ...log);
    const made = await command('bundle', second, '--to', place.path('to'), ...log, '--since', '1');
    expect(made).toMatchObject({ code: 0, err: '' });
    const folder = join(place.path('to'), 'ana');
    const page = await browser.newPage({ viewport: { width: 900, height: 1200 } });
    const troubles: string[] = [];
    page.on('pageerror', (error) => troubles.push(error.message));
    page.on('request', (request) => {
      if (!request.url().startsWith('file:')) troubles.push(request.url());
    });
    await page.goto(`file://${folder}/verify.html`);
    await page.waitForSelector('#summary.good');
    expect(await page.textContent('#summary')).toMatch(/Everything holds: \d+ checks, ana pays/);
    expect(await page.locator('tr.bad').count()).toBe(0);
    expect(await page.locator('tr.good').count()).toBeGreaterThan(15);
    await page.screenshot({ path: place.path('good.png'), fullPage: true });

    const text = readFileSync(join(folder, 'bundle.json'), 'utf8');
    const bundle = JSON.parse(text) as {
      statement: { days: { sharedInMilliwattHours: string }[] };
    };
    const day = bundle.statement.days[2];
    if (day) day.sharedInMilliwattHours = String(BigInt(day.sharedInMilliwattHours) + 1n);
    const changed = place.write('changed.json', JSON.stringify(bundle));
    await page.setInputFiles('#file', changed);
    await page.waitForSelector('#summary.bad');
    expect(await page.locator('tr.bad td:nth-child(2)').allTextContents()).toEqual([
      'Lines and days add up to the statement',
      '2026-10-24',
    ]);
    await page.screenshot({ path: place.path('bad.png'), fullPage: true });
    await page.setInputFiles('#file', place.write('none.json', '{"schema":1}'));
    await page.getByText(/none\.json: /).waitFor();
    expect(await page.textContent('#summary')).toMatch(/none\.json: schema: got 1, expected/);
    expect(troubles).toEqual([]);
    if (process.env['MICROGRID_KEEP'] !== undefined) {
      for (const name of ['good.png', 'bad.png']) {
        writeFileSync(join(process.env['MICROGRID_KEEP'], name), readFileSync(place.path(name)));
      }
    }
    await page.close();
  }, 60_000);

  test('of charges and VAT: red is the line that was changed, or the total, or the lines as a whole', async () => {
    const run = await settledSmall(place, 'charged', { community: STACKED });
    await command('sign', run, '--key', place.path('k.pem'));
    const made = await command('bundle', run, '--to', place.path('to'), '--member', 'ana');
    expect(made).toMatchObject({ code: 0, err: '' });
    const folder = join(place.path('to'), 'ana');
    const bundle = readMemberBundle(readFileSync(join(folder, 'bundle.json'), 'utf8'));
    const page = await browser.newPage({ viewport: { width: 1000, height: 1400 } });
    await page.goto(`file://${folder}/verify.html`);
    await page.waitForSelector('#summary.good');
    await page.screenshot({ path: place.path('charged-good.png'), fullPage: true });
    let shown = 0;
    const red = async (
      change: (statement: MemberBundle['statement']) => void,
    ): Promise<string[]> => {
      const copy = structuredClone(bundle);
      change(copy.statement);
      shown += 1;
      await page.setInputFiles('#file', place.write(`${shown}.json`, JSON.stringify(copy)));
      await page.waitForSelector('#summary.bad');
      await page.screenshot({ path: place.path(`charged-${shown}.png`), fullPage: true });
      return page.locator('tr.bad td:nth-child(2)').allTextContents();
    };
    const cent = (amount: string): string => String(BigInt(amount) + 10_000_000_000n);
    const raise = (kind: string) => (statement: MemberBundle['statement']) => {
      const line = statement.lines.find((one) => one.line === kind);
      if (line) [line.exactPico, line.amountPico] = [cent(line.exactPico), cent(line.amountPico)];
    };
    const sums = 'Lines and days add up to the statement';
    expect(await red(raise('charge'))).toEqual([sums, 'access, fora de vazio, ana-1, VAT 23 %']);
    expect(await red(raise('vat'))).toEqual([sums, 'VAT 23 % (iva), ana-1']);
    expect(await red((statement) => (statement.amountPico = cent(statement.amountPico)))).toEqual([
      sums,
      'Total',
    ]);
    expect(await red((statement) => void statement.lines.splice(4, 1))).toEqual([
      'All lines the run proved are there, and no others',
      sums,
    ]);
    if (process.env['MICROGRID_KEEP'] !== undefined) {
      for (const name of ['charged-good.png', 'charged-1.png', 'charged-4.png']) {
        writeFileSync(join(process.env['MICROGRID_KEEP'], name), readFileSync(place.path(name)));
      }
    }
    await page.close();
  }, 60_000);
});
