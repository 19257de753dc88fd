import { rowAt } from '../columns.js';
import type { EredesOptions } from './eredes-xlsx.js';
import { importMeterFile } from './import-meter-file.js';
import type { ImportResult } from './import-result.js';
import { LocalClock } from './local-clock.js';
import { workbook } from './workbook.test-data.js';

type Cell = string | number | null;

const CPE = 'PT0002000012345678AB';
const QUARTER_MS = 900_000;
const ten = [
  'Data',
  'Hora',
  'Consumo registado (kW)',
  'Estado',
  'Consumo medido na IC (kW)',
  'Estado',
  'Injeção registada (kW)',
  'Estado',
  'Injeção medida na IC (kW)',
  'Estado',
];

/** A day's rows by end label, in order; the value counts the quarter-hours from 1. */
function dayRows(date: string): [string, string, number][] {
  const clock = new LocalClock('Europe/Lisbon');
  const rows: [string, string, number][] = [];
  for (let quarter = 1; quarter <= clock.lengthMinutes(date) / 15; quarter++) {
    const endMs = clock.startOf(date) + quarter * QUARTER_MS;
    for (let minute = 0; minute <= 1440; minute += 15) {
      if (!clock.instants(date, minute).includes(endMs)) continue;
      const shown = minute === 1440 ? 0 : minute;
      const label = `${String(Math.floor(shown / 60)).padStart(2, '0')}:${String(shown % 60).padStart(2, '0')}`;
      const day =
        minute === 1440 ? new Date(Date.parse(date) + 86_400_000).toISOString().slice(0, 10) : date;
      rows.push([day.replaceAll('-', '/'), label, quarter]);
      break;
    }
  }
  return rows;
}

async function read(
  rows: readonly (readonly Cell[])[],
  options: Partial<EredesOptions> = {},
): Promise<ImportResult> {
  return importMeterFile(await workbook(rows), { file: 'consumos.xlsx', ...options });
}

const above = (lines: number): Cell[][] => [
  ['Código do Ponto de Entrega', CPE],
  ...Array.from({ length: lines - 2 }, () => ['']),
];

test.each([8, 15])(
  'header in row %d, ten columns: the meter\u2019s values are read, not the booked ones',
  async (headerRow) => {
    const rows = dayRows('2026-06-21').map(([date, hour, value]): Cell[] => [
      date,
      hour,
      value * 9,
      'Real',
      `${value},4`.replace('.', ','),
      'Real',
      7,
      'Real',
      0.001,
      value === 3 ? 'Estimado' : 'Real',
    ]);
    const { columns, notes } = await read([...above(headerRow), ten, ...rows]);
    expect(columns.rows).toBe(96);
    expect(columns.points).toEqual([CPE]);
    expect(rowAt(columns, 0)).toMatchObject({
      startMs: Date.UTC(2026, 5, 20, 23),
      endMs: Date.UTC(2026, 5, 20, 23, 15),
    });
    expect(columns.importMilliwattHours[0]).toBe(350_000);
    expect(columns.exportMilliwattHours[0]).toBe(250);
    expect([...columns.quality.subarray(0, 4)]).toEqual([0, 0, 3, 0]);
    expect(notes.join('\n')).toContain('"Consumo registado (kW)" was not read');
  },
);

test.each([
  ['2026-03-29', 92],
  ['2026-10-25', 100],
])('%s has %d quarter-hours, each once and in order', async (date, count) => {
  const header = ['Data', 'Hora', 'Potência ativa consumida (kW)', 'Estado'];
  const rows = dayRows(date).map(([day, hour, value]) => [day, hour, `${value}`, 'Real']);
  const { columns, superseded } = await read([...above(8), header, ...rows], {
    absentDirection: 'zero',
  });
  expect(superseded).toEqual([]);
  expect(columns.rows).toBe(count);
  const startMs = new LocalClock('Europe/Lisbon').startOf(date);
  for (let row = 0; row < count; row++) {
    expect(columns.startMs[row]).toBe(startMs + row * QUARTER_MS);
    expect(columns.importMilliwattHours[row]).toBe((row + 1) * 250_000);
  }
});

test('overlapping downloads: equal rows count once, others are a new version', async () => {
  const rows = dayRows('2026-06-21').map(([day, hour, value]) => [day, hour, value, 'Real']);
  const again = rows
    .slice(0, 4)
    .map(([day, hour, value], at) => [day, hour, at === 2 ? 99 : value, 'Real']);
  const header = ['Data', 'Hora', 'Consumo medido na IC (kW)', 'Estado'];
  const result = await read([...above(8), header, ...rows, ...again] as Cell[][], {
    absentDirection: 'zero',
  });
  expect(result.columns.rows).toBe(96);
  expect(result.columns.importMilliwattHours[2]).toBe(99 * 250_000);
  expect(result.superseded).toMatchObject([
    { importMilliwattHours: 3 * 250_000, line: 11, byLine: 107 },
  ]);
  expect(result.notes.join('\n')).toContain('3 rows repeat');
});

test('a file from 00:00 to 23:45 is refused unless the label is said', async () => {
  const rows = Array.from({ length: 96 }, (_, at) => [
    '2026/06/21',
    `${String(Math.floor(at / 4)).padStart(2, '0')}:${String((at % 4) * 15).padStart(2, '0')}`,
    1,
    'Real',
  ]);
  const sheet = [
    ...above(8),
    ['Data', 'Hora', 'Consumo medido na IC (kW)', 'Estado'],
    ...rows,
  ] as Cell[][];
  await expect(read(sheet, { absentDirection: 'zero' })).rejects.toThrow(/00:00 to 23:45.*END/);
  const { columns } = await read(sheet, { absentDirection: 'zero', label: 'start' });
  expect(columns.startMs[0]).toBe(Date.UTC(2026, 5, 20, 23));
});

test.each([
  ['2026/13/01', '00:15', '1', /A9: got "2026\/13\/01"/],
  ['2026/06/21', '00:20', '1', /B9: got "00:20", expected a quarter-hour/],
  ['2026/03/29', '01:30', '1', /B9: .*exists on 2026-03-29/],
  ['2026/06/21', '00:15', 'muito', /C9: got "muito"/],
  ['2026/06/21', '00:15', '-1', /9: import: got -0.25 kWh/],
])('%s %s %s is refused by its cell', async (date, hour, value, message) => {
  const sheet = [
    ...above(8),
    ['Data', 'Hora', 'Consumo medido na IC (kW)', 'Estado'],
    [date, hour, value, 'Real'],
  ];
  await expect(read(sheet, { absentDirection: 'zero' })).rejects.toThrow(message);
  const { rejected } = await read(sheet, { absentDirection: 'zero', lenient: true });
  expect(rejected).toHaveLength(1);
});

test('a sheet without header, point or workbook is refused', async () => {
  await expect(read([['nothing']])).rejects.toThrow(/Data and Hora/);
  await expect(
    read([
      ['Data', 'Hora', 'Consumo medido na IC (kW)', 'Estado'],
      ['2026/06/21', '00:15', 1, 'Real'],
    ]),
  ).rejects.toThrow(/PT…/);
  const text = new TextEncoder().encode('no workbook');
  await expect(importMeterFile(text, { file: 'x' }, 'eredes-xlsx')).rejects.toThrow(
    /\.xlsx workbook/,
  );
});
