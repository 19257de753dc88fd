import {
  appendFileSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { run, verify, type Finding } from './index.js';
import { listDirectory } from './run-directory.js';
import { COMMUNITY, readingsText, scratch, seeded } from './scratch.test-data.js';

const SCALE = Number(process.env['MICROGRID_TEST_SCALE'] ?? '1');
const SEED = 20260621;
const place = scratch();
const OUT = place.path('out');
let changes = 0;
const original = new Map<string, Buffer>();

beforeAll(async () => {
  await run({
    community: place.write('community.yaml', COMMUNITY),
    readings: place.write('readings.csv', readingsText(Date.UTC(2026, 5, 20, 23), 30)),
    from: '2026-06-21',
    to: '2026-06-22',
    out: OUT,
  });
  for (const file of listDirectory(OUT).files) original.set(file, readFileSync(join(OUT, file)));
});
afterAll(() => {
  console.log(JSON.stringify({ suite: 'verify', seed: SEED, replacedBytes: changes }));
  place.remove();
});
afterEach(() => {
  rmSync(OUT, { recursive: true });
  for (const [file, bytes] of original) {
    mkdirSync(join(OUT, file, '..'), { recursive: true });
    writeFileSync(join(OUT, file), bytes);
  }
});

function bytesOf(file: string): Buffer {
  return original.get(file) as Buffer;
}

/** Verifies with one file changed and puts it back. */
async function withChange(file: string, changed: Uint8Array): Promise<readonly Finding[]> {
  writeFileSync(join(OUT, file), changed);
  const { ok, findings } = await verify(OUT);
  writeFileSync(join(OUT, file), bytesOf(file));
  expect(ok).toBe(false);
  return findings;
}

/** The first byte that differs. */
function firstDifference(a: Uint8Array, b: Uint8Array): number {
  let at = 0;
  while (at < a.length && at < b.length && a[at] === b[at]) at++;
  return at;
}

/** Only the changed file is named, at the first byte that differs. */
async function expectNamed(file: string, changed: Uint8Array): Promise<void> {
  const findings = await withChange(file, changed);
  const offset = firstDifference(changed, bytesOf(file));
  const [first] = findings;
  const before = changed.subarray(0, offset);
  const line = before.filter((byte) => byte === 0x0a).length + 1;
  expect([file, [...new Set(findings.map((finding) => finding.file))]]).toEqual([file, [file]]);
  expect(first).toMatchObject({ offset, line, column: offset - before.lastIndexOf(0x0a) });
  expect(first?.message).toContain(`${file}: byte ${offset} (line ${line}, column`);
}

const FILES = [
  'run.json',
  'events.ndjson',
  'inputs/readings.csv',
  'inputs/community.json',
  'inputs/days.json',
  'statements/ana.json',
  'statements/ana.csv',
  'statements/sol.json',
  'statements/sol.csv',
];

describe('verify', () => {
  it('accepts an untouched run, moved anywhere', async () => {
    expect(await verify(OUT)).toEqual({ ok: true, files: 12, findings: [] });
    renameSync(OUT, place.path('elsewhere'));
    expect(await verify(place.path('elsewhere'))).toMatchObject({ ok: true });
    renameSync(place.path('elsewhere'), OUT);
    expect([...original.keys()]).toEqual(expect.arrayContaining(FILES));
  });

  it.each(FILES)(
    'names any replaced byte of %s and nothing else',
    async (file) => {
      const random = seeded(SEED + file.length);
      const flips = 30 * SCALE;
      for (let flip = 0; flip < flips; flip++) {
        const changed = Buffer.from(bytesOf(file));
        const at = random(changed.length);
        changed[at] = (changed[at] as number) ^ (1 + random(255));
        await expectNamed(file, changed);
      }
      changes += flips;
    },
    60_000,
  );

  it.each(FILES)(
    'names bytes inserted into, deleted from or appended to %s',
    async (file) => {
      const bytes = bytesOf(file);
      const random = seeded(SEED ^ file.length);
      for (let round = 0; round < 5 * SCALE; round++) {
        const at = random(bytes.length);
        const inserted = Buffer.from(Array.from({ length: 1 + random(3) }, () => random(256)));
        await expectNamed(
          file,
          Buffer.concat([bytes.subarray(0, at), inserted, bytes.subarray(at)]),
        );
        await expectNamed(
          file,
          Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + random(100))]),
        );
      }
      await expectNamed(file, Buffer.concat([bytes, Buffer.from('\n')]));
      await expectNamed(file, bytes.subarray(0, bytes.length - 1));
      await expectNamed(file, bytes.subarray(0, bytes.length >> 1));
      await expectNamed(file, Buffer.alloc(0));
      await expectNamed(
        file,
        Buffer.from(bytes.toString('latin1').replaceAll('\n', '\r\n') + '\r', 'latin1'),
      );
    },
    60_000,
  );

  it('names each of several places in one file', async () => {
    const changed = Buffer.from(bytesOf('events.ndjson'));
    for (const at of [10, 500, 9000]) changed[at] = (changed[at] as number) ^ 1;
    const findings = await withChange('events.ndjson', changed);
    expect(findings.map(({ offset }) => offset)).toEqual([10, 500, 9000]);
  });

  it('names an edited price, reading, quality and day exactly, however well-formed', async () => {
    const edit = (file: string, from: string | RegExp, to: string): Promise<void> => {
      const text = bytesOf(file).toString();
      const changed = text.replace(from, to);
      expect(changed).not.toBe(text);
      return expectNamed(file, Buffer.from(changed));
    };
    await edit('inputs/community.json', '0.210000', '0.180000');
    await edit('inputs/community.json', '"netting":"none"', '"netting":"interval"');
    await edit('inputs/community.json', 'Europe/Lisbon', 'Europe/Madrid');
    await edit('inputs/readings.csv', /1\.\d{3},0\.000,measured/, '11.500,2.250,measured');
    await edit('inputs/readings.csv', 'estimated', 'measured');
    await edit('inputs/readings.csv', /rui-1.*\n/, '');
    await edit('inputs/readings.csv', /(rui-1.*\n)(sol-1.*\n)/, '$2$1');
    await edit('inputs/readings.csv', /(rui-1.*\n)/, '$1$1');
    await edit('inputs/days.json', /"start":"2026-06-20T23/g, '"start":"2026-06-21T00');
    await edit('run.json', /"costPico": "\d+"/, '"costPico": "0"');
  });

  it('names every changed file when several are, inputs among them', async () => {
    for (const files of [
      ['events.ndjson', 'inputs/readings.csv'],
      ['run.json', 'statements/rui.json'],
      ['inputs/community.json', 'inputs/readings.csv'],
      ['inputs/days.json', 'statements/ana.csv', 'run.json'],
      ['inputs/readings.csv', 'statements/ana.csv'],
      ['inputs/readings.csv', 'statements/ana.csv', 'statements/sol.csv', 'events.ndjson'],
    ]) {
      // Byte 70 of a statement's table lies in its header; 150 and 200 lie in its first rows.
      for (const at of [150, 200]) {
        for (const file of files) {
          const changed = Buffer.from(bytesOf(file));
          changed[at] = changed[at] === 0x31 ? 0x32 : 0x31;
          writeFileSync(join(OUT, file), changed);
        }
        const { findings } = await verify(OUT);
        expect([...new Set(findings.map(({ file }) => file))].sort()).toEqual([...files].sort());
        for (const { offset } of findings) expect(offset).toBe(at);
        for (const file of files) writeFileSync(join(OUT, file), bytesOf(file));
      }
    }
  });

  it('names an input even when its second copy is changed alike', async () => {
    for (const file of ['inputs/community.json', 'run.json']) {
      const changed = bytesOf(file).toString().replaceAll('0.210000', '0.190000');
      writeFileSync(join(OUT, file), changed);
    }
    const { ok, findings } = await verify(OUT);
    expect(ok).toBe(false);
    expect(findings[0]).toMatchObject({ file: 'inputs/community.json' });
    expect(findings[0]?.message).toContain('is not the file that run.json names');
  });

  it.each(FILES)('names %s when it is missing', async (file) => {
    rmSync(join(OUT, file));
    const { ok, findings } = await verify(OUT);
    expect(ok).toBe(false);
    expect(findings).toEqual([{ file, change: 'missing', message: `${file}: is missing` }]);
  });

  it('names files, links and directories that do not belong', async () => {
    appendFileSync(join(OUT, 'inputs/extra.csv'), '');
    writeFileSync(join(OUT, '.hidden'), 'x');
    mkdirSync(join(OUT, 'empty'));
    symlinkSync('run.json', join(OUT, 'link.json'));
    const { findings } = await verify(OUT);
    expect(findings.map(({ file, change }) => `${file} ${change}`)).toEqual([
      '.hidden added',
      'inputs/extra.csv added',
      'empty added',
      'link.json added',
    ]);
  });

  it('does not follow a link in the place of a file', async () => {
    writeFileSync(place.path('copy'), bytesOf('run.json'));
    rmSync(join(OUT, 'run.json'));
    symlinkSync(place.path('copy'), join(OUT, 'run.json'));
    const { ok, findings } = await verify(OUT);
    expect(ok).toBe(false);
    expect(new Set(findings.map(({ file }) => file))).toEqual(new Set(['run.json']));
  });

  it('refuses a directory that is no run', async () => {
    mkdirSync(place.path('nothing'));
    await expect(verify(place.path('nothing'))).rejects.toThrow(
      /holds neither run.json nor inputs/,
    );
    await expect(verify(place.path('absent'))).rejects.toThrow(/nothing is there/);
    await expect(verify(place.path('community.yaml'))).rejects.toThrow(/is no directory/);
  });
});
