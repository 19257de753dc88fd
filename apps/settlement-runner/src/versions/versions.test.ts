import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { commandLine, READINGS, settledSmall } from '../command-line.test-data.js';
import { verify } from '../index.js';
import { listDirectory } from '../run-directory.js';
import { COMMUNITY, scratch } from '../scratch.test-data.js';

let place: ReturnType<typeof scratch>;
beforeEach(() => {
  place = scratch();
});
afterEach(() => {
  place.remove();
});

const settled = (out: string, readings?: string): Promise<string> =>
  settledSmall(place, out, { ...(readings && { readings }) });

const command = (...args: string[]): ReturnType<typeof commandLine> => commandLine(args);

interface Posted {
  readonly id: string;
  readonly corrects?: string;
  readonly member: string;
  readonly line: string;
  readonly postings: readonly { account: string; side: string; amountPico: string }[];
}

/** Debits less credits by member, line and account. */
function balances(transactions: readonly Posted[]): Record<string, string> {
  const sums = new Map<string, bigint>();
  for (const { member, line, postings } of transactions) {
    for (const { account, side, amountPico } of postings) {
      const key = `${member} ${line} ${account}`;
      const amount = side === 'debit' ? BigInt(amountPico) : -BigInt(amountPico);
      sums.set(key, (sums.get(key) ?? 0n) + amount);
    }
  }
  const kept = [...sums].filter(([, sum]) => sum !== 0n);
  return Object.fromEntries(kept.sort().map(([key, sum]) => [key, sum.toString()]));
}

/** What a run posts, from its statements. */
async function posted(directory: string): Promise<Posted[]> {
  const { statementTransactions, readStatement } = await import('@microgrid/invoicing');
  return ['ana', 'rui', 'sol'].flatMap(
    (member) =>
      statementTransactions(
        readStatement(readFileSync(join(directory, `statements/${member}.json`), 'utf8')),
      ) as Posted[],
  );
}

/** Rows of one point and day, with other values. */
function corrected(point: string, day: string, factor: number): string {
  const [header = '', ...rows] = READINGS.split('\n');
  const changed = rows
    .filter((row) => row.startsWith(`${point},${day}`))
    .map((row) => {
      const cells = row.split(',');
      cells[3] = (Number(cells[3]) * factor).toFixed(3);
      cells[5] = 'corrected';
      return cells.join(',');
    });
  return [header, ...changed, ''].join('\n');
}

describe('resettle', () => {
  test('originals and deltas come to what a fresh run on the final data posts, over two corrections', async () => {
    const first = await settled('first');
    const before = await posted(first);
    const originals = listDirectory(first).files.map((file) => readFileSync(join(first, file)));
    const late = place.write('late.csv', corrected('rui-1', '2026-10-23', 2));
    const r1 = place.path('r1');
    const made = await command(
      ...['resettle', first, '--kind', 'R1', '--known-at', '2026-11-20T00:00Z'],
      ...['--readings', late, '--out', r1],
    );
    expect(made).toMatchObject({ code: 0, err: '' });
    const later = place.write('later.csv', corrected('ana-1', '2026-10-24', 0.5));
    const r2 = place.path('r2');
    const again = await command(
      ...['resettle', r1, '--kind', 'R1', '--known-at', '2026-12-20T00:00Z'],
      ...['--readings', later, '--out', r2],
    );
    expect(again).toMatchObject({ code: 0, err: '' });
    // The same rows, put in place by hand, settled as if nothing had been known before.
    const rows = new Map(
      READINGS.split('\n').map((row) => [row.split(',').slice(0, 2).join(), row]),
    );
    for (const row of `${corrected('rui-1', '2026-10-23', 2)}\n${corrected('ana-1', '2026-10-24', 0.5)}`.split(
      '\n',
    )) {
      if (row !== '') rows.set(row.split(',').slice(0, 2).join(), row);
    }
    const fresh = await settled('fresh', [...rows.values()].join('\n'));
    for (const member of ['ana', 'rui', 'sol']) {
      expect(readFileSync(join(r2, `statements/${member}.csv`), 'utf8')).toBe(
        readFileSync(join(fresh, `statements/${member}.csv`), 'utf8'),
      );
    }
    const deltas = readFileSync(join(r2, 'deltas.ndjson'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Posted);
    expect(deltas.length).toBeGreaterThan(2);
    expect(balances([...before, ...deltas])).toEqual(balances(await posted(fresh)));
    expect(listDirectory(first).files.map((file) => readFileSync(join(first, file)))).toEqual(
      originals,
    );
    const about = JSON.parse(readFileSync(join(r2, 'run.json'), 'utf8')) as {
      run: { version: number; kind: string; previous: string };
    };
    expect(about.run).toMatchObject({ version: 3, kind: 'R1' });
    expect(about.run.previous).toMatch(/v2$/);
    for (const directory of [r1, r2]) expect((await verify(directory)).findings).toEqual([]);
    expect(listDirectory(r2).files).toContain('corrections/ana.json');
  }, 30_000);

  test('a version is verified from its own inputs: a changed delta and a changed delivery are named', async () => {
    const first = await settled('first');
    const late = place.write('late.csv', corrected('rui-1', '2026-10-23', 2));
    const out = place.path('r1');
    await command(
      ...['resettle', first, '--kind', 'R1', '--known-at', '2026-11-20T00:00Z'],
      ...['--readings', late, '--out', out],
    );
    const change = async (file: string, from: RegExp, to: string): Promise<string[]> => {
      const path = join(out, file);
      const text = readFileSync(path, 'utf8');
      expect(text).toMatch(from);
      writeFileSync(path, text.replace(from, to));
      const { findings } = await verify(out);
      writeFileSync(path, text);
      return findings.map((finding) => finding.file);
    };
    expect(await change('deltas.ndjson', /"amountPico":"\d/, '"amountPico":"')).toEqual([
      'deltas.ndjson',
    ]);
    expect(await change('inputs/readings-2.csv', /corrected/, 'estimated')).not.toEqual([]);
    expect(
      (await command('explain', out, '--member', 'rui', '--interval', '2026-10-23T12:00Z')).out,
    ).toMatch(/rui-1: import .* corrected/);
  }, 30_000);

  test('nothing new posts nothing; a run that went backwards and bad options are refused', async () => {
    const first = await settled('first');
    const same = place.path('same');
    const args = ['resettle', first, '--out', same, '--known-at', '2026-11-20T00:00Z', '--kind'];
    expect(await command(...args, 'initial')).toMatchObject({ code: 0 });
    expect(readFileSync(join(same, 'deltas.ndjson'), 'utf8')).toBe('');
    expect((await command(...args, 'R0')).err).toMatch(/--kind: got "R0", expected preliminary/);
    const back = ['resettle', same, '--out', place.path('back'), '--kind', 'preliminary'];
    expect((await command(...back, '--known-at', '2026-11-21T00:00Z')).err).toMatch(
      /expected the same kind or a later one/,
    );
    expect((await command(...back, '--known-at', 'tomorrow')).err).toMatch(
      /--known-at: got "tomorrow", expected a UTC instant/,
    );
    expect((await command(...args, 'R1', '--source', 'me')).err).toMatch(/--source: got "me"/);
  }, 30_000);
});

describe('run', () => {
  test('of a kind refuses what is too incomplete, and a history is settled as it was known on any day', async () => {
    const community = place.write('community.yaml', COMMUNITY);
    place.write('readings.csv', READINGS);
    const args = ['--from', '2026-10-22', '--to', '2026-10-28'];
    const files = ['--community', community, '--readings', place.path('readings.csv')];
    const initial = place.path('initial');
    expect(
      await command('run', ...files, ...args, '--kind', 'initial', '--out', initial),
    ).toMatchObject({ code: 0, err: '' });
    expect((await verify(initial)).findings).toEqual([]);
    const final = await command(
      'run',
      ...files,
      ...args,
      '--kind',
      'final',
      '--out',
      place.path('x'),
    );
    expect(final.err).toMatch(/final run of .*measured .*expected a share of at least 0\.99/);
    place.write('late.csv', corrected('rui-1', '2026-10-23', 2));
    const history = place.write(
      'history.yaml',
      `schema: microgrid/history/1
readings:
  - { file: late.csv, knownAt: '2026-11-20T00:00Z', source: meter-profile }
  - { file: readings.csv, knownAt: '2026-10-28T00:00Z', source: meter-profile }
contracts:
  - { file: community.yaml, knownAt: '2026-10-28T00:00Z' }
runs:
  - { kind: initial, asKnownOn: '2026-11-10T00:00Z' }
  - { kind: R1, asKnownOn: '2026-12-10T00:00Z' }
`,
    );
    const now = place.path('now');
    const then = place.path('then');
    expect(await command('run', '--history', history, ...args, '--out', now)).toMatchObject({
      code: 0,
      err: '',
    });
    await command(
      'run',
      '--history',
      history,
      ...args,
      '--as-known-on',
      '2026-11-30T00:00Z',
      '--out',
      then,
    );
    for (const directory of [now, then]) expect((await verify(directory)).findings).toEqual([]);
    const statement = 'statements/rui.csv';
    expect(readFileSync(join(then, statement), 'utf8')).toBe(
      readFileSync(join(initial, statement), 'utf8'),
    );
    expect(readFileSync(join(now, statement), 'utf8')).not.toBe(
      readFileSync(join(then, statement), 'utf8'),
    );
    expect((await command('run', '--history', history, '--out', place.path('y'))).err).toMatch(
      /says no period/,
    );
    expect((await command('run', ...args, '--out', place.path('y'))).err).toMatch(
      /expected --community, or --history/,
    );
    expect(
      (
        await command(
          'run',
          '--history',
          history,
          ...args,
          '--as-known-on',
          '2026-01-01T00:00Z',
          '--out',
          now,
        )
      ).err,
    ).toMatch(/--as-known-on: got 2026-01-01/);
  }, 30_000);
});
