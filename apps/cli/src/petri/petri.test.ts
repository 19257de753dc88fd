import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import {
  EXIT_BAD_INPUT,
  EXIT_FOUND,
  EXIT_INTERRUPTED,
  EXIT_OK,
  EXIT_UNKNOWN,
  main,
} from '../index.js';
import type { CheckReport } from './check-report.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'microgrid-cli-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function petri(argv: readonly string[], signal?: AbortSignal, isTTY = false): Promise<Ran> {
  const [stdout, stderr] = [new PassThrough(), Object.assign(new PassThrough(), { isTTY })];
  const code = await main(['petri', ...argv], { stdout, stderr }, signal);
  const text = (stream: PassThrough): string => ((stream.read() as Buffer | null) ?? '').toString();
  return { code, out: text(stdout), err: text(stderr) };
}

async function check(...argv: string[]): Promise<{ code: number; report: CheckReport }> {
  const { code, out, err } = await petri(['check', ...argv, '--json']);
  expect(err).toBe('');
  return { code, report: JSON.parse(out) as CheckReport };
}

/** Writes a net: `a:2` are two tokens in a, `a>t`, `t>b` arcs, `a>t*3` an arc of weight 3. */
function pnml(name: string, places: string, transitions: string, arcs: string): string {
  const words = (text: string): string[] => text.split(' ').filter((word) => word !== '');
  const placeText = words(places).map((place) => {
    const [id, count = '0'] = place.split(':');
    return `<place id="${id}"><initialMarking><text>${count}</text></initialMarking></place>`;
  });
  const arcText = words(arcs).map((arc, index) => {
    const [, source, target, weight = '1'] = /^(\w+)>(\w+)(?:\*(\d+))?$/.exec(arc) ?? [];
    return `<arc id="x${index}" source="${source}" target="${target}"><inscription><text>${weight}</text></inscription></arc>`;
  });
  const file = join(folder, `${name}.pnml`);
  const inside = [
    ...placeText,
    ...words(transitions).map((id) => `<transition id="${id}"/>`),
    ...arcText,
  ];
  writeFileSync(
    file,
    `<?xml version="1.0"?><pnml xmlns="http://www.pnml.org/version-2009/grammar/pnml"><net id="${name}" type="http://www.pnml.org/version-2009/grammar/ptnet"><page id="page">${inside.join('\n')}</page></net></pnml>`,
  );
  return file;
}

const payment = (): string =>
  pnml(
    'payment',
    'due:1 escrow paid',
    'pay bounce settle',
    'due>pay pay>escrow escrow>bounce bounce>due escrow>settle settle>paid',
  );
/** Doubles for ever: no place is bounded, and it never ends. */
const endless = (): string =>
  pnml('endless', 'a:1 b', 'grow move', 'a>grow grow>a grow>b b>move move>b*2');
const wide = (): string =>
  pnml(
    'wide',
    Array.from({ length: 40 }, (_, at) => `p${at}:1 q${at}`).join(' '),
    Array.from({ length: 40 }, (_, at) => `t${at} u${at}`).join(' '),
    Array.from(
      { length: 40 },
      (_, at) => `p${at}>t${at} t${at}>q${at} q${at}>u${at} u${at}>p${at}`,
    ).join(' '),
  );

const KEYS =
  'places transitions arcs states firings maxTokensInPlace maxTokensInMarking deadlock bounded oneSafe quasiLive live stableMarking reversible upperBounds complete seconds statesPerSecond bytesPerState reasons';

describe('microgrid petri check', () => {
  it('prints exactly the documented keys', async () => {
    const { code, report } = await check(payment());
    expect(code).toBe(EXIT_OK);
    expect(Object.keys(report).join(' ')).toBe(KEYS);
    expect(report).toMatchObject({
      places: 3,
      transitions: 3,
      arcs: 6,
      states: 3,
      firings: 3,
      maxTokensInPlace: 1,
      maxTokensInMarking: 1,
      deadlock: true,
      bounded: true,
      oneSafe: true,
      quasiLive: true,
      live: false,
      stableMarking: false,
      reversible: false,
      upperBounds: [1, 1, 1],
      complete: true,
    });
    expect(Object.keys(report.reasons).filter((key) => key !== 'statesPerSecond')).toEqual([]);
  });

  it('tells people the same, with the run that shows it', async () => {
    const { code, out } = await petri(['check', payment()]);
    expect(code).toBe(EXIT_OK);
    expect(out).toContain('deadlock             yes (state space): after pay, settle\n');
    expect(out).toMatch(/^payment\nplaces +3\n/);
  });

  it('says of an unbounded net what is known, and why the rest is not', async () => {
    const { code, report } = await check(endless());
    expect(code).toBe(EXIT_UNKNOWN);
    expect(report).toMatchObject({
      bounded: false,
      deadlock: false,
      states: null,
      complete: false,
    });
    expect(report.upperBounds).toEqual([1, 'unbounded']);
    expect(report.reasons['states']).toContain('unbounded');
  });

  it('has a reason for every null of a net too large for the limits, and keeps what bounds prove', async () => {
    const { code, report } = await check(wide(), '--max-states', '2000');
    expect(code).toBe(EXIT_UNKNOWN);
    expect(report).toMatchObject({
      states: null,
      complete: false,
      bounded: true,
      oneSafe: true,
      deadlock: false,
      maxTokensInPlace: 1,
    });
    expect(report.reasons['states']).toMatch(/^at least 2000 states .*--max-states$/);
    for (const [key, value] of Object.entries(report))
      if (value === null) expect([key, report.reasons[key]]).toEqual([key, expect.any(String)]);
  });

  it.each([
    ['no-live,deadlock', EXIT_OK],
    ['live', EXIT_FOUND],
    ['no-deadlock', EXIT_FOUND],
  ])('with --require %s exits with %d', async (required, wanted) => {
    expect((await check(payment(), '--require', required)).code).toBe(wanted);
  });

  it('ends in order when it is interrupted, with what was found', async () => {
    const interrupt = new AbortController();
    const ran = petri(['check', wide(), '--json'], interrupt.signal);
    setTimeout(() => {
      interrupt.abort();
    }, 300);
    const { code, out } = await ran;
    const report = JSON.parse(out) as CheckReport;
    expect(code).toBe(EXIT_INTERRUPTED);
    expect(report).toMatchObject({ complete: false, bounded: true, states: null });
    expect(report.reasons['states']).toMatch(/^at least \d{3,} states .* an interrupt$/);
  });

  it('shows a progress line on a terminal alone, and takes it away', async () => {
    const long = ['check', wide(), '--max-seconds', '1.6'];
    const { err } = await petri(long, undefined, true);
    const [, ...lines] = err.split('\r\u001b[2K');
    expect(lines[0]).toMatch(/^[\d,]+ states, [\d,]+ waiting, [\d,]+ firings, 1 s$/);
    expect(lines.at(-1)).toBe('');
  }, 20_000);

  it('refuses what it cannot read, naming file, line and column', async () => {
    const broken = join(folder, 'broken.pnml');
    writeFileSync(broken, '<pnml>\n<net id="n"\n</pnml>');
    const { code, err } = await petri(['check', broken]);
    expect(code).toBe(EXIT_BAD_INPUT);
    expect(err).toMatch(/^microgrid: .*broken\.pnml: .*line 3/);
    expect((await petri(['check', join(folder, 'no.pnml')])).err).toContain(
      'cannot be read: ENOENT',
    );
    expect((await petri(['check', payment(), '--max-states', '0'])).code).toBe(EXIT_BAD_INPUT);
    expect((await petri(['check', payment(), '--require', 'tidy'])).err).toContain('Got "tidy"');
  });
});

describe('microgrid petri query', () => {
  it('answers several formulas and exits with 1 where one is false', async () => {
    const formulas = join(folder, 'formulas.txt');
    writeFileSync(formulas, '# the payment\n\nAG (due + escrow + paid == 1)\nEF (paid > 0)\n');
    const all = await petri(['query', payment(), '--file', formulas]);
    expect(all.code).toBe(EXIT_OK);
    expect(all.out).toMatch(/^true +AG .*\ntrue +EF \(paid > 0\) .*: after pay, settle\n$/);
    const one = await petri(['query', payment(), 'AG !deadlock', '--json']);
    expect(one.code).toBe(EXIT_FOUND);
    expect(JSON.parse(one.out)).toMatchObject([
      { formula: 'AG !deadlock', verdict: 'false', witness: { firings: ['pay', 'settle'] } },
    ]);
  });

  it('exits with 3 where a limit comes first and with 2 for a formula it cannot read', async () => {
    const far = ['query', wide(), 'AF (p0 == 0)', '--max-states', '500'];
    expect((await petri(far)).code).toBe(EXIT_UNKNOWN);
    const { code, err } = await petri(['query', payment(), 'EF (due >']);
    expect(code).toBe(EXIT_BAD_INPUT);
    expect(err).toContain('formula 1: formula, line 1, column 10');
    expect((await petri(['query', payment(), 'EF (dew > 0)'])).err).toContain("no place 'dew'");
    expect((await petri(['query', payment()])).code).toBe(EXIT_BAD_INPUT);
  });
});

describe('microgrid petri invariants, draw and convert', () => {
  it('lists semiflows with their value, and siphons with their traps', async () => {
    const { code, out } = await petri(['invariants', payment(), '--siphons']);
    expect(code).toBe(EXIT_OK);
    expect(out).toContain(
      '1 P-semiflows\n  due + escrow + paid = 1\n1 T-semiflows\n  pay + bounce\n',
    );
    expect(out).toContain('siphons\n');
  });

  it.each([
    ['svg', /^<svg /],
    ['dot', /^digraph /],
    ['mermaid', /^flowchart /],
    ['html', /^<!doctype html>/],
  ])('draws %s, to standard output and to a file alike', async (format, start) => {
    const { out } = await petri(['draw', payment(), '--format', format]);
    expect(out).toMatch(start);
    const file = join(folder, `out.${format}`);
    expect((await petri(['draw', payment(), '--format', format, '-o', file])).out).toBe('');
    expect(readFileSync(file, 'utf8')).toBe(out);
  });

  it('draws the run that answers a query as a page to step through', async () => {
    const page = ['draw', payment(), '--format', 'html', '--query', 'EF deadlock'];
    const { out } = await petri(page);
    expect(out).toMatch(/"label":"pay".*"label":"settle"/s);
    expect((await petri(['draw', payment(), '--query', 'EF deadlock'])).code).toBe(EXIT_BAD_INPUT);
    const nowhere = join(folder, 'no', 'where.svg');
    expect((await petri(['draw', payment(), '-o', nowhere])).err).toContain('cannot be written');
  });

  it('converts to JSON and back: the same states', async () => {
    const [json, initial, back] = ['net.json', 'initial.json', 'back.pnml'].map((name) =>
      join(folder, name),
    ) as [string, string, string];
    const to = ['convert', payment(), '--to', 'json', '-o', json, '--initial-output', initial];
    expect((await petri(to)).code).toBe(EXIT_OK);
    expect((await check(json, '--initial', initial)).report.states).toBe(3);
    await petri(['convert', json, '--initial', initial, '-o', back]);
    expect((await check(back)).report).toMatchObject({ states: 3, firings: 3, arcs: 6 });
  });
});

/** Beside the repository. */
const models = join(__dirname, '../../../../../shared/petri');
if (!existsSync(models)) console.log(`skipped: no contest models in ${models}`);

(existsSync(models) ? describe : describe.skip)('contest models', () => {
  it.each<[string, Partial<CheckReport>]>([
    [
      'models/Philosophers-PT-000005.pnml',
      { states: 243, firings: 945, live: false, deadlock: true },
    ],
    ['models/CircularTrains-PT-012.pnml', { states: 195, firings: 496, maxTokensInMarking: 12 }],
    ['models/ERK-PT-000001.pnml', { states: 13, deadlock: false, reversible: true }],
    ['models/Planning-PT-none.pnml', { bounded: false, deadlock: false, states: null }],
    ['models-coloured/philo-5-col.pnml', { states: 243, firings: 945, maxTokensInMarking: 10 }],
    ['models-coloured/neo-election-2-col.pnml', { states: 241, firings: 448 }],
    ['models-coloured/lamport-fast-2-col.pnml', { states: 380, firings: 716, oneSafe: true }],
  ])('%s', async (file, expected) => {
    expect((await check(join(models, file), '--generated')).report).toMatchObject(expected);
  });

  it('writes a coloured net as it was, and unfolded on demand', async () => {
    const file = join(models, 'models-coloured/philo-5-col.pnml');
    const [same, flat] = [join(folder, 'same.pnml'), join(folder, 'flat.pnml')];
    await petri(['convert', file, '-o', same]);
    await petri(['convert', file, '--unfold', '-o', flat]);
    expect(readFileSync(same, 'utf8')).toContain('symmetricnet');
    expect(readFileSync(flat, 'utf8')).not.toContain('symmetricnet');
    for (const written of [same, flat])
      expect((await check(written)).report).toMatchObject({ states: 243, firings: 945 });
  });
});
