import fc from 'fast-check';
import { gzipSync } from 'fflate';
import { CSV_HEADER } from '../csv-format.js';
import { isMeteringError } from '../metering-error.js';
import { importMeterFile, importMeterFiles } from './import-meter-file.js';
import { METER_FORMATS } from './meter-formats.js';
import { workbook } from './workbook.test-data.js';

const scale = Number(process.env['MICROGRID_TEST_SCALE'] ?? 1);
const values = Array(48).fill('0.5').join(',');

/** A small whole file of every format. */
const SAMPLES: Readonly<Record<string, string>> = {
  'canonical-csv': `${CSV_HEADER}\na,2026-06-21T00:00:00Z,2026-06-21T00:15:00Z,0.123,0.000,measured\nb,2026-06-21T00:00:00Z,2026-06-21T00:15:00Z,,,missing\n`,
  nem12: `100,NEM12,202601010000,A,B\n200,NMI0000001,E1,1,E1,N1,S1,kWh,30,\n300,20260101,${values},V,,,20260102000000,\n400,1,46,A,,\n400,47,48,S14,51,\n900\n`,
  mscons:
    "UNA:+.? 'UNB+UNOC:3+a+b+200101:0000+1'UNH+1+MSCONS:D:04B:UN:2.3'BGM+7'NAD+DP'LOC+172+DE0001'LIN+1'PIA+5+1-1?:1.29.0:SRW'QTY+220:1.5'DTM+163:202606210000?+02:303'DTM+164:202606210015?+02:303'UNT+10+1'UNZ+1+1'",
  espi: '<feed xmlns="http://www.w3.org/2005/Atom"><entry><link rel="self" href="/UsagePoint/7/MeterReading/1/IntervalBlock/1"/><content><IntervalBlock><IntervalReading><timePeriod><duration>900</duration><start>900</start></timePeriod><value>1000</value></IntervalReading></IntervalBlock></content></entry></feed>',
  dsmr: '/ABC5meter\r\n\r\n0-0:1.0.0(260621120000S)\r\n0-0:96.1.1(4530303031)\r\n1-0:1.8.1(000100.123*kWh)\r\n1-0:2.8.1(000000.000*kWh)\r\n!\r\n',
  ocmf: 'OCMF|{"FV":"1.0","PG":"T1","MS":"123","RD":[{"TM":"2019-08-13T10:03:15,000+0000 S","TX":"B","RV":1.5,"RI":"1-b:1.8.0","RU":"kWh","ST":"G"}]}|{"SD":"00"}\n',
  datadis:
    'cups;fecha;hora;consumo_kWh;metodoObtencion;energiaVertida_kWh\nES0021000000000001AB;2026/06/21;01:00;0,123;Real;0,001\nES0021000000000001AB;2026/06/21;02:00;0,2;Estimada;0\n',
};

async function samples(): Promise<Map<string, Uint8Array>> {
  const sheet = await workbook([
    ['Código do Ponto de Entrega', 'PT0002000012345678AB'],
    ['Data', 'Hora', 'Consumo medido na IC (kW)', 'Estado'],
    ['2026/06/21', '00:15', '1.5', 'Real'],
    ['2026/06/21', '00:30', '2', 'Estimado'],
  ]);
  const all = Object.entries(SAMPLES).map(([id, text]): [string, Uint8Array] => [
    id,
    new TextEncoder().encode(text),
  ]);
  return new Map([...all, ['eredes-xlsx', sheet]]);
}

/** Reads what may be anything: it succeeds, or fails as a MeteringError that names the file. */
async function survives(
  bytes: Uint8Array,
  format: string | undefined,
): Promise<'read' | 'refused'> {
  let outcome: 'read' | 'refused' = 'read';
  for (const lenient of [false, true]) {
    try {
      const options = { file: 'the-file', lenient, absentDirection: 'zero' as const };
      await importMeterFile(bytes, options, format);
      outcome = 'read';
    } catch (error) {
      if (!isMeteringError(error)) throw error;
      expect(error.message).toContain('the-file');
      outcome = 'refused';
    }
  }
  return outcome;
}

test('every format has a whole sample, which is read alone and beside all others', async () => {
  const all = await samples();
  expect([...all.keys()].sort()).toEqual(METER_FORMATS.map(({ id }) => id).sort());
  const options = { absentDirection: 'zero' as const };
  for (const [id, bytes] of all) {
    const result = await importMeterFile(bytes, { ...options, file: id });
    expect({
      format: result.format,
      some: result.columns.rows + result.readings.length > 0,
    }).toEqual({
      format: id,
      some: true,
    });
  }
  const files = [...all].map(([file, bytes]) => ({ file, bytes: gzipSync(bytes) }));
  const together = await importMeterFiles(files, options);
  expect(together.format.split(' + ')).toHaveLength(all.size);
  expect(together.readings).toHaveLength(2);
});

test('random bytes of every format are refused by name or read, never a crash', async () => {
  const formats = [undefined, ...METER_FORMATS.map(({ id }) => id)];
  await fc.assert(
    fc.asyncProperty(
      fc.uint8Array({ maxLength: 300 }),
      fc.constantFrom(...formats),
      async (bytes, format) => {
        await survives(bytes, format);
      },
    ),
    { numRuns: 300 * scale },
  );
});

test('damaged files of every format are refused by name or read, never a crash', async () => {
  const all = await samples();
  const outcomes = { read: 0, refused: 0 };
  const change = fc.record({
    at: fc.nat(4000),
    remove: fc.nat(12),
    insert: fc.oneof(
      fc.uint8Array({ maxLength: 6 }),
      fc
        .constantFrom(
          '-',
          '9'.repeat(20),
          '"',
          '(',
          '1e400',
          'NaN',
          ',',
          ';',
          "'",
          '\n',
          '2026-02-30',
          '<a>',
          ':',
        )
        .map((text) => new TextEncoder().encode(text)),
    ),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...all.keys()),
      fc.array(change, { minLength: 1, maxLength: 4 }),
      async (id, changes) => {
        let bytes = [...(all.get(id) as Uint8Array)];
        for (const { at, remove, insert } of changes) {
          bytes = [...bytes];
          bytes.splice(at % bytes.length, remove, ...insert);
        }
        outcomes[await survives(Uint8Array.from(bytes), id)] += 1;
      },
    ),
    { numRuns: 1200 * scale },
  );
  console.log(`damaged files: ${outcomes.read} read leniently, ${outcomes.refused} refused`);
  expect(Math.min(outcomes.read, outcomes.refused)).toBeGreaterThan(50);
});
