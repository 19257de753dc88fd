import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isMeteringError } from '../metering-error.js';
import { importMeterFile } from './import-meter-file.js';
import type { ImportResult } from './import-result.js';
import type { MeterFileOptions } from './meter-formats.js';
import { parseOcmf } from './ocmf-record.js';
import { verifyOcmf } from './ocmf-signature.js';

const SHARED = join(__dirname, '../../../../../shared');
const METERS = join(SHARED, 'data/meters');
const there = existsSync(METERS);
if (!there) console.log('Skipped: real meter files (../shared/data/meters is not there)');
const withFiles = there ? describe : describe.skip;

function read(path: string, options: Partial<MeterFileOptions> = {}): Promise<ImportResult> {
  const bytes = readFileSync(join(METERS, path));
  return importMeterFile(bytes, { file: path, absentDirection: 'zero', ...options });
}

const kilowattHours = (values: Float64Array): number =>
  values.reduce((sum, value) => sum + (Number.isNaN(value) ? 0 : value), 0) / 1e6;

withFiles('files of real meters', () => {
  test.each([
    ['nem12/Example_NEM12_actual_interval.csv', 48, 53.328, 0],
    ['nem12/Example_NEM12_different_interval_length.csv', 48, 374, 0],
    ['nem12/Example_NEM12_multiple_meters.csv', 384, 21.12, 5.76],
    ['nem12/Example_NEM12_no_scheduled_read.csv', 96, 5.84, 0],
    ['nem12/Example_NEM12_substituted_interval.csv', 48, 110.976, 0],
    ['nem12/Example_NEM12_upper_case_units.csv', 48, 53.328, 0],
    ['mscons/MSCONS_TL_SAMPLE01.txt.gz', 2976, 680.282, 0],
    ['greenbutton/PGEIntervalBlock.xml.gz', 2280, 496_406.375, 0],
  ])('%s: %d intervals', async (path, rows, imported, exported) => {
    const { columns, rejected } = await read(path);
    expect(rejected).toEqual([]);
    expect(columns.rows).toBe(rows);
    expect(kilowattHours(columns.importMilliwattHours)).toBeCloseTo(imported, 5);
    expect(kilowattHours(columns.exportMilliwattHours)).toBeCloseTo(exported, 5);
  });

  test('a channel that ends early loses nothing: its partner stands among the partial intervals', async () => {
    const { columns, partial } = await read('nem12/Example_NEM12_partialchannel.csv');
    expect(columns.rows).toBe(31 * 288);
    expect(partial).toHaveLength(30 * 288);
    const kept = kilowattHours(columns.importMilliwattHours);
    const rest = partial.reduce((sum, row) => sum + (row.importMilliwattHours ?? 0), 0) / 1e6;
    expect(kept + rest).toBeCloseTo(270.738, 6);
  });

  test('registers of long periods and days of 23 and 25 hours are totals', async () => {
    const nem13 = await read('nem12/Example_NEM13_consumption_data.csv');
    expect(nem13.totals).toMatchObject([
      { meteringPoint: 'VABC005890', importMilliwattHours: 1_312_100_000, quality: 'measured' },
    ]);
    const espi = await read('greenbutton/ESPIIntervalBlock.xml.gz');
    const hours = espi.totals.map(({ startMs, endMs }) => (endMs - startMs) / 3_600_000);
    expect(new Set(hours)).toEqual(new Set([23, 24, 25]));
  });

  test('the file that repeats 276 rows counts each once', async () => {
    const { notes } = await read('greenbutton/PGEIntervalBlock.xml.gz');
    expect(notes.join('\n')).toContain('276 rows repeat');
  });

  test('the invalid files are refused with the true reason', async () => {
    const reasons: Record<string, string> = {};
    const folder = 'nem12/invalid';
    for (const file of readdirSync(join(METERS, folder))) {
      try {
        await read(join(folder, file));
      } catch (error) {
        if (!isMeteringError(error)) throw error;
        reasons[file] = error.message.replace(`${folder}/${file}`, '');
      }
    }
    expect(Object.keys(reasons)).toHaveLength(readdirSync(join(METERS, folder)).length);
    expect(reasons['Example_NEM12_15min_200_30min_300.csv']).toMatch(/:3: .*48 values.*96 values/);
    expect(reasons['Example_NEM12_15min_200_30min_400.csv']).toMatch(
      /interval 49.*all 96 intervals/,
    );
    expect(reasons['Example_NEM12_30min_200_15min_300.csv']).toMatch(/:3: .*after 48 values/);
    expect(reasons['Example_NEM12_empty.csv']).toContain('no data records');
    expect(reasons['Example_NEM12_missing_header.csv']).toContain('100,NEM12');
    expect(reasons['Example_NEM12_powercor.csv']).toContain('100,NEM12');
    expect(reasons['Example_empty_file.csv']).toContain('an empty file');
  });

  test('telegrams of every version: registers, unknown times and bad checksums apart', async () => {
    const python = readFileSync(join(METERS, 'dsmr/example_telegrams.txt'), 'utf8');
    const escapes: Record<string, string> = { r: '\r', n: '\n' };
    const text = [...python.matchAll(/'((?:[^'\\]|\\.)*)'/g)]
      .map(([, literal = '']) =>
        literal.replaceAll(/\\(x..|.)/g, (_, escape: string) =>
          escape.startsWith('x')
            ? String.fromCharCode(Number.parseInt(escape.slice(1), 16))
            : (escapes[escape] ?? escape),
        ),
      )
      .join('');
    const count = python.match(/^TELEGRAM/gm)?.length ?? 0;
    const bytes = Buffer.from(text, 'latin1');
    const result = await importMeterFile(bytes, { file: 'telegrams', lenient: true });
    const heat = 1;
    expect(result.readings.length + result.untimed.length + result.rejected.length + heat).toBe(
      count,
    );
    // One telegram was made anonymous after its meter had signed it.
    expect(result.rejected.map(({ column }) => column)).toEqual(['checksum']);
    expect(result.readings.find(({ atMs }) => atMs === Date.UTC(2016, 10, 13, 19, 57, 57))).toEqual(
      {
        meteringPoint: '3960221976967177082151037881335713',
        atMs: Date.UTC(2016, 10, 13, 19, 57, 57),
        importMilliwattHours: 3_016_829_000,
        exportMilliwattHours: 0,
        quality: 'good',
      },
    );
  });
});

interface OcmfCase {
  readonly input: Record<string, { readonly ocmf: string; readonly spki: string }>;
  readonly expected: Record<string, { readonly valid: boolean }>;
}

withFiles('signed charging records', () => {
  const path = join(SHARED, 'cases/settlement/AUD-02-ocmf-signature.json');
  const cases = JSON.parse(readFileSync(path, 'utf8')) as OcmfCase;

  test.each(Object.entries(cases.input))('%s', async (name, { ocmf, spki }) => {
    const key = Buffer.from(spki, /^[0-9A-F]+$/.test(spki) ? 'hex' : 'base64');
    const record = parseOcmf(ocmf);
    if (!('payload' in record)) throw new Error(record.expected);
    expect(verifyOcmf(record, key).valid).toBe(cases.expected[name]?.valid);
    const options = { file: name, lenient: true, publicKeys: new Map([['*', key]]) };
    const { rejected } = await importMeterFile(Buffer.from(ocmf), options);
    expect(rejected.length === 0).toBe(cases.expected[name]?.valid);
  });
});
