import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { EXPLANATIONS } from './compare.js';
import { isList, isRecord, type Json } from './json.js';
import { printReports } from './print-reports.js';
import { readCases, runCase } from './run-cases.js';

/** The folder of cases is no part of the project; where it is absent the suite says so. */
const named = process.env['MICROGRID_CASES'];
const folder = named ?? join(__dirname, '../../../../shared/cases/settlement');
const { cases, unreadable } =
  named !== undefined || existsSync(folder) ? readCases(folder) : { cases: [], unreadable: [] };

/** An expectation with one of its leaves changed, once for each leaf that is compared. */
function changed(expected: Json, by: number, path = ''): [string, Json][] {
  if (isList(expected)) {
    return expected.flatMap((one, index) =>
      changed(one, by, `${path}.${index}`).map(([at, value]): [string, Json] => [
        at,
        expected.map((other, position) => (position === index ? value : other)),
      ]),
    );
  }
  // What a refusal says is free; that it is one is not.
  if (isRecord(expected) && 'error' in expected) return [[path.slice(1), 7]];
  if (isRecord(expected)) {
    return Object.entries(expected).flatMap(([key, one]) =>
      EXPLANATIONS.has(key)
        ? []
        : changed(one, by, `${path}.${key}`).map(([at, value]): [string, Json] => [
            at,
            { ...expected, [key]: value },
          ]),
    );
  }
  return [[path.slice(1), changedLeaf(expected, by)]];
}

/** Every record with its fields in the other order; lists as they are. */
function reversed(value: Json): Json {
  if (isList(value)) return value.map(reversed);
  if (!isRecord(value)) return value;
  const fields = Object.entries(value).map(([key, one]) => [key, reversed(one)] as const);
  return Object.fromEntries(fields.reverse());
}

function changedLeaf(leaf: Json, by: number): Json {
  if (typeof leaf === 'boolean') return !leaf;
  if (typeof leaf === 'number') return leaf + by;
  if (typeof leaf === 'string' && /^-?\d+(\.\d+)?$/.test(leaf)) return String(Number(leaf) + by);
  return typeof leaf === 'string' && leaf.startsWith('error') ? 7 : 'something else';
}

describe('worked cases', () => {
  if (cases.length + unreadable.length === 0) {
    test.skip(`no case files at ${folder}`, () => undefined);
    return;
  }
  const reports = [...cases.map((one) => runCase(one)), ...unreadable];

  beforeAll(() => process.stdout.write(printReports(reports)));

  test.each(reports.map((report) => [report.id, report] as const))('%s', (_, report) => {
    expect(['pass', 'left']).toContain(report.outcome);
  });

  test('the order of the fields of an input does not matter', () => {
    for (const [index, one] of cases.entries()) {
      expect(runCase({ ...one, input: reversed(one.input) }).outcome).toBe(reports[index]?.outcome);
    }
  });

  test('no changed expectation of a passing case passes', () => {
    let tried = 0;
    for (const [index, one] of cases.entries()) {
      if (reports[index]?.outcome !== 'pass') continue;
      for (const [path, expected] of changed(one.expected, 1 + 2 * (Number(one.tolerance) || 0))) {
        const { outcome } = runCase({ ...one, expected });
        if (outcome === 'pass') throw new Error(`${one.id}: ${path} may be anything`);
        tried++;
      }
    }
    expect(tried).toBeGreaterThanOrEqual(named === undefined ? 100 : 1);
  });
});
