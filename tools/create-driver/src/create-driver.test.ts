import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDriver, CreateDriverError } from './create-driver.js';
import { fillTemplate } from './fill-template.js';

const ROOT = join(__dirname, '../../..');
const TEMPLATES = join(__dirname, '../templates');
const plain = { kind: 'code', licence: 'MIT', author: 'A. Stranger', year: 2026 } as const;

jest.setTimeout(120_000);

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'create-driver-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Runs a program of the workspace in the new package. */
function run(program: string, args: readonly string[], cwd: string): string {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(ROOT, 'node_modules', program), ...args],
    { cwd, encoding: 'utf8', env: { ...process.env, NODE_OPTIONS: '' } },
  );
  const output = `${stdout}${stderr}`;
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}:\n${output}`);
  return output;
}

/** What npm would install is the workspace; its packages are taken as sources, since nothing is built. */
function installed(cwd: string): void {
  symlinkSync(join(ROOT, 'node_modules'), join(cwd, 'node_modules'));
  const compilerOptions = { customConditions: ['@microgrid/source'] };
  const config = { extends: './tsconfig.json', compilerOptions, include: ['src'] };
  writeFileSync(join(cwd, 'tsconfig.source.json'), JSON.stringify(config));
}

const SOURCES = JSON.stringify({
  customExportConditions: ['@microgrid/source', 'node', 'require', 'default'],
});

function kit(cwd: string): string {
  return run('jest/bin/jest.js', ['--testEnvironmentOptions', SOURCES, '--ci'], cwd);
}

describe('a created driver', () => {
  it('in code builds, type-checks and passes the conformance kit', () => {
    const command = [join(ROOT, 'tools/create-driver'), '@acme/heat-rod', '--licence', 'MIT'];
    const told = execFileSync(process.execPath, command, { cwd: folder, encoding: 'utf8' });
    expect(told).toMatch(/heat-rod: \d+ files\. Next: cd .*heat-rod && npm install && npm test/);
    const cwd = join(folder, 'heat-rod');
    installed(cwd);
    expect(kit(cwd)).toMatch(/Tests: .*\d+ passed/);
    // Making the declarations checks the types as well.
    run('tsup/dist/cli-default.js', ['--tsconfig', 'tsconfig.source.json'], cwd);
    for (const file of ['index.js', 'index.cjs', 'index.d.ts', 'index.d.cts']) {
      expect(existsSync(join(cwd, 'dist', file))).toBe(true);
    }
  });

  it('from a profile type-checks and passes the conformance kit with its vectors', () => {
    const cwd = join(folder, 'rod');
    createDriver({ ...plain, kind: 'profile', name: 'acme-rod', folder: cwd }, TEMPLATES);
    installed(cwd);
    run('typescript/bin/tsc', ['-p', 'tsconfig.source.json'], cwd);
    const output = kit(cwd);
    expect(output).toMatch(/Tests: .*\d+ passed/);
    expect(output).not.toMatch(/skipped: it has no vectors/);
  });

  it('has a licence, a README, peers and nothing of the template left', () => {
    const { files } = createDriver(
      { ...plain, name: '@acme/driver-pool-pump', folder: join(folder, 'new') },
      TEMPLATES,
    );
    expect(files).toEqual(
      expect.arrayContaining([
        'LICENSE',
        'README.md',
        'package.json',
        'src/driver.test.ts',
        'src/twin.ts',
      ]),
    );
    const read = (file: string): string => readFileSync(join(folder, 'new', file), 'utf8');
    for (const file of files) expect(read(file)).not.toMatch(/\{\{|\.tmpl/);
    expect(read('LICENSE')).toContain('Copyright 2026 A. Stranger');
    const manifest = JSON.parse(read('package.json')) as Record<string, Record<string, string>>;
    expect(manifest['name']).toBe('@acme/driver-pool-pump');
    expect(Object.keys(manifest['peerDependencies'] ?? {})).toContain('@microgrid/devices');
    expect(manifest['dependencies']).toBeUndefined();
    expect(read('src/driver.ts')).toContain("name: 'pool-pump'");
    expect(read('src/device.ts')).toContain('class PoolPumpDevice');
  });

  it('inside the repository takes the repository’s settings', () => {
    const repository = join(folder, 'repository');
    const templates = join(repository, 'tools/create-driver/templates');
    execFileSync('mkdir', [
      '-p',
      join(repository, 'tools/create-driver'),
      join(repository, 'packages'),
    ]);
    symlinkSync(TEMPLATES, templates);
    const target = join(repository, 'packages/driver-pool-pump');
    const { files } = createDriver({ ...plain, name: 'pool-pump', folder: target }, templates);
    expect(files).not.toContain('.gitignore');
    const manifest = readFileSync(join(target, 'package.json'), 'utf8');
    expect(manifest).toContain('"name": "@microgrid/driver-pool-pump"');
    expect(manifest).toContain('"layer:driver"');
    expect(() =>
      createDriver({ ...plain, kind: 'profile', name: 'x', folder: `${target}-2` }, templates),
    ).toThrow(/packages\/catalog/);
  });

  it.each(['Heat Pump', '../x', '@acme/', '9lives', 'x'.repeat(60)])(
    'is not made of %p',
    (name) => {
      expect(() => createDriver({ ...plain, name, folder: join(folder, 'x') }, TEMPLATES)).toThrow(
        CreateDriverError,
      );
      expect(existsSync(join(folder, 'x'))).toBe(false);
    },
  );

  it('never overwrites what stands in its folder', () => {
    const options = { ...plain, name: 'twice', folder: join(folder, 'twice') };
    createDriver(options, TEMPLATES);
    expect(() => createDriver(options, TEMPLATES)).toThrow(/expected an empty one or none/);
  });

  it('a template with a hole is refused', () => {
    expect(() => fillTemplate('{{nobody}}', {}, 'x.ts')).toThrow(/x\.ts: \{\{nobody\}\}/);
  });
});
