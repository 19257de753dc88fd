import { parseCommunity } from '../parse-community.js';
import type { PriorityKey } from '../sharing-key.js';
import { fileProblemText, type FileReading } from './file-problem.js';
import { lintFixedKeyCsv } from './fixed-key-csv.js';
import { formatHierarchicalFiles, formatPairCsv } from './format-key-files.js';
import { lintHierarchicalKey } from './hierarchical-key.js';
import { readPairCsv } from './coefficient-csv.js';
import { contractFileNames, lintContractFiles } from './lint-contract-files.js';

const text = (sharingKey: object): string =>
  JSON.stringify({
    schema: 'microgrid/community/1',
    id: 'rua',
    name: 'Rua',
    preset: 'pt-proportional',
    sharingKey,
    prices: { import: '0.25', export: '0.05', internal: '0.12' },
    members: ['school', 'house', 'flat', 'shop', 'roof'].map((id) => ({
      id,
      meteringPoints: [{ id, operatorId: `PT-${id}` }],
    })),
  });

const community = parseCommunity(text({ type: 'proportional' }));
const said = (reading: FileReading<unknown>): string[] => reading.problems.map(fileProblemText);
const file = (name: string, ...lines: string[]) => ({ name, text: lines.join('\n') });

describe('coefficients of the fixed mode', () => {
  test('constant ones are a fixed key', () => {
    const reading = lintFixedKeyCsv(
      file('fixa.csv', 'CPE;Coeficiente', 'PT-house;0,25', 'PT-shop;0,750'),
      community,
    );
    expect(reading).toEqual({
      problems: [],
      data: { type: 'fixed', coefficients: { house: '0.25', shop: '0.75' } },
    });
  });

  test('by day type and season they are rows of a calendar, the closest first', () => {
    const reading = lintFixedKeyCsv(
      file(
        'fixa.csv',
        'CPE;Coeficiente;Tipo de dia;Época início;Época fim',
        'PT-house;0,2;;;',
        'PT-house;0,3;Dia útil;;',
        'PT-house;0,4;FIM DE SEMANA;06-01;09-30',
        'PT-shop;0,6;fim de semana;06-01;09-30',
      ),
      community,
    );
    expect(reading.data?.coefficients).toEqual({
      calendar: [
        {
          dayTypes: ['saturday', 'sunday'],
          seasons: [{ from: '06-01', to: '09-30' }],
          coefficients: { house: '0.4', shop: '0.6' },
        },
        { dayTypes: ['workingDay'], coefficients: { house: '0.3' } },
        { coefficients: { house: '0.2' } },
      ],
    });
  });

  test('everything wrong is said at once', () => {
    const reading = lintFixedKeyCsv(
      file(
        'fixa.csv',
        'cpe;coeficiente;tipo de dia;epoca inicio;epoca fim',
        'PT-house;1,2;;;',
        'PT-house;0,5;feriadão;;',
        'PT-house;0,5;feriado;06-31x;',
        'PT-mill;0,5;feriado;;',
        'PT-shop;0,6;feriado;;',
        'PT-shop;0,6;feriado;;',
      ),
      community,
    );
    expect(said(reading)).toEqual([
      'fixa.csv: metering_point: got "PT-mill", expected the id or operatorId of a metering point of the community',
      'fixa.csv: sum: got "1.1", expected coefficients that add up to at most 1',
      'fixa.csv:2: coefficient: got "1,2", expected a coefficient from 0 to 1 with at most 12 decimals',
      'fixa.csv:3: day_type: got "feriadão", expected a day type: dia útil, sábado, domingo, fim de semana, feriado, or nothing',
      'fixa.csv:4: season_from: got "06-31x", expected a day of the year as MM-DD, or nothing for both',
      'fixa.csv:7: metering_point: got "PT-shop", expected each metering point once',
    ]);
    expect(said(lintFixedKeyCsv(file('fixa.csv', 'cpe;coeficiente'), community))).toEqual([
      'fixa.csv:1: got "", expected at least one line with a coefficient',
    ]);
    expect(said(lintFixedKeyCsv(file('fixa.csv', 'coeficiente'), community))).toContain(
      'fixa.csv:1: point: got "coeficiente", expected a column metering_point or point or consumer or cpe or cups or prm or zaehlpunkt or pod or instalacao or instalacao consumidora or cpe consumo',
    );
  });
});

describe('files of the hierarchical mode', () => {
  const constitution = file(
    'constituicao.csv',
    'Grupo;Ordem;CPE',
    'homes;2;PT-house',
    'homes;2;PT-flat',
    'school;1;PT-school',
    'rest;3;PT-shop',
  );
  const typeOfSharing = file(
    'tipo.csv',
    'Grupo;Tipo de partilha',
    'school;Proporcional',
    'homes;Fixo',
    'rest;proportional',
  );
  const coefficients = file(
    'coef.csv',
    'Grupo;CPE;Coeficiente',
    'homes;PT-house;0,75',
    'homes;PT-flat;0,25',
  );
  const key: PriorityKey = {
    type: 'priority',
    groups: [
      { id: 'school', points: ['school'], key: { type: 'proportional' } },
      {
        id: 'homes',
        points: ['flat', 'house'],
        key: { type: 'fixed', coefficients: { flat: '0.25', house: '0.75' } },
      },
      { id: 'rest', points: ['shop'], key: { type: 'proportional' } },
    ],
  };

  test('are a waterfall of groups, which the contract reads', () => {
    const reading = lintHierarchicalKey({ constitution, typeOfSharing, coefficients }, community);
    expect(reading).toEqual({ problems: [], data: key });
    expect(parseCommunity(text(key)).sharingKey).toEqual(key);
  });

  test('are written so that they read back', () => {
    const written = formatHierarchicalFiles(key);
    expect(written.coefficients).toBe(
      'group;metering_point;coefficient\r\nhomes;flat;0,25\r\nhomes;house;0,75\r\n',
    );
    const reading = lintHierarchicalKey(
      {
        constitution: { name: 'a', text: written.constitution },
        typeOfSharing: { name: 'b', text: written.typeOfSharing },
        coefficients: { name: 'c', text: written.coefficients },
      },
      community,
    );
    expect(reading).toEqual({ problems: [], data: key });
    const inner = { type: 'priority' as const, groups: key.groups };
    expect(() =>
      formatHierarchicalFiles({
        type: 'priority',
        groups: [{ id: 'x', points: ['shop'], key: inner }],
      }),
    ).toThrow(
      'group x: got a key priority, expected a group that shares in proportion or by constant coefficients',
    );
  });

  test('problems of all three are said at once', () => {
    const reading = lintHierarchicalKey(
      {
        constitution: file(
          'constituicao.csv',
          'Grupo;Ordem;CPE',
          'homes;2;PT-house',
          'homes;3;PT-flat',
          'other;2;PT-shop',
          'the last;4;PT-mill',
          'x;first;PT-school',
        ),
        typeOfSharing: file('tipo.csv', 'grupo;tipo', 'homes;fixo', 'homes;fixo', 'none;dividido'),
        coefficients: file(
          'coef.csv',
          'grupo;cpe;coeficiente',
          'other;PT-shop;0,5',
          'homes;PT-shop;0,5',
        ),
      },
      community,
    );
    expect(said(reading)).toEqual([
      'constituicao.csv: metering_point: got "PT-mill", expected the id or operatorId of a metering point of the community',
      'constituicao.csv:3: rank: got "3", expected the rank of the group, 2',
      'constituicao.csv:4: rank: got "2", expected a rank that homes does not have',
      'constituicao.csv:5: group: got "the last", expected letters, digits or . _ : -, at most 64',
      'constituicao.csv:6: rank: got "first", expected a whole number from 1',
      'tipo.csv:3: group: got "homes", expected each group once',
      'tipo.csv:4: group: got "none", expected a group of the constitution',
      'tipo.csv:4: type: got "dividido", expected fixed (fixo) or proportional (proporcional)',
      'coef.csv: metering_point: got "shop", expected a metering point of group homes',
      'coef.csv:2: group: got "other", expected a group that shares by fixed coefficients',
    ]);
  });
});

test('a pair matrix is written so that it reads back', () => {
  const csv = formatPairCsv({ roof: { house: '0.4', shop: '0.6' } });
  expect(csv).toBe('producer;consumer;coefficient\r\nroof;house;0,4\r\nroof;shop;0,6\r\n');
  expect(readPairCsv(csv, 'pairs.csv', { resolutionMs: 900_000 })).toMatchObject({
    pairs: [
      { producer: 'roof', consumer: 'house' },
      { producer: 'roof', consumer: 'shop' },
    ],
    values: Float64Array.of(4e11, 6e11),
  });
});

describe('the files of a contract', () => {
  const of = parseCommunity(
    text({
      type: 'combined',
      steps: [
        { type: 'fixed', sum: 'exactly-1', coefficients: { file: 'key.csv' } },
        { type: 'exPost', file: 'given.csv', values: 'energy' },
        { type: 'exPost', file: 'parts.csv', values: 'coefficient' },
        { type: 'fixed', coefficients: { file: 'key.csv' } },
      ],
    }),
  );

  test('are named once each', () => {
    expect(contractFileNames(of.sharingKey)).toEqual([
      { file: 'key.csv', holds: 'coefficients', exact: true },
      { file: 'given.csv', holds: 'energies' },
      { file: 'parts.csv', holds: 'coefficients' },
    ]);
  });

  test('are linted all at once', () => {
    const files = new Map([
      ['key.csv', 'cpe;coeficiente\nhouse;0,5\nshop;0,4'],
      [
        'given.csv',
        'metering_point,start,end,allocated_kwh\nmill,2026-03-01T00:00:00Z,2026-03-01T00:15:00Z,1',
      ],
    ]);
    expect(lintContractFiles(of, files).map(fileProblemText)).toEqual([
      'key.csv: span 1: got 0.9, expected coefficients that add up to exactly 1 at all times',
      'given.csv: metering_point: got "mill", expected the id or operatorId of a metering point of the community',
      'parts.csv: got no such file, expected one of given.csv, key.csv',
    ]);
  });
});
