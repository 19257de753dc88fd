import { importMeterFile } from './import-meter-file.js';
import type { ImportResult } from './import-result.js';
import type { MeterFileOptions } from './meter-formats.js';

const HOUR_MS = 3_600_000;

function read(text: string, options: Partial<MeterFileOptions> = {}): Promise<ImportResult> {
  return importMeterFile(new TextEncoder().encode(text), { file: 'file', ...options });
}

describe('Datadis', () => {
  const header = 'cups;fecha;hora;consumo_kWh;metodoObtencion;energiaVertida_kWh';
  const CUPS = 'ES0021000000000001AB';
  const row = (date: string, hour: string, value: string): string =>
    `${CUPS};${date};${hour};${value};Real;0,001`;
  const clockHours = (hours: readonly number[], date: string): string =>
    [
      header,
      ...hours.map((hour, at) => row(date, `${String(hour).padStart(2, '0')}:00`, `${at}`)),
    ].join('\n');

  test('the label is the END of the hour, decimals have a comma', async () => {
    const { columns } = await read(
      `${header}\n${row('2026/06/21', '01:00', '0,123')}\n${row('2026/06/21', '24:00', '1')}`,
    );
    expect([...columns.endMs]).toEqual([Date.UTC(2026, 5, 20, 23), Date.UTC(2026, 5, 21, 22)]);
    expect([...columns.importMilliwattHours]).toEqual([123_000, 1_000_000]);
    expect([...columns.exportMilliwattHours]).toEqual([1000, 1000]);
  });

  const upTo = (hours: number): number[] => Array.from({ length: hours }, (_, at) => at + 1);

  test.each([
    ['spring, hours counted', '2026/03/29', upTo(23), 23],
    ['spring, hours off the clock', '2026/03/29', upTo(24).filter((hour) => hour !== 3), 23],
    ['autumn, hours counted', '2026/10/25', upTo(25), 25],
    ['autumn, hours off the clock', '2026/10/25', [1, 2, 3, 3, ...upTo(24).slice(3)], 25],
  ])('%s: every hour once', async (_name, date, labels, count) => {
    const { columns, superseded } = await read(clockHours(labels, date));
    expect(superseded).toEqual([]);
    expect(columns.rows).toBe(count);
    const startMs = columns.startMs[0] as number;
    expect([...columns.startMs]).toEqual(
      Array.from({ length: count }, (_, at) => startMs + at * HOUR_MS),
    );
    expect([...columns.importMilliwattHours]).toEqual(
      Array.from({ length: count }, (_, at) => at * 1e6),
    );
  });

  test('an hour that the clock skips is refused, not taken for the one before it', async () => {
    const text = clockHours(upTo(24), '2026/03/29');
    await expect(read(text)).rejects.toThrow(/file:4: hora: .*expected an hour .*23 hours/);
    const { columns, superseded, rejected } = await read(text, { lenient: true });
    expect([superseded, rejected.map(({ line }) => line)]).toEqual([[], [4]]);
    expect([...columns.importMilliwattHours.subarray(0, 3)]).toEqual([0, 1e6, 3e6]);
  });

  test('names of columns may have capitals, accents and underscores', async () => {
    const { columns, notes } = await read(
      `CUPS;Fecha;Hora;Consumo_kWh;Método_obtención;Energía_vertida_kWh\n${row('21/06/2026', '1', '0,5')}`,
    );
    expect([...columns.quality]).toEqual([0]);
    expect([...columns.exportMilliwattHours]).toEqual([1000]);
    expect(notes).toEqual([]);
  });

  test('a bad row is named by line and column; lenient reading keeps the rest', async () => {
    const text = `${header}\n${row('2026/06/21', '01:00', 'x')}\n${row('2026/06/21', '02:00', '1')}`;
    await expect(read(text)).rejects.toThrow(/file:2: consumo_kwh: got "x"/);
    const { columns, rejected } = await read(text, { lenient: true });
    expect(columns.rows).toBe(1);
    expect(rejected).toMatchObject([
      { line: 2, column: 'consumo_kwh', text: expect.stringContaining(CUPS) as string },
    ]);
  });
});

describe('MSCONS', () => {
  const message = (items: string, una = "UNA:+.? '"): string => {
    const body = `UNH+1+MSCONS:D:04B:UN:2.3'BGM+7'NAD+DP'LOC+172+DE0001'${items}`;
    const count = body.split("'").length;
    return `${una}UNB+UNOC:3+a+b+200101:0000+1'${body}UNT+${count}+1'UNZ+1+1'`;
  };
  const value = (quantity: string, from: string, to: string, format = '303'): string =>
    `QTY+${quantity}'DTM+163:${from}:${format}'DTM+164:${to}:${format}'`;

  test('qualifiers become qualities, OBIS codes directions', async () => {
    const { columns } = await read(
      message(
        `LIN+1'PIA+5+1-1?:1.29.0:SRW'${value('220:1.5', '202606210000?+02', '202606210015?+02')}${value('67:2', '202606210015?+02', '202606210030?+02')}${value('20:0', '202606210030?+02', '202606210045?+02')}LIN+2'PIA+5+1-1?:2.29.0:SRW'${value('220:0.5', '202606210000?+02', '202606210015?+02')}${value('220:0', '202606210015?+02', '202606210030?+02')}`,
      ),
    );
    expect(columns.startMs[0]).toBe(Date.UTC(2026, 5, 20, 22));
    expect([...columns.quality]).toEqual([0, 2, 4]);
    expect([...columns.importMilliwattHours]).toEqual([1_500_000, 2_000_000, NaN]);
    expect([...columns.exportMilliwattHours]).toEqual([500_000, 0, NaN]);
  });

  test('local times of the repeated hour go by row order', async () => {
    const labels = [
      '0130',
      '0145',
      '0200',
      '0215',
      '0230',
      '0245',
      '0200',
      '0215',
      '0230',
      '0245',
      '0300',
    ];
    const items = labels
      .slice(1)
      .map((to, at) => value('220:1', `20261025${labels[at] as string}`, `20261025${to}`, '203'))
      .join('');
    const { columns } = await read(message(`LIN+1'PIA+5+1-1?:1.29.0:SRW'${items}`), {
      absentDirection: 'zero',
    });
    expect(columns.rows).toBe(10);
    expect(columns.endMs[9]).toBe(Date.UTC(2026, 9, 25, 2));
  });

  const two = `${value('220:1', '202606210000?+02', '202606210015?+02')}${value('220:2', '202606210015?+02', '202606210030?+02')}`;

  test('a message that is cut off keeps its whole values and says that it is a part', async () => {
    const whole = message(`LIN+1'PIA+5+1-1?:1.29.0:SRW'${two}`);
    const cut = whole.slice(0, whole.indexOf('UNT'));
    const options = { absentDirection: 'zero' as const };
    await expect(read(cut, options)).rejects.toThrow(/end of the file after .*expected .*UNT/);
    const { columns, rejected } = await read(cut, { ...options, lenient: true });
    expect([...columns.importMilliwattHours]).toEqual([1e6, 2e6]);
    expect(rejected).toHaveLength(1);
  });

  test('a value with a time that is none is rejected with all its segments, and moves no period', async () => {
    const items = two.replace('163:202606210015', '163:202606210075');
    const text = message(`LIN+1'PIA+5+1-1?:1.29.0:SRW'${items}`);
    const options = { absentDirection: 'zero' as const };
    await expect(read(text, options)).rejects.toThrow(
      /DTM\+163:202606210075.*expected an existing time/,
    );
    const { columns, rejected } = await read(text, { ...options, lenient: true });
    expect([...columns.importMilliwattHours]).toEqual([1e6]);
    expect(rejected.map((row) => row.text)).toEqual([
      "QTY+220:2'DTM+163:202606210075?+02:303'DTM+164:202606210030?+02:303",
    ]);
  });

  test('mean power becomes energy; a wrong count of segments and a wrong message are refused', async () => {
    const power = message(
      `LIN+1'PIA+5+1-1?:1.5.0:SRW'${value('220:2:KWT', '202606210000?+02', '202606210015?+02')}`,
    );
    const { columns } = await read(power, { absentDirection: 'zero' });
    expect(columns.importMilliwattHours[0]).toBe(500_000);
    await expect(read(power.replace('UNT+', 'UNT+9'))).rejects.toThrow(/segments counted/);
    await expect(read(power.replace('MSCONS', 'ORDERS'))).rejects.toThrow(/type MSCONS/);
  });
});

describe('NEM12', () => {
  const day = (values: string, quality: string): string =>
    [
      '100,NEM12,202601010000,A,B',
      '200,NMI0000001,E1,1,E1,N1,S1,kWh,30,',
      `300,20260101,${values},${quality},,,20260102000000,`,
    ].join('\n');

  test('market time is UTC+10 and quality ranges of a day of varying quality apply', async () => {
    const text = `${day(Array(48).fill('0.5').join(','), 'V')}\n400,1,46,A,,\n400,47,47,S14,51,\n400,48,48,N,,\n900`;
    const { columns } = await read(text, { absentDirection: 'zero' });
    expect(columns.startMs[0]).toBe(Date.UTC(2025, 11, 31, 14));
    expect([...columns.quality.subarray(45)]).toEqual([0, 2, 4]);
  });

  test('without a register for one direction the file is refused until that is said', async () => {
    const text = `${day(Array(48).fill('0.5').join(','), 'A')}\n900`;
    await expect(read(text)).rejects.toThrow(/no export for NMI0000001.*absent direction: zero/);
  });
});

describe('Green Button', () => {
  const entry = (link: string, content: string): string =>
    `<entry><link rel="self" href="${link}"/><content>${content}</content></entry>`;
  const type = (id: number, flow: number): string =>
    entry(
      `/ReadingType/${id}`,
      `<ReadingType xmlns="http://naesb.org/espi"><flowDirection>${flow}</flowDirection><powerOfTenMultiplier>-3</powerOfTenMultiplier><uom>72</uom></ReadingType>`,
    );
  const meter = (id: number): string =>
    `<entry><link rel="self" href="/UsagePoint/7/MeterReading/${id}"/><link rel="related" href="/ReadingType/${id}"/><content><MeterReading/></content></entry>`;
  const block = (id: number, starts: readonly number[]): string =>
    entry(
      `/UsagePoint/7/MeterReading/${id}/IntervalBlock/1`,
      `<IntervalBlock>${starts.map((start) => `<IntervalReading><timePeriod><duration>900</duration><start>${start}</start></timePeriod><value>${id}000</value></IntervalReading>`).join('')}</IntervalBlock>`,
    );

  test('reading types are found by their links, rows in any order', async () => {
    const feed = `<feed xmlns="http://www.w3.org/2005/Atom">${block(1, [1800, 900])}${block(2, [900, 1800])}${meter(1)}${meter(2)}${type(1, 1)}${type(2, 19)}</feed>`;
    const { columns } = await read(feed);
    expect(columns.points).toEqual(['usage-point-7']);
    expect([...columns.startMs]).toEqual([900_000, 1_800_000]);
    expect([...columns.importMilliwattHours]).toEqual([1000, 1000]);
    expect([...columns.exportMilliwattHours]).toEqual([2000, 2000]);
  });

  test('what is no XML is refused by line', async () => {
    await expect(read('<feed>\n<entry></feed>')).rejects.toThrow(/file:2: .*well-formed XML/);
  });
});

test('a file of no known format is refused with the list of formats', async () => {
  await expect(read('hello')).rejects.toThrow(/begins with "hello".*canonical-csv, eredes-xlsx/);
  await expect(importMeterFile(new Uint8Array(), { file: 'f' }, 'nope')).rejects.toThrow(
    /format nope/,
  );
});

test.each(['utf-16le', 'utf-16be'])(
  'canonical CSV in %s reads the same, strictly or leniently',
  async (encoding) => {
    const text = `\ufeffmetering_point,start,end,import_kwh,export_kwh,quality\na,2026-06-21T00:00:00Z,2026-06-21T00:15:00Z,0.123,0.000,measured\n`;
    const bytes = Buffer.from(text, 'utf16le');
    if (encoding === 'utf-16be') bytes.swap16();
    for (const lenient of [false, true]) {
      const { columns } = await importMeterFile(bytes, { file: 'file', lenient });
      expect([...columns.importMilliwattHours]).toEqual([123_000]);
    }
  },
);
