import { intervalV1 } from '@microgrid/events';
import { parquetReadObjects } from 'hyparquet';
import { readSheet } from 'read-excel-file/universal';
import { readCanonicalCsv } from '../csv-reader.js';
import { intervalEvents, jsonLines } from './json-lines.js';
import { parquetFile } from './parquet-export.js';
import { xlsxWorkbook } from './xlsx-export.js';

const columns = readCanonicalCsv(
  new TextEncoder().encode(
    [
      'metering_point,start,end,import_kwh,export_kwh,quality',
      'a,2026-06-21T00:00:00Z,2026-06-21T00:15:00Z,0.123456,0.000,measured',
      'b,2026-06-21T00:00:00Z,2026-06-21T00:15:00Z,,,missing',
      'a,2026-06-21T00:15:00Z,2026-06-21T00:30:00Z,1.000,2.500,estimated',
    ].join('\n'),
  ),
  { file: 'readings.csv' },
);

test('JSON lines are valid intervals, one for each row', () => {
  const lines = [...jsonLines(columns, { source: 'import' })];
  expect(lines).toHaveLength(3);
  const events = lines.map((line) => intervalV1.parse(JSON.parse(line)));
  expect(events).toEqual([...intervalEvents(columns, { source: 'import' })]);
  expect(events[1]).toMatchObject({ meteringPoint: 'b', quality: 'missing' });
  expect(events[0]?.importMilliwattHours).toBe(123_456);
});

test('another reader finds the rows in the Parquet file, exactly', async () => {
  const file = parquetFile(columns).slice().buffer;
  const rows = await parquetReadObjects({ file });
  expect(rows).toHaveLength(3);
  expect(rows[0]).toEqual({
    metering_point: 'a',
    start: new Date('2026-06-21T00:00:00Z'),
    end: new Date('2026-06-21T00:15:00Z'),
    import_milliwatt_hours: 123_456n,
    export_milliwatt_hours: 0n,
    quality: 'measured',
  });
  expect(rows[1]).toMatchObject({ import_milliwatt_hours: null, quality: 'missing' });
});

test('another reader finds the rows in the workbook', async () => {
  const bytes = await xlsxWorkbook(columns);
  const rows = await readSheet(bytes.slice().buffer, 1);
  expect(rows[0]).toEqual([
    'metering_point',
    'start',
    'end',
    'import_kwh',
    'export_kwh',
    'quality',
  ]);
  expect(rows[1]).toEqual([
    'a',
    '2026-06-21T00:00:00Z',
    '2026-06-21T00:15:00Z',
    0.123456,
    0,
    'measured',
  ]);
  expect(rows[2]?.slice(3)).toEqual([null, null, 'missing']);
});
