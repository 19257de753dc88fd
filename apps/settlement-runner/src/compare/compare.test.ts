import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { commandLine, READINGS, settledSmall } from '../command-line.test-data.js';
import { COMMUNITY, scratch } from '../scratch.test-data.js';

let place: ReturnType<typeof scratch>;
beforeEach(() => {
  place = scratch();
});
afterEach(() => {
  place.remove();
});

const settled = (out: string, community?: string, readings?: string): Promise<string> =>
  settledSmall(place, out, { ...(community && { community }), ...(readings && { readings }) });

const command = (...args: string[]): ReturnType<typeof commandLine> => commandLine(args);

const FIXED = `{ type: fixed, coefficients: { ana-1: '0.25', ana-2: '0.25', rui-1: '0.5' } }`;

interface Compared {
  readonly members: readonly { member: string; change: { costPico: string } }[];
  readonly totals: { readonly costPico: string };
}

describe('diff', () => {
  test('the same run twice is the same; another price and reading are named with what they cost', async () => {
    const a = await settled('a');
    const same = await settled('same');
    expect(await command('diff', a, same)).toEqual({
      code: 0,
      out: 'the same rules, inputs and results\n',
      err: '',
    });
    const b = await settled('b', COMMUNITY.replace("'0.210000'", "'0.220000'"));
    const told = await command('diff', a, b);
    expect(told.code).toBe(1);
    expect(told.out).toMatch(/contract\.prices\.import\S*: \S*"0\.21\S* -> \S*"0\.22/);
    expect(told.out).toMatch(/^ana +0\.000 +0\.000 +\S+ +\S+ +\+\d/m);
    const json = JSON.parse((await command('diff', a, b, '--json')).out) as {
      members: { change: { costPico: string } }[];
      totals: { costPico: string };
    };
    const sum = json.members.reduce((total, { change }) => total + BigInt(change.costPico), 0n);
    expect(sum.toString()).toBe(json.totals.costPico);
    const c = await settled(
      'c',
      COMMUNITY,
      READINGS.replace(/(rui-1,2026-10-23T10:00:00Z,[^,]*),\d/, '$1,7'),
    );
    expect((await command('diff', a, c)).out).toMatch(/inputs\/readings\.csv: other bytes/);
  }, 30_000);
});

const charged = (rate: string): string =>
  `${COMMUNITY.trimEnd()}\ncharges:\n  - { id: membership, on: point, per: month, rate: '${rate}', payTo: egac }\n` +
  'rounding: { point: line, decimals: 2, mode: half-away, vat: category }\n';

describe('charges and VAT', () => {
  test('are part of what members pay before and after', async () => {
    const a = await settled('a', charged('1.50'));
    const b = await settled('b', charged('31'));
    const told = JSON.parse((await command('diff', a, b, '--json')).out) as Compared;
    const other = place.write('other.yaml', charged('31'));
    const tried = JSON.parse(
      (await command('what-if', a, '--community', other, '--json')).out,
    ) as Compared;
    expect(told.members.map(({ member }) => member)).toEqual(['ana', 'rui', 'sol']);
    for (const compared of [told, tried]) {
      let total = 0n;
      for (const { member, change } of compared.members) {
        const of = (run: string): bigint =>
          BigInt(
            (
              JSON.parse(readFileSync(join(run, `statements/${member}.json`), 'utf8')) as {
                exactPico: string;
              }
            ).exactPico,
          );
        expect(BigInt(change.costPico)).toBe(of(b) - of(a));
        expect(BigInt(change.costPico)).toBeGreaterThan(0n);
        total += BigInt(change.costPico);
      }
      expect(compared.totals.costPico).toBe(total.toString());
    }
  }, 30_000);
});

describe('what-if', () => {
  test('is what a run under the other key comes to, member by member, and writes nothing', async () => {
    const before = await settled('before');
    const after = await settled('after', COMMUNITY.replace('{ type: proportional }', FIXED));
    const key = place.write('key.yaml', `sharingKey: ${FIXED}\n`);
    const tried = JSON.parse((await command('what-if', before, '--key', key, '--json')).out) as {
      members: { member: string; after: { costPico: string } }[];
      gains: number;
      loses: number;
    };
    const manifest = JSON.parse(readFileSync(join(after, 'run.json'), 'utf8')) as {
      members: Record<string, { costPico: string }>;
    };
    for (const { member, after: amounts } of tried.members) {
      expect(amounts.costPico).toBe(manifest.members[member]?.costPico);
    }
    expect(tried.gains + tried.loses).toBeGreaterThan(0);
    expect((await command('what-if', before, '--key', key)).out).toMatch(
      /alfama: key proportional -> fixed; nothing was written[^]*\d gain \d+\.\d+ EUR, \d lose/,
    );
    expect((await command('what-if', before, '--key', 'proportional')).out).toMatch(/0 gain 0\.00/);
    expect((await command('what-if', before)).err).toMatch(/expected one of --key and --community/);
    expect((await command('what-if', before, '--key', 'fixed')).err).toMatch(/coefficients/);
  }, 30_000);
});

describe('shadow', () => {
  test("an operator's file that agrees is equal; a changed figure is told with its kWh and money", async () => {
    const out = await settled('out');
    const rows = ['metering_point,start,end,allocated_kwh'];
    for (const member of ['ana', 'rui', 'sol']) {
      const [header = '', ...lines] = readFileSync(
        join(out, `statements/${member}.csv`),
        'utf8',
      ).split('\n');
      const at = (name: string): number => header.split(',').indexOf(name);
      for (const line of lines.filter((text) => text !== '')) {
        const cells = line.split(',');
        rows.push(
          [cells[at('metering_point')], cells[0], cells[1], cells[at('shared_in_kwh')]].join(),
        );
      }
    }
    const file = place.write('operator.csv', `${rows.join('\n')}\n`);
    const equal = await command('shadow', out, '--allocation', file);
    expect(equal).toMatchObject({ code: 0, err: '' });
    expect(equal.out).toMatch(/(\d+) figures compared, \1 equal, 0 differences/);
    const changed = rows.map((row) =>
      row.startsWith('rui-1,2026-10-23T12:00:00Z') ? row.replace(/[^,]*$/, '0.000') : row,
    );
    writeFileSync(file, `${changed.join('\n')}\n`);
    const told = await command('shadow', out, '--allocation', file);
    expect(told.code).toBe(1);
    expect(told.out).toMatch(
      /1 differences\nsharedIn: ours .* difference \d.*EUR\n {2}unexplained +1 figures/,
    );
  }, 30_000);
});

describe('lint', () => {
  test('names everything wrong with contract and coefficient files at once', async () => {
    mkdirSync(place.path('files'));
    const good = place.write('good.yaml', COMMUNITY);
    const bad = place.write('bad.yaml', COMMUNITY.replace('EUR', 'euro').replace('PT60M', 'PT7M'));
    const beta = place.write('files/ES0021000000000001AAA000_2026.txt', 'ES0021;0,5\nES0022;0.5\n');
    const pairs = place.write(
      'pairs.csv',
      'producer,consumer,coefficient\nsol-1,rui-1,0.7\nsol-1,ana-1,0.7\n',
    );
    expect(await command('lint', good)).toMatchObject({ code: 0, out: `${good}: community, ok\n` });
    const told = await command('lint', good, bad, beta, pairs);
    expect(told.code).toBe(1);
    expect(told.out).toMatch(/bad\.yaml: community, 2 wrong/);
    expect(told.out).toMatch(/currency: got "euro", expected an ISO 4217 code/);
    expect(told.out).toMatch(/beta file, \d+ wrong/);
    expect(told.out).toMatch(/0\.5/);
    expect(told.out).toMatch(/pairs, 1 wrong\n.*sol-1: 1\.4/);
    expect((await command('lint', place.path('none.yaml'))).err).toMatch(
      /none\.yaml: cannot be read/,
    );
  });
});
