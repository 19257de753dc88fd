import { execFileSync } from 'node:child_process';
import { createHash, createSign, generateKeyPairSync } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { readCanonicalCsv, type Columns } from '@microgrid/metering';
import { EXIT_BAD_INPUT, EXIT_OK, main } from '../index.js';
import { handmadeWorkbook } from './meter.test-data.js';

const folder = mkdtempSync(join(tmpdir(), 'microgrid-odd-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});
const place = (name: string): string => join(folder, name);
function put(name: string, content: string | Uint8Array): string {
  writeFileSync(place(name), content);
  return place(name);
}
const utf16 = (text: string): Uint8Array => Buffer.from(`\ufeff${text}`, 'utf16le');

async function meter(
  ...argv: readonly string[]
): Promise<{ code: number; out: string; err: string }> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const pieces = { out: '', err: '' };
  stdout.on('data', (piece: Buffer) => (pieces.out += piece.toString()));
  stderr.on('data', (piece: Buffer) => (pieces.err += piece.toString()));
  const code = await main(['meter', ...argv], { stdout, stderr });
  await new Promise(setImmediate);
  return { code, ...pieces };
}

const RULES = put(
  'rules.yaml',
  'schema: microgrid/vee-rules/1\ntimeZone: Europe/Lisbon\nrules: [{ rule: gap }]\nfill: [{ method: linear, maximumMinutes: 120 }]\n',
);

/** Converts, checks and fills a file, all of which must succeed; what `convert` wrote and said. */
async function taken(
  input: string | readonly string[],
  ...options: readonly string[]
): Promise<{ columns: Columns; out: string }> {
  const inputs = typeof input === 'string' ? [input] : [...input];
  const [csv, filled] = [place('taken.csv'), place('filled.csv')];
  const converted = await meter('convert', ...inputs, ...options, '--to', csv);
  expect(converted).toMatchObject({ code: EXIT_OK, err: '' });
  const columns = readCanonicalCsv(readFileSync(csv), { file: 'taken' });
  const checked = await meter('check', ...inputs, ...options, '--json');
  const { points } = JSON.parse(checked.out) as { points: { present: number }[] };
  const known = columns.quality.filter((quality) => quality < 4).length;
  expect(points.reduce((sum, { present }) => sum + present, 0)).toBe(known);
  const fill = await meter('fill', ...inputs, ...options, '--rules', RULES, '--to', filled);
  expect(fill.err).toBe('');
  expect(readCanonicalCsv(readFileSync(filled), { file: 'f' }).rows).toBeGreaterThanOrEqual(
    columns.rows,
  );
  return { columns, out: converted.out };
}

/** A file that strict reading refuses by a message, and lenient reading takes all but some rows of. */
async function refused(
  input: string,
  message: RegExp,
  rejects: number,
  ...options: readonly string[]
): Promise<{ rejected: Record<string, unknown>[] }> {
  for (const command of [
    ['convert', '--to', place('r.csv')],
    ['check'],
    ['fill', '--rules', RULES, '--to', place('r.csv')],
  ]) {
    const { code, err } = await meter(...command, input, ...options);
    expect({ command, code, err }).toEqual({
      command,
      code: EXIT_BAD_INPUT,
      err: expect.stringMatching(message) as string,
    });
  }
  expect(existsSync(place('r.csv'))).toBe(false);
  const lenient = await meter('convert', input, ...options, '--lenient', '--to', place('r.csv'));
  expect(lenient).toMatchObject({ code: EXIT_OK, err: '' });
  const rejected = readFileSync(place('r.csv.rejected.ndjson'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(rejected).toHaveLength(rejects);
  for (const row of rejected)
    expect(Object.keys(row)).toEqual(expect.arrayContaining(['file', 'expected', 'value', 'text']));
  rmSync(place('r.csv'));
  return { rejected };
}

const sum = (values: Float64Array): number => values.reduce((all, each) => all + each, 0);
const starts = ({ startMs }: Columns): string[] =>
  [...startMs].map((ms) => new Date(ms).toISOString().slice(0, 16));

describe('E-REDES', () => {
  const CPE = 'PT0002000012345678AB';
  const pad = (value: number): string => String(value).padStart(2, '0');
  /** Rows of a local day by their END, for a UTC offset in hours that changes at 01:00 UTC. */
  function day(date: string, offsets: readonly [number, number]): [string, string][] {
    const midnight = Date.parse(`${date}T00:00Z`);
    const rows: [string, string][] = [];
    const changeMs = midnight + 3_600_000;
    for (let ms = midnight - offsets[0] * 3_600_000 + 900_000; ; ms += 900_000) {
      // The end of the quarter-hour that runs into the change is told by the clock after it.
      const local = new Date(ms + (ms < changeMs ? offsets[0] : offsets[1]) * 3_600_000);
      rows.push([
        `${local.getUTCFullYear()}/${pad(local.getUTCMonth() + 1)}/${pad(local.getUTCDate())}`,
        `${pad(local.getUTCHours())}:${pad(local.getUTCMinutes())}`,
      ]);
      if (ms + offsets[1] * 3_600_000 === midnight + 86_400_000) return rows;
    }
  }
  const above = (row: number): string[][] => [
    ['E-REDES'],
    ['CPE:', CPE],
    ...Array.from({ length: row - 3 }, () => ['']),
  ];
  const four = ['Data', 'Hora', 'Consumo registado, Ativa (kW)', 'Estado'];
  const ten = [
    ...['Data', 'Hora', 'Consumo registado, Ativa (kW)', 'Estado'],
    ...['Consumo medido na IC, Ativa (kW)', 'Estado'],
    ...['Injeção na rede registada, Ativa (kW)', 'Estado'],
    ...['Injeção na rede medida na IC, Ativa (kW)', 'Estado'],
  ];

  test.each([
    ['2026-06-21', [1, 1], 96],
    ['2026-03-29', [0, 1], 92],
    ['2026-10-25', [1, 0], 100],
  ] as const)('four columns, header in row 8: %s', async (date, offsets, count) => {
    const rows = day(date, offsets).map(([d, h]) => [d, h, '0,400', 'Real']);
    expect(rows).toHaveLength(count);
    const file = put('four.xlsx', handmadeWorkbook([...above(8), four, ...rows]));
    const { columns, out } = await taken(file, '--absent', 'zero');
    expect(columns.points).toEqual([CPE]);
    expect(columns.rows).toBe(count);
    expect(sum(columns.importMilliwattHours)).toBe(count * 100_000);
    expect(new Set(columns.startMs).size).toBe(count);
    expect(out).toContain('what the operator books');
    const { code, err } = await meter('convert', file, '--to', place('no.csv'));
    expect({ code, err }).toEqual({
      code: EXIT_BAD_INPUT,
      err: expect.stringContaining('no export') as string,
    });
  });

  test('ten columns, header in row 15, numbers as numbers, overlapping downloads', async () => {
    const row = ([d, h]: [string, string], imported: number): (string | number)[] => [
      ...[d, h, 9.9, 'Real', imported, 'Real', 8.8, 'Real', '0,04', 'Estimado'],
    ];
    const days = [...day('2026-06-21', [1, 1]), ...day('2026-06-22', [1, 1])];
    const first = put(
      'a.xlsx',
      handmadeWorkbook([...above(15), ten, ...days.slice(0, 120).map((each) => row(each, 0.4))]),
    );
    const second = put(
      'b.xlsx',
      handmadeWorkbook([
        ...above(15),
        ten,
        ...days.slice(90).map((each, at) => row(each, at === 5 ? 0.8 : 0.4)),
      ]),
    );
    const { columns, out } = await taken([first, second]);
    expect(columns.rows).toBe(192);
    expect(sum(columns.importMilliwattHours)).toBe(193 * 100_000);
    expect(sum(columns.exportMilliwattHours)).toBe(192 * 10_000);
    expect(new Set(columns.quality)).toEqual(new Set([3]));
    expect(out).toMatch(/replaced by a later row: 1/);
    const booked = await taken(first, '--columns', 'booked');
    expect(booked.columns.importMilliwattHours[0]).toBe(2_475_000);
  });

  test('refusals name the cell; labels that mark starts need a word', async () => {
    const rows: string[][] = day('2026-06-21', [1, 1]).map(([d, h]) => [d, h, '0,4', 'Real']);
    (rows[3] as string[])[2] = 'n/a';
    (rows[7] as string[])[1] = '25:00';
    const bad = put('bad.xlsx', handmadeWorkbook([...above(8), four, ...rows]));
    const { rejected } = await refused(bad, /bad\.xlsx:12: C12: got "n\/a"/, 2, '--absent', 'zero');
    expect(rejected[1]).toMatchObject({ line: 16, column: 'B16' });
    const labels = Array.from({ length: 96 }, (_, at) => [
      ...['2026/06/21', `${pad(Math.floor(at / 4))}:${pad((at % 4) * 15)}`, '0,4', 'Real'],
    ]);
    const file = put('starts.xlsx', handmadeWorkbook([...above(8), four, ...labels]));
    const { err } = await meter('check', file, '--absent', 'zero');
    expect(err).toContain('label: start or end');
    const { columns } = await taken(file, '--absent', 'zero', '--label', 'start');
    expect(starts(columns)[0]).toBe('2026-06-20T23:00');
  });
});

describe('Datadis', () => {
  const header = 'cups;fecha;hora;consumo_kWh;metodoObtencion';
  const row = (hour: number): string =>
    `ES0021000000000001AB;2026/06/21;${String(hour).padStart(2, '0')}:00;0,5;Real`;
  const rows = Array.from({ length: 24 }, (_, at) => row(at + 1));

  test.each([
    ['CR LF, byte order mark', Buffer.from(`\ufeff${[header, ...rows].join('\r\n')}\r\n`)],
    ['UTF-16, no last line end', utf16([header, ...rows].join('\n'))],
    ['CR alone', Buffer.from([header, ...rows].join('\r'))],
    [
      'quotes, commas, Windows-1252',
      Buffer.from(
        [
          `${header.replaceAll(';', ',')},obtención`,
          ...rows.map(
            (each) =>
              `${each
                .split(';')
                .map((field) => `"${field}"`)
                .join(',')},á`,
          ),
        ].join('\r\n'),
        'latin1',
      ),
    ],
  ])('%s', async (_name, bytes) => {
    const { columns } = await taken(put('datadis.csv', bytes), '--absent', 'zero');
    expect(columns.rows).toBe(24);
    expect(starts(columns)[0]).toBe('2026-06-20T22:00');
    expect(sum(columns.importMilliwattHours)).toBe(12_000_000);
  });

  test('a row that is none is refused by line, and rejected with its text', async () => {
    const file = put(
      'd.csv',
      [header, rows[0], rows[1]?.replace('0,5', '0;5'), row(26)].join('\n'),
    );
    const { rejected } = await refused(file, /d\.csv:4: hora: got "26:00"/, 1, '--absent', 'zero');
    expect(rejected[0]).toMatchObject({ text: row(26) });
  });
});

describe('NEM12', () => {
  const five = (value: string, quality: string, date = '20260101'): string =>
    `300,${date},${Array(288).fill(value).join(',')},${quality},,,20260102000000,`;
  const channel = (suffix: string, minutes = 5): string =>
    `200,NMI0000001,E1E2B1,1,${suffix},N1,S1,kWh,${minutes},`;

  test('five minutes, several channels, quality ranges; byte order mark, CR LF, no last line end', async () => {
    const lines = [
      '100,NEM12,202601010000,A,B',
      ...[
        channel('E1'),
        five('0.1', 'V'),
        '400,1,100,A,,',
        '400,101,200,S14,51,',
        '400,201,288,E52,,',
      ],
      ...[channel('E2'), five('0.05', 'A')],
      ...[channel('B1'), five('0.2', 'A')],
      '900',
    ];
    for (const bytes of [Buffer.from(`\ufeff${lines.join('\r\n')}`), utf16(lines.join('\n'))]) {
      const { columns } = await taken(put('five.csv', bytes));
      expect(columns.rows).toBe(288);
      expect(new Set(columns.importMilliwattHours)).toEqual(new Set([150_000]));
      expect([0, 99, 100, 199, 200, 287].map((at) => columns.quality[at])).toEqual([
        0, 0, 2, 2, 3, 3,
      ]);
    }
  });

  test('a meter that changes from 30 to 5 minutes between days; two lengths on one day are refused', async () => {
    const half = `300,20251231,${Array(48).fill('0.6').join(',')},A,,,20260101000000,`;
    const lines = [
      '100,NEM12,202601010000,A,B',
      channel('E1', 30),
      half,
      channel('E1'),
      five('0.1', 'A'),
      '900',
    ];
    const to = place('change.csv');
    expect(
      await meter(
        'convert',
        put('change-in.csv', lines.join('\n')),
        '--absent',
        'zero',
        '--to',
        to,
      ),
    ).toMatchObject({ code: EXIT_OK });
    const columns = readCanonicalCsv(readFileSync(to), { file: 'change' });
    expect(columns.rows).toBe(48 + 288);
    const both = [...lines.slice(0, 3), channel('E2'), five('0.1', 'A', '20251231'), '900'];
    await refused(
      put('both.csv', both.join('\n')),
      /both\.csv:5: got E2 in 5 minutes/,
      1,
      '--absent',
      'zero',
    );
  });

  test('too few values are refused with what the 200 record says', async () => {
    const lines = [
      '100,NEM12,202601010000,A,B',
      channel('E1', 15),
      five('0.1', 'A'),
      channel('E1', 5),
      five('1', 'A', '20260103'),
      '900',
    ];
    await refused(
      put('few.csv', lines.join('\n')),
      /few\.csv:3: QualityMethod: .*so 96 values/,
      1,
      '--absent',
      'zero',
    );
  });
});

describe('Green Button', () => {
  const block = (readings: string): string =>
    `<?xml version="1.0"?>\r\n<feed xmlns="http://www.w3.org/2005/Atom" xmlns:espi="http://naesb.org/espi">
<entry><link rel="self" href="RetailCustomer/1/UsagePoint/9/MeterReading/1"/><link rel="related" href="ReadingType/1"/><content><espi:MeterReading/></content></entry>
<entry><link rel="self" href="ReadingType/1"/><content><espi:ReadingType><espi:flowDirection>1</espi:flowDirection><espi:intervalLength>900</espi:intervalLength><espi:powerOfTenMultiplier>0</espi:powerOfTenMultiplier><espi:uom>72</espi:uom></espi:ReadingType></content></entry>
<entry><link rel="self" href="RetailCustomer/1/UsagePoint/9/MeterReading/1/IntervalBlock/1"/><content><espi:IntervalBlock>${readings}</espi:IntervalBlock></content></entry></feed>`;
  const reading = (
    slot: number,
    value = 250,
    duration = '<espi:duration>900</espi:duration>',
  ): string =>
    `<espi:IntervalReading><espi:timePeriod>${duration}<espi:start>${1_781_996_400 + slot * 900}</espi:start></espi:timePeriod><espi:value>${value}</espi:value></espi:IntervalReading>`;

  test('reversed and repeated rows, lengths stated once for all, UTF-16', async () => {
    const slots = Array.from({ length: 96 }, (_, slot) => slot);
    const xml = block(
      [...slots.reverse(), 3, 4, 5].map((slot) => reading(slot, 250, '')).join('\n'),
    );
    for (const bytes of [Buffer.from(xml), utf16(xml), Buffer.from(`\ufeff${xml}`)]) {
      const { columns } = await taken(put('green.xml', bytes), '--absent', 'zero');
      expect(columns.rows).toBe(96);
      expect(sum(columns.importMilliwattHours)).toBe(96 * 250_000);
    }
  });

  test('a value that is none is refused by line', async () => {
    const xml = block([reading(0), reading(1).replace('250', 'much'), reading(2)].join('\n'));
    await refused(put('bad.xml', xml), /bad\.xml:6: value: got "much"/, 1, '--absent', 'zero');
    const { err } = await meter('check', put('cut.xml', xml.slice(0, -20)));
    expect(err).toMatch(/cut\.xml:\d+: .*well-formed XML/);
  });
});

describe('MSCONS', () => {
  const message = (
    points: readonly string[],
    [c, e, d, r, t] = [':', '+', '.', '?', "'"],
  ): string => {
    const signs = [c, e, d, r, t].filter((sign) => sign !== d);
    // What stands released, or is a point of a number, in the usual signs; the rest is as it is.
    const out = (text: string): string =>
      text.replaceAll(/\?(.)|[:+']|(?<=220:\d)\./g, (found, plain?: string) => {
        if (plain !== undefined) return signs.includes(plain) ? `${r}${plain}` : plain;
        return { ':': c, '+': e, "'": t, '.': d }[found] ?? found;
      });
    const body = `UNH+1+MSCONS:D:04B:UN:2.3'BGM+7'${points.join('')}`;
    return `UNA${c}${e}${d}${r} ${t}${out(`UNB+UNOC:3+a+b+200101:0000+1'${body}UNT+${body.split("'").length}+1'UNZ+1+1'`)}`;
  };
  const point = (id: string, quantity = '220:0.5'): string =>
    `NAD+DP'LOC+172+${id}'${['1-1?:1.29.0', '1-1?:2.29.0']
      .map(
        (obis, at) =>
          `LIN+${at + 1}'PIA+5+${obis}:SRW'${Array.from({ length: 96 }, (_, slot) => {
            const [from, to] = [slot, slot + 1].map((each) =>
              new Date(Date.UTC(2026, 5, 21) + each * 900_000)
                .toISOString()
                .replaceAll(/[-T:]/g, '')
                .slice(0, 12),
            ) as [string, string];
            return `QTY+${slot === 7 && at === 0 ? quantity : '220:0.5'}:KWH'DTM+163:${from}?+00:303'DTM+164:${to}?+00:303'`;
          }).join('')}`,
      )
      .join('')}`;
  const many = [point("DE?'?+1".replaceAll(/\?./g, '')), point('DE0002')];

  test.each([
    ['the usual signs', message(many)],
    ['other signs, decimal comma', message(many, ['|', '*', ',', '!', '~'])],
    ['a line for each segment', message(many).replaceAll("'", "'\r\n")],
  ])('several points: %s', async (_name, text) => {
    const { columns } = await taken(put('mscons.txt', text));
    expect(columns.points).toEqual(['DE1', 'DE0002'].sort());
    expect(columns.rows).toBe(192);
    expect(sum(columns.importMilliwattHours)).toBe(96_000_000);
    expect(sum(columns.exportMilliwattHours)).toBe(96_000_000);
  });

  test('a value that is none is refused by segment, and its interval lacks', async () => {
    const file = put('bad.txt', message([point('DE0001', '220:much')]));
    await refused(file, /bad\.txt:\d+: got "much", expected a number/, 1);
  });
});

describe('DSMR', () => {
  /** CRC-16/ARC by its definition. */
  function crc(text: string): string {
    let value = 0;
    for (const byte of Buffer.from(text, 'latin1')) {
      value ^= byte;
      for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >> 1) ^ 0xa001 : value >> 1;
    }
    return value.toString(16).toUpperCase().padStart(4, '0');
  }
  const hex = (text: string): string => Buffer.from(text).toString('hex').toUpperCase();
  function telegram(minute: number, serial = 'E0001', more: readonly string[] = []): string {
    const at = new Date(Date.UTC(2026, 5, 21, 10, minute))
      .toISOString()
      .slice(2, 19)
      .replaceAll(/[-T:]/g, '');
    const kwh = (value: number): string => value.toFixed(3).padStart(10, '0');
    const body = [
      ...[
        '/ISk5\\2MT382-1000',
        '',
        '1-3:0.2.8(50)',
        `0-0:1.0.0(${at}S)`,
        `0-0:96.1.1(${hex(serial)})`,
      ],
      `1-0:1.8.1(${kwh(100 + minute / 100)}*kWh)`,
      `1-0:1.8.2(${kwh(200)}*kWh)`,
      ...['1-0:2.8.1(000000.000*kWh)', '1-0:2.8.2(000000.000*kWh)', ...more],
      '0-1:24.1.0(003)',
      `0-1:96.1.0(${hex('GAS01')})`,
      '0-1:24.2.1(260621100000S)(12785.123*m3)',
      '0-2:24.1.0(007)',
      `0-2:96.1.0(${hex('WATER')})`,
      '0-2:24.2.1(260621100000S)(00872.234*m3)',
      '!',
    ].join('\r\n');
    return `${body}${crc(body)}\r\n`;
  }
  const hour = (serial?: string, more?: readonly string[]): string =>
    Array.from({ length: 61 }, (_, minute) => telegram(minute, serial, more)).join('');
  const quarter = ['--resolution', 'PT15M'];

  test.each([
    ['two meters with gas and water behind them', hour('E0001') + hour('E0002'), 8],
    ['line ends that a logger changed', hour().replaceAll('\r\n', '\n'), 4],
    ['a byte order mark', `\u00ef\u00bb\u00bf${hour()}`, 4],
  ])('%s', async (_name, text, rows) => {
    const { columns } = await taken(put('p1.txt', Buffer.from(text, 'latin1')), ...quarter);
    expect(columns.rows).toBe(rows);
    expect(starts(columns)[0]).toBe('2026-06-21T08:00');
    expect(new Set(columns.importMilliwattHours)).toEqual(new Set([150_000]));
  });

  test('registers that do not sum to the total are told, and their intervals estimated', async () => {
    const totals = (total: string): string => hour('E0001', [`1-0:1.8.0(${total}*kWh)`]);
    const { columns, out } = await taken(put('sum.txt', totals('000999.000')), ...quarter);
    expect(out).toContain('rates that do not sum to the total register');
    expect(new Set(columns.quality)).toEqual(new Set([3]));
  });

  test('JSON lines of registers say causes and uncertainty', async () => {
    const file = put(
      'gap.txt',
      Array.from({ length: 61 }, (_, minute) =>
        minute > 12 && minute < 20 ? '' : telegram(minute),
      ).join(''),
    );
    await meter('convert', file, ...quarter, '--to', place('gap.ndjson'));
    const events = readFileSync(place('gap.ndjson'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(events.map(({ quality }) => quality)).toEqual([
      'estimated',
      'estimated',
      'measured',
      'measured',
    ]);
    expect(events[0]).toMatchObject({
      causes: ['wide-bracket'],
      uncertaintyMilliwattHours: 80_002,
    });
    expect(events[2]).toMatchObject({ uncertaintyMilliwattHours: 2 });
  });

  test('a telegram that was damaged is refused by its line', async () => {
    const file = put(
      'bad.txt',
      hour().replace('(0000100.30*kWh)', '').replace('000100.300', '000900.300'),
    );
    await refused(file, /bad\.txt:\d+: checksum: got "[0-9A-F]{1,4}"/, 1, ...quarter);
  });
});

describe('OCMF', () => {
  const CURVES = {
    secp192r1: 'prime192v1',
    secp192k1: 'secp192k1',
    secp256r1: 'prime256v1',
    secp256k1: 'secp256k1',
    secp384r1: 'secp384r1',
    brainpool256r1: 'brainpoolP256r1',
    brainpool384r1: 'brainpoolP384r1',
  };
  const at = (minute: number): string =>
    `2026-06-21T10:${String(minute).padStart(2, '0')}:00,000+0200 S`;
  function record(
    page: number,
    readings: readonly object[],
    curve: keyof typeof CURVES,
    key: string,
    encoding: 'hex' | 'base64' = 'hex',
  ): string {
    const payload = JSON.stringify({
      FV: '1.0',
      GI: 'ABL SBC-301',
      MS: 'M|1'.replace('|', ''),
      PG: `T${page}`,
      RD: readings,
    });
    const signature = createSign('sha256').update(payload).sign(key);
    const section = { SA: `ECDSA-${curve}-SHA256`, SE: encoding, SD: signature.toString(encoding) };
    return `OCMF|${payload}|${JSON.stringify(section)}`;
  }
  function keys(curve: keyof typeof CURVES): { privateKey: string; spki: string } {
    const { privateKey, publicKey } = generateKeyPairSync('ec', {
      namedCurve: CURVES[curve],
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
      publicKeyEncoding: { type: 'spki', format: 'der' },
    });
    return { privateKey, spki: publicKey.toString('hex') };
  }
  const reading = (minute: number, value: number, register = '1-b:1.8.0'): object => ({
    ...{ TM: at(minute), TX: 'C', RV: value, RI: register, RU: 'kWh', ST: 'G' },
  });
  const charging = [0, 15, 30].map((minute) => reading(minute, 10 + minute / 100));

  test.each(Object.keys(CURVES) as (keyof typeof CURVES)[])('%s', async (curve) => {
    const { privateKey, spki } = keys(curve);
    const key = put(`${curve}.key`, spki);
    const good = record(1, charging, curve, privateKey, 'base64');
    const args = ['--public-key', key, '--resolution', 'PT15M'];
    const { columns, out } = await taken(put('good.ocmf', good), ...args);
    expect(columns.rows).toBe(2);
    expect(out).toContain('valid signature');
    const forged = put('forged.ocmf', `${good}\n${good.replace('"RV":10.15', '"RV":10.16')}`);
    await refused(forged, /forged\.ocmf:2: SD: .*does not verify/, 1, ...args);
  });

  test('both directions of one instant are one reading; pages that lack are told; an unknown clock is kept', async () => {
    const { privateKey } = keys('secp256r1');
    const both = [0, 15, 30].flatMap((minute) => [
      reading(minute, 10 + minute / 100, '01-00:B2.08.00*FF'),
      reading(minute, 3 + minute / 50, '01-00:C2.08.00*FF'),
    ]);
    const unknown = [{ ...reading(45, 11), TM: at(45).replace(' S', ' U') }];
    const lines = [
      record(1, both, 'secp256r1', privateKey),
      record(4, unknown, 'secp256r1', privateKey),
    ];
    const { columns, out } = await taken(
      put('both.ocmf', lines.join('\r\n')),
      '--resolution',
      'PT15M',
    );
    expect([...columns.importMilliwattHours]).toEqual([150_000, 150_000]);
    expect([...columns.exportMilliwattHours]).toEqual([300_000, 300_000]);
    expect(out).toContain('T4 follows 1: records are missing or out of order');
    expect(out).toMatch(/no known time|did not know the time/);
    expect(out).toContain('not verified');
  });
});

test('the handmade files are the same in every run', () => {
  const digest = createHash('sha256')
    .update(handmadeWorkbook([['a', 1]]))
    .digest('hex');
  expect(
    createHash('sha256')
      .update(handmadeWorkbook([['a', 1]]))
      .digest('hex'),
  ).toBe(digest);
});

test.each(['plain', 'gzip'])('canonical CSV in UTF-16, %s, is taken strictly', async (packing) => {
  const text =
    'metering_point,start,end,import_kwh,export_kwh,quality\na,2026-06-21T00:00:00Z,2026-06-21T00:15:00Z,0.123,0.000,measured\n';
  const bytes = packing === 'gzip' ? gzipSync(utf16(text)) : utf16(text);
  const { columns } = await taken(put('wide.csv', bytes));
  expect([...columns.importMilliwattHours]).toEqual([123_000]);
});

test('an output that is a pipe is written into and stays one', async () => {
  const pipe = place('pipe');
  execFileSync('mkfifo', [pipe]);
  const text =
    'metering_point,start,end,import_kwh,export_kwh,quality\na,2026-06-21T00:00:00Z,2026-06-21T00:15:00Z,0.123,0.000,measured\n';
  const input = put('piped.csv', text);
  // Opened for both directions, so that neither side waits for the other.
  const handle = await open(pipe, 'r+');
  const { code } = await meter('convert', input, '--to', pipe, '--format', 'csv');
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(1024), 0, 1024, null);
  await handle.close();
  expect([code, buffer.toString('utf8', 0, bytesRead)]).toEqual([EXIT_OK, text]);
  expect(statSync(pipe).isFIFO()).toBe(true);
});
