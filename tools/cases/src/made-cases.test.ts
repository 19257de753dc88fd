import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CaseFileError } from './case-error.js';
import { parseCases } from './case-file.js';
import type { Executor } from './executor.js';
import { MADE_CASES, madeCase } from './made-cases.test-data.js';
import { printReports } from './print-reports.js';
import { readCases, runCase } from './run-cases.js';

test.each(Object.entries(MADE_CASES))('%s', (_, one) => {
  expect(runCase(one)).toEqual(expect.objectContaining({ outcome: 'pass' }));
});

it('runs the vectors of the notes too', () => {
  const one = MADE_CASES['a pool by consumption, and a vector in the notes'];
  if (one === undefined) throw new Error('no such case');
  expect(runCase(one)).toMatchObject({ outcome: 'pass', vectors: 2 });
  const wrong = { ...one, notes: one.notes.replace('feed_in 2.5', 'feed_in 2.4') };
  expect(runCase(wrong)).toMatchObject({
    outcome: 'fail',
    differences: [{ path: 'feed_in', expected: '"2.4"', actual: '2.5' }],
  });
});

describe('a case that is not as expected', () => {
  const pool = { pool: 6, consumers: { A: 2, B: 8 } };

  it('fails with every difference, its place and both values', () => {
    const report = runCase(
      madeCase('allocation', pool, { alloc: { A: '1.3', B: '4.8' }, feed_in: 1 }),
    );
    expect(report).toMatchObject({
      outcome: 'fail',
      differences: [
        { path: 'alloc.A', expected: '"1.3"', actual: '1.2' },
        { path: 'feed_in', expected: '1', actual: '0' },
      ],
    });
    expect(printReports([report])).toContain('alloc.A: expected "1.3", got 1.2');
  });

  it('holds its tolerance, and none where it is exact', () => {
    const near = madeCase('allocation', pool, { alloc: { A: 1.2004 } });
    expect(runCase(near).outcome).toBe('fail');
    expect(runCase({ ...near, tolerance: '0.001' }).outcome).toBe('pass');
    expect(runCase({ ...near, tolerance: '0.0001' }).outcome).toBe('fail');
  });

  it('fails where the packages refuse what should have worked, and the other way round', () => {
    const key = { pool: 1, consumers: { A: { c: 1, k: '1.2' } } };
    expect(runCase(madeCase('allocation', key, { alloc: { A: 1 } }))).toMatchObject({
      outcome: 'fail',
    });
    expect(runCase(madeCase('allocation', pool, { alloc: 'error: refused' })).outcome).toBe('fail');
  });

  it('fails where an executor breaks', () => {
    const broken: Executor = {
      kind: 'broken',
      run: () => {
        throw new TypeError('a fault');
      },
    };
    expect(runCase(madeCase('any', {}, {}), [broken])).toMatchObject({
      outcome: 'fail',
      differences: [{ actual: 'TypeError: a fault' }],
    });
  });
});

describe('a case that is not understood is never passed', () => {
  const pool = { pool: 6, consumers: { A: 2, B: 8 } };

  it.each([
    ['of an unknown kind', madeCase('weather', { rain: 1 }, { sun: 0 })],
    [
      'with a field that may change the result',
      madeCase('allocation', { ...pool, moon: 'full' }, {}),
    ],
    ['with an expectation nobody computes', madeCase('allocation', pool, { colour: 'green' })],
    ['with nothing expected of a known kind', madeCase('allocation', pool, 7)],
    [
      'of a market without a mechanism',
      madeCase('matching', { buy: [[1, 2]], sell: [[1, 1]] }, {}),
    ],
    [
      'of a bill asked for a VAT it does not state',
      madeCase('bill', { kWh: 1, price_per_kWh: 1 }, { vat: 0 }),
    ],
    [
      'of a bill with a field of its VAT that means nothing',
      madeCase('bill', { kWh: 1, price_per_kWh: 1, vat: { percent: 6, moon: 'full' } }, { net: 1 }),
    ],
    [
      'of a bill with a field of a line that means nothing',
      madeCase('bill', { lines: [{ net: 1, moon: 'full' }] }, { net: 1 }),
    ],
    [
      'of a market with one price and orders on one side',
      madeCase('matching', { m: 'pool', sells: [[1, 2]], buy: 3 }, { price: 2 }),
    ],
    [
      'of a market with a field that means nothing',
      madeCase(
        'matching',
        { m: 'pool', buy: [[1, 3]], sell: [[1, 2]], moon: 'full' },
        { price: 2 },
      ),
    ],
    [
      'of groups with a field that means nothing',
      madeCase(
        'allocation',
        { ...pool, groups: [{ members: ['A', 'B'], moon: 'full' }] },
        { alloc: { A: 1.2 } },
      ),
    ],
    [
      'with values of points it does not have',
      madeCase('allocation', pool, { alloc: { A: '1.2', C: '4.8' } }),
    ],
  ])('%s', (_, one) => {
    expect(runCase(one).outcome).toBe('not-understood');
  });

  it('with an empty expectation', () => {
    expect(runCase(madeCase('allocation', pool, {})).outcome).toBe('not-understood');
  });
});

describe('case files', () => {
  it('hold one case or a list of them', () => {
    const one = { id: 'x', input: {}, expected: {}, tolerance: 0.01, notes: null };
    expect(parseCases(JSON.stringify(one), 'a.json')).toMatchObject([
      { id: 'x', tolerance: '0.01', notes: '' },
    ]);
    expect(parseCases(JSON.stringify([one, one]), 'a.json')).toHaveLength(2);
  });

  it('may say their tolerance in words, but none that nobody applies', () => {
    const one = { id: 'x', input: {}, expected: {} };
    const of = (tolerance: unknown): string | undefined =>
      parseCases(JSON.stringify({ ...one, tolerance }), 'a.json')[0]?.tolerance;
    expect([of('exact'), of(null), of('0.01 EUR'), of({ abs: 1e-9 })]).toEqual([
      'exact',
      'exact',
      '0.01',
      '1e-9',
    ]);
    expect(() => of('1 %')).toThrow(/^a\.json: tolerance: got "1 %"/);
    expect(() => of({ relative: 0.1 })).toThrow(/tolerance/);
  });

  it('are refused where they are none, with their name', () => {
    expect(() => parseCases('{', 'a.json')).toThrow(CaseFileError);
    expect(() => parseCases('[7]', 'a.json')).toThrow(/^a\.json\[0\]: .*expected/);
    expect(() => readCases('/nowhere')).toThrow(/nowhere: no \.json files/);
  });

  it('that cannot be read hide none of the others', () => {
    const folder = mkdtempSync(join(tmpdir(), 'cases-'));
    writeFileSync(join(folder, 'bad.json'), '{');
    writeFileSync(join(folder, 'good.json'), '{"id":"x","input":{},"expected":{}}');
    const { cases, unreadable } = readCases(folder);
    rmSync(folder, { recursive: true });
    expect(cases.map(({ id }) => id)).toEqual(['x']);
    expect(unreadable).toMatchObject([{ id: 'bad.json', outcome: 'not-understood' }]);
  });
});
