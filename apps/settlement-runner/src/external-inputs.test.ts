import { createHash } from 'node:crypto';
import {
  appendFileSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { explain, run, verify, type RunManifest } from './index.js';
import { commandLine } from './command-line.test-data.js';
import { listDirectory } from './run-directory.js';
import { COMMUNITY, readingsText, scratch } from './scratch.test-data.js';

const START = Date.UTC(2026, 9, 20, 23);
let place: ReturnType<typeof scratch>;
let shared: string;
beforeEach(() => {
  place = scratch();
  shared = place.path('inputs-of-many');
});
afterEach(() => {
  place.remove();
});

function settle(
  out: string,
  options: { externalInputs?: string; intervalTables?: boolean } = {},
  to = '2026-10-26',
): Promise<RunManifest> {
  return run({
    community: place.write('community.yaml', COMMUNITY),
    readings: place.write('readings.csv', readingsText(START, 24 * 9)),
    from: '2026-10-22',
    to,
    out: place.path(out),
    ...options,
  });
}

const command = (...args: string[]): Promise<{ code: number; out: string; err: string }> =>
  commandLine(args);

const files = (out: string): readonly string[] => listDirectory(place.path(out)).files;
const bytes = (path: string): string => readFileSync(place.path(path), 'utf8');

describe('external inputs', () => {
  it('lie under their hash, and nothing else of the run is different', async () => {
    const own = await settle('own');
    const other = await settle('other', { externalInputs: shared });
    expect(other.inputs).toEqual(own.inputs);
    expect(readdirSync(shared).sort()).toEqual(
      Object.entries(own.inputs)
        .map(([path, { sha256 }]) => `${sha256}${path.slice(path.lastIndexOf('.'))}`)
        .sort(),
    );
    for (const name of readdirSync(shared)) {
      const sha256 = createHash('sha256')
        .update(readFileSync(join(shared, name)))
        .digest('hex');
      expect(name.startsWith(sha256)).toBe(true);
    }
    expect(files('other')).toEqual(files('own').filter((file) => !file.startsWith('inputs/')));
    for (const file of files('other')) {
      if (file !== 'run.json') expect(bytes(`other/${file}`)).toBe(bytes(`own/${file}`));
    }
    const { externalInputs, ...rest } = JSON.parse(bytes('other/run.json')) as RunManifest;
    expect(externalInputs).toBe(true);
    expect(rest).toEqual(JSON.parse(bytes('own/run.json')));
    expect(bytes('other/run.json')).not.toContain(shared);
  });

  it('are written once and serve several runs', async () => {
    await settle('first', { externalInputs: shared });
    const before = readdirSync(shared).map((name) => [name, statSync(join(shared, name)).ino]);
    await settle('again', { externalInputs: shared });
    expect(readdirSync(shared).map((name) => [name, statSync(join(shared, name)).ino])).toEqual(
      before,
    );
    await settle('longer', { externalInputs: shared }, '2026-10-27');
    // The rules are the same; the days and the readings of the period are others.
    expect(readdirSync(shared)).toHaveLength(before.length + 2);
    renameSync(shared, place.path('moved'));
    for (const out of ['first', 'again', 'longer']) {
      const options = { externalInputs: place.path('moved') };
      expect(await verify(place.path(out), options)).toMatchObject({ ok: true, files: 12 });
    }
  });

  it('serve verify, explain, what-if, sign, bundle and resettle', async () => {
    await settle('own');
    await settle('run', { externalInputs: shared, intervalTables: false });
    const [out, external] = [place.path('run'), ['--external-inputs', shared]];
    expect(await command('verify', out, ...external)).toMatchObject({ code: 0 });
    const asked = { member: 'ana', interval: '2026-10-23T12:00Z' };
    expect(explain(out, { ...asked, externalInputs: shared })).toEqual(
      explain(place.path('own'), asked),
    );
    expect((await command('what-if', out, '--key', 'proportional', ...external)).out).toMatch(
      /nothing was written/,
    );
    const key = ['--key', place.path('operator.pem')];
    expect(await command('sign', out, ...key, ...external)).toMatchObject({ code: 0, err: '' });
    const late = ['--kind', 'R1', '--known-at', '2026-11-20T00:00Z', '--no-interval-tables'];
    const next = place.path('next');
    expect(await command('resettle', out, ...late, '--out', next, ...external)).toMatchObject({
      code: 0,
      err: '',
    });
    expect(files('next').filter((file) => /^inputs|\.csv$/.test(file))).toEqual([]);
    expect(await command('verify', next, ...external)).toMatchObject({ code: 0 });
    expect(
      await command('explain', next, '--member', 'ana', '--interval', asked.interval, ...external),
    ).toMatchObject({ code: 0 });
    const { inputs } = JSON.parse(bytes('next/run.json')) as RunManifest;
    const delivery = join(shared, `${inputs['inputs/readings-1.csv']?.sha256 ?? ''}.csv`);
    appendFileSync(delivery, '\n');
    expect((await command('verify', next, ...external)).out).toContain(delivery);
  });

  it.each(['verify', 'explain', 'what-if', 'payments'])(
    'without them %s says what it needs',
    async (name) => {
      await settle('run', { externalInputs: shared });
      const more = {
        explain: ['--member', 'ana', '--interval', '2026-10-23T12:00Z'],
        'what-if': ['--key', 'proportional'],
      }[name];
      const { code, err } = await command(name, place.path('run'), ...(more ?? []));
      expect(code).toBe(2);
      expect(err).toContain('its inputs lie outside it; expected --external-inputs');
    },
  );

  it('that are missing or changed are named, with their place', async () => {
    const { inputs } = await settle('run', { externalInputs: shared });
    for (const [path, { sha256 }] of Object.entries(inputs)) {
      const file = join(shared, `${sha256}${path.slice(path.lastIndexOf('.'))}`);
      const text = readFileSync(file);
      renameSync(file, place.path('away'));
      const missing = await verify(place.path('run'), { externalInputs: shared });
      expect(missing.findings.map(({ message }) => message)).toEqual([
        `${path} (${file}): is missing`,
      ]);
      const changed = Buffer.from(text);
      changed[changed.length - 20] = (changed[changed.length - 20] as number) ^ 1;
      writeFileSync(file, changed);
      const { ok, findings } = await verify(place.path('run'), { externalInputs: shared });
      expect(ok).toBe(false);
      expect(findings.map(({ file: named }) => named)).toEqual([path]);
      expect(findings[0]?.message).toContain(`${path} (${file}): byte ${text.length - 20}`);
      // A run never trusts such a file, nor writes over it.
      await expect(settle('again', { externalInputs: shared })).rejects.toThrow(
        /holds bytes of SHA-256 .*, expected those its name says/,
      );
      renameSync(place.path('away'), file);
    }
    expect(readdirSync(shared)).toHaveLength(3);
  });

  it('without tables there is no second copy: the changed file is still named first', async () => {
    const { inputs } = await settle('run', { externalInputs: shared, intervalTables: false });
    const file = join(shared, `${inputs['inputs/readings.csv']?.sha256 ?? ''}.csv`);
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, text.replace('ana-1,2026-10-23T12:00:00Z,2026-10-23T13:00:00Z,', '$&1'));
    const changed = await verify(place.path('run'), { externalInputs: shared });
    expect(changed.findings[0]?.message).toContain(
      `(${file}): is not the file that run.json names`,
    );
    writeFileSync(file, text.replace('ana-1', 'ana-9'));
    const broken = await verify(place.path('run'), { externalInputs: shared });
    expect(broken.findings[0]).toMatchObject({ file: 'inputs/readings.csv', line: 2 });
  });

  it('inside the directory to write are refused', async () => {
    await expect(settle('run', { externalInputs: place.path('run') })).rejects.toThrow(
      /--out: got/,
    );
    await expect(settle('run', { externalInputs: place.path('run/in') })).rejects.toThrow(
      /--out: got/,
    );
  });
});

describe('a run without interval tables', () => {
  it('has the same statements and verifies; a table put there does not belong', async () => {
    const whole = await settle('whole');
    const lean = await settle('lean', { intervalTables: false });
    expect(lean.merkle).toEqual(whole.merkle);
    expect(files('lean')).toEqual(
      files('whole').filter((file) => !/^statements\/.*\.csv$/.test(file)),
    );
    expect(bytes('lean/statements/ana.json')).toBe(bytes('whole/statements/ana.json'));
    expect(await verify(place.path('lean'))).toEqual({ ok: true, files: 9, findings: [] });
    writeFileSync(place.path('lean/statements/ana.csv'), bytes('whole/statements/ana.csv'));
    expect((await verify(place.path('lean'))).findings).toMatchObject([
      { file: 'statements/ana.csv', change: 'added' },
    ]);
  });

  it('is told from one whose marks in the manifest were changed', async () => {
    await settle('run', { externalInputs: shared, intervalTables: false });
    const manifest = bytes('run/run.json');
    for (const mark of ['externalInputs', 'intervalTables']) {
      writeFileSync(place.path('run/run.json'), manifest.replace(`"${mark}"`, `"${mark}s"`));
      const { findings } = await verify(place.path('run'), { externalInputs: shared });
      expect(findings.map(({ file }) => file)).toEqual(['run.json']);
    }
  });
});
