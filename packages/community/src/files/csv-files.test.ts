import { parseCommunity } from '../parse-community.js';
import { allocationOfPoints, lintAllocationCsv, readAllocationCsv } from './allocation-csv.js';
import { lintPairCsv, readCoefficientCsv, readPairCsv } from './coefficient-csv.js';
import {
  coefficientTable,
  energyTableOf,
  lintCoefficientTable,
  pairTable,
} from './contract-tables.js';
import { csvFileKind } from './csv-file-kind.js';
import { fileProblemText } from './file-problem.js';

const QUARTER = 900_000;
const OPTIONS = { resolutionMs: QUARTER };
const at = (text: string): number => Date.parse(text);

const community = parseCommunity(`
schema: microgrid/community/1
id: valley
name: The valley
timeZone: Europe/Lisbon
resolution: PT15M
currency: EUR
netting: interval
sharingKey: { type: proportional }
prices: { import: '0.25', export: '0.05', internal: '0.12' }
members:
  - { id: silva, meteringPoints: [{ id: house, operatorId: PT0002000012345678AB }, { id: roof, role: producer }] }
  - { id: shop, meteringPoints: [{ id: shop }] }
`);

describe("an operator's allocation", () => {
  test("is read in the project's own layout; what is empty says nothing and is not zero", () => {
    const file = readAllocationCsv(
      [
        'metering_point,start,end,allocated_kwh,given_kwh,consumed_kwh,quality',
        'PT0002000012345678AB,2026-03-01T00:00:00Z,2026-03-01T00:15:00Z,0.123,,0.2,measured',
        'roof,2026-03-01T00:00:00Z,2026-03-01T00:15:00Z,,0.5,,',
        'shop,2026-03-01T00:00:00Z,2026-03-01T00:15:00Z,,,0.3,estimated',
      ].join('\n'),
      'dso.csv',
    );
    const startMs = at('2026-03-01T00:00:00Z');
    const span = { startMs, endMs: startMs + QUARTER };
    expect(file.unitMilliwattHours).toBe(1000);
    expect(allocationOfPoints(file, community).rows).toEqual([
      {
        ...span,
        meteringPoint: 'house',
        flow: 'sharedIn',
        allocatedMilliwattHours: 123_000,
        consumedMilliwattHours: 200_000,
        quality: 'measured',
        line: 2,
      },
      { ...span, meteringPoint: 'roof', flow: 'sharedIn', line: 3 },
      {
        ...span,
        meteringPoint: 'roof',
        flow: 'sharedOut',
        allocatedMilliwattHours: 500_000,
        line: 3,
      },
      {
        ...span,
        meteringPoint: 'shop',
        flow: 'sharedIn',
        consumedMilliwattHours: 300_000,
        quality: 'estimated',
        line: 4,
      },
    ]);
  });

  test('is read from a column map: local clock, label at the end, comma, Wh, quality codes, a title', () => {
    const lines = (rows: string[]): string =>
      ['Energia partilhada', 'CPE;Data e Hora;Energia (Wh);Q', ...rows].join('\r\n');
    const layout = {
      separator: ';' as const,
      skipLines: 1,
      unit: 'Wh' as const,
      time: { pattern: 'DD/MM/YYYY HH:mm', timeZone: 'Europe/Lisbon' },
      label: 'end' as const,
      resolution: 'PT15M',
      columns: {
        meteringPoint: 'cpe',
        start: 'data e hora',
        allocated: 'energia (wh)',
        quality: 'q',
      },
      qualities: { R: 'measured' as const, E: 'estimated' as const },
    };
    const { rows } = readAllocationCsv(
      lines(['shop;28/03/2026 24:00;12,5;R', 'shop;29/03/2026 00:15;0;E']),
      'dso.csv',
      layout,
    );
    expect(
      rows.map(({ startMs, allocatedMilliwattHours, quality }) => [
        startMs,
        allocatedMilliwattHours,
        quality,
      ]),
    ).toEqual([
      [at('2026-03-28T23:45:00Z'), 12_500, 'measured'],
      [at('2026-03-29T00:00:00Z'), 0, 'estimated'],
    ]);
    const wrong = lintAllocationCsv(
      lines([
        'shop;29/03/2026 01:15;1;R',
        ';28/03/2026 00:15;-1;X',
        'shop;2026-03-29;1;R',
        'shop;1',
      ]),
      'dso.csv',
      layout,
    );
    expect(wrong.data).toBeUndefined();
    expect(wrong.problems.map(fileProblemText)).toEqual([
      // Lisbon's clock skips from 01:00 to 02:00 that night.
      'dso.csv:3: data e hora: got "29/03/2026 01:15", expected a time that the clock of Europe/Lisbon shows, written DD/MM/YYYY HH:mm',
      'dso.csv:4: metering point: got "", expected a metering point',
      'dso.csv:4: allocated: got "-1", expected an energy in Wh, 0 or more, with at most 3 decimals',
      'dso.csv:4: quality: got "X", expected one of R, E, measured, corrected, substituted, estimated, missing',
      'dso.csv:5: data e hora: got "2026-03-29", expected a time that the clock of Europe/Lisbon shows, written DD/MM/YYYY HH:mm',
      'dso.csv:6: got "shop;1", expected 4 fields separated by ";", as in the header',
    ]);
  });

  test('with a column for each point; an hour that the clock repeats is first the earlier, then the later', () => {
    const { rows } = readAllocationCsv(
      [
        'time,house,shop',
        '2026-10-25 01:30,0.1,',
        '2026-10-25 01:45,0.2,0.5',
        '2026-10-25 01:30,0.3,0.6',
      ].join('\n'),
      'wide.csv',
      {
        time: { pattern: 'YYYY-MM-DD HH:mm', timeZone: 'Europe/Lisbon' },
        resolution: 'PT15M',
        columns: { start: 'time' },
      },
    );
    expect(
      rows.map(({ meteringPoint, startMs, allocatedMilliwattHours }) => [
        meteringPoint,
        startMs,
        allocatedMilliwattHours,
      ]),
    ).toEqual([
      ['house', at('2026-10-25T00:30:00Z'), 100_000],
      ['house', at('2026-10-25T00:45:00Z'), 200_000],
      ['shop', at('2026-10-25T00:45:00Z'), 500_000],
      ['house', at('2026-10-25T01:30:00Z'), 300_000],
      ['shop', at('2026-10-25T01:30:00Z'), 600_000],
    ]);
  });

  test('needs its columns and a length of its intervals', () => {
    const problems = (text: string): string[] =>
      lintAllocationCsv(text, 'x.csv').problems.map(fileProblemText);
    expect(problems('')).toEqual(['x.csv:1: got "", expected a header line']);
    expect(problems('point,start,kwh')).toEqual([
      'x.csv:1: header: got "point | start | kwh", expected a column metering_point',
      'x.csv:1: header: got "point | start | kwh", expected a column allocated_kwh or given_kwh with the energies',
    ]);
    expect(problems('metering_point,start,allocated_kwh\nshop,2026-03-01T00:00:00Z,1')).toEqual([
      'x.csv:2: end: got "", expected an end, or a layout that says the resolution',
    ]);
  });
});

describe('coefficients by pair of installations', () => {
  const text = [
    'UPAC;Instalação Consumidora;Coeficiente;Início;Fim',
    'roof;"PT0002000012345678AB";0,4;2026-03-01T00:00:00Z;2026-03-01T00:15:00Z',
    'roof;shop;0,6;2026-03-01T00:00:00Z;2026-03-01T00:15:00Z',
    'roof;shop;1;2026-03-01T00:15:00Z;2026-03-01T00:30:00Z',
  ].join('\n');

  test("are read under the headers people write and under the points' ids", () => {
    const table = pairTable(new Map([['pairs.csv', text]]), 'pairs.csv', community);
    const first = at('2026-03-01T00:00:00Z');
    const row = (ms: number): number[] => [...table.row(table.rowAt(ms, ms + QUARTER))];
    expect(table.pairs).toEqual([
      { producer: 'roof', consumer: 'house' },
      { producer: 'roof', consumer: 'shop' },
    ]);
    expect(row(first)).toEqual([4e11, 6e11]);
    expect(row(first + QUARTER)).toEqual([0, 1e12]);
    expect(table.rowAt(first + 2 * QUARTER, first + 3 * QUARTER)).toBe(-1);
    expect(table.rowAt(first, first + 2 * QUARTER)).toBe(-1);
  });

  test('a producer gives at most all it has; a pair stands once in a span', () => {
    const problems = (more: string): string[] =>
      lintPairCsv(`${text}\n${more}`, 'pairs.csv', OPTIONS).problems.map(fileProblemText);
    expect(problems('roof;silo;0,1;2026-03-01T00:15:00Z;2026-03-01T00:30:00Z')).toEqual([
      'pairs.csv: sum: got "roof: 1.1", expected coefficients of a producer that add up to at most 1',
    ]);
    expect(problems('roof;shop;0;2026-03-01T00:15:00Z;2026-03-01T00:30:00Z')).toEqual([
      'pairs.csv:5: pair: got "roof→shop 2026-03-01T00:15:00Z", expected each pair once in a span',
    ]);
    expect(problems('roof;shop;0;2026-03-01T00:20:00Z;2026-03-01T00:25:00Z')[0]).toContain(
      'expected a start at or after 2026-03-01T00:30:00Z, the end of the span before',
    );
    expect(problems(';shop;0;2026-03-01T00:20:00Z;2026-03-01T00:10:00Z')).toEqual([
      'pairs.csv:5: producer: got "", expected a metering point',
    ]);
  });

  test('without times they hold always', () => {
    const columns = readPairCsv(
      'producer,consumer,coefficient\nroof,shop,0.5',
      'pairs.csv',
      OPTIONS,
    );
    expect(columns).toMatchObject({
      startMs: Float64Array.of(-Infinity),
      values: Float64Array.of(5e11),
    });
  });
});

test('the header tells what a CSV file holds, under the names people write', () => {
  expect(csvFileKind('UPAC;CPE consumidor;Coeficiente\n')).toBe('pairs');
  expect(csvFileKind('producer,consumer,coefficient,start')).toBe('pairs');
  expect(csvFileKind('\uFEFFCPE;Coef.;Tipo de dia\r\n')).toBe('coefficients');
  expect(csvFileKind('metering_point,start,end,allocated_kwh')).toBe('allocation');
  expect(csvFileKind('')).toBe('allocation');
});

describe('coefficients by metering point', () => {
  test('name every point of the file in every span', () => {
    const text = [
      'metering_point,coefficient,start',
      'shop,0.25,2026-03-01T00:00:00Z',
      'house,0.5,2026-03-01T00:00:00Z',
      'shop,0.3,2026-03-01T00:15:00Z',
    ].join('\n');
    expect(() => readCoefficientCsv(text, 'key.csv', OPTIONS)).toThrow(
      'key.csv:4: metering_point: got "no line for house", expected every metering_point of the file in the span from 2026-03-01T00:15:00Z',
    );
    const files = new Map([['key.csv', `${text}\nhouse,0.7,2026-03-01T00:15:00Z`]]);
    const table = coefficientTable(files, 'key.csv', community);
    const second = at('2026-03-01T00:15:00Z');
    expect(table.ids).toEqual(['house', 'shop']);
    expect([...table.row(table.rowAt(second, second + QUARTER))]).toEqual([7e11, 3e11]);
  });

  test('of names that the community does not have are refused, and so is a file that is not there', () => {
    const files = new Map([
      ['key.csv', 'cpe;coeficiente\nhouse;0,5\nPT0002000012345678AB;0,1\nmill;0,1'],
    ]);
    expect(lintCoefficientTable(files, 'key.csv', community).problems.map(fileProblemText)).toEqual(
      [
        'key.csv: metering_point: got "house", expected each metering point once; "PT0002000012345678AB" names house too',
        'key.csv: metering_point: got "mill", expected the id or operatorId of a metering point of the community',
      ],
    );
    expect(() => coefficientTable(files, 'no.csv', community)).toThrow(
      'no.csv: got no such file, expected one of key.csv',
    );
  });
});

test('energies of an interval are given for that interval alone', () => {
  const files = new Map([
    [
      'given.csv',
      'metering_point,start,end,allocated_kwh\nshop,2026-03-01T00:00:00Z,2026-03-01T00:15:00Z,0.5\nhouse,2026-03-01T00:00:00Z,2026-03-01T00:15:00Z,0',
    ],
  ]);
  const table = energyTableOf(files, 'given.csv', community);
  const first = at('2026-03-01T00:00:00Z');
  expect(table.ids).toEqual(['house', 'shop']);
  expect([...(table.at(first, first + QUARTER) ?? [])]).toEqual([0, 500_000]);
  expect(table.at(first, first + QUARTER / 3)).toBeUndefined();
  expect(table.at(first + QUARTER, first + 2 * QUARTER)).toBeUndefined();
});
