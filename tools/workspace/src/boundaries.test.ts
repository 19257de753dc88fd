import { execFileSync, spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';

const ROOT = join(__dirname, '../../..');

/** One broken rule: a file that breaks it and nothing else, and what lint must say. */
interface Violation {
  readonly breaks: string;
  readonly file: string;
  readonly code: string;
  readonly says: RegExp;
  /** A dependency to declare first, so that only the rule in question is broken. */
  readonly declares?: string;
}

const importing = (name: string): string =>
  `import * as other from '${name}';\n\nexport { other };\n`;
const layer = (from: string, to: string): RegExp =>
  new RegExp(`tagged with "${from}" can only depend on libs tagged with[\\s\\S]*${to}`);

/** Each rule of the house's import table and purity list, broken once. */
const VIOLATIONS: readonly Violation[] = [
  {
    breaks: 'base imports domain',
    file: 'packages/petri',
    code: importing('@microgrid/metering'),
    says: layer('layer:base', 'layer:base'),
  },
  {
    breaks: 'domain imports protocol',
    file: 'packages/control',
    code: importing('@microgrid/modbus'),
    says: layer('layer:domain', 'layer:base'),
  },
  {
    breaks: 'protocol imports domain',
    file: 'packages/mqtt',
    code: importing('@microgrid/uplink'),
    says: layer('layer:protocol', 'layer:base'),
  },
  {
    breaks: 'device imports protocol',
    file: 'packages/devices',
    code: importing('@microgrid/modbus'),
    says: layer('layer:device', 'layer:base'),
  },
  {
    breaks: 'driver imports domain',
    file: 'packages/driver-modbus',
    code: importing('@microgrid/metering'),
    says: layer('layer:driver', 'layer:base'),
  },
  {
    breaks: 'adapter imports app',
    file: 'packages/storage-sqlite',
    code: importing('@microgrid/settlement-runner'),
    says: layer('layer:adapter', 'layer:base'),
  },
  {
    breaks: 'app imports app',
    file: 'apps/coordinator',
    code: importing('@microgrid/settlement-runner'),
    says: layer('layer:app', 'layer:base'),
  },
  {
    breaks: 'base imports protocol',
    file: 'packages/petri',
    code: importing('@microgrid/mqtt'),
    says: layer('layer:base', 'layer:base'),
  },
  {
    breaks: 'physical imports financial',
    file: 'packages/plant',
    code: importing('@microgrid/community'),
    says: layer('plane:physical', 'plane:shared'),
  },
  {
    breaks: 'financial imports physical',
    file: 'packages/settlement',
    code: importing('@microgrid/control'),
    says: layer('plane:financial', 'plane:shared'),
  },
  {
    breaks: 'shared imports physical',
    file: 'packages/metering',
    code: importing('@microgrid/plant'),
    says: layer('plane:shared', 'plane:shared'),
  },
  {
    breaks: 'the gateway imports money',
    file: 'apps/gateway',
    code: importing('@microgrid/invoicing'),
    says: layer('plane:physical', 'plane:shared'),
  },
  {
    breaks: 'rxjs in base',
    file: 'packages/events',
    code: importing('rxjs'),
    declares: 'rxjs',
    says: /"layer:base" is not allowed to import "rxjs"/,
  },
  {
    breaks: 'a wire in domain',
    file: 'packages/uplink',
    code: importing('mqtt'),
    declares: 'mqtt',
    says: /"layer:domain" is not allowed to import "mqtt"/,
  },
  {
    breaks: 'rxjs in settlement',
    file: 'packages/settlement',
    code: importing('rxjs'),
    declares: 'rxjs',
    says: /not allowed to import "rxjs"/,
  },
  {
    breaks: 'an undeclared dependency',
    file: 'packages/tariff',
    code: importing('yaml'),
    says: /Transitive or unresolvable dependencies are not allowed/,
  },
  {
    breaks: 'a relative path into another package',
    file: 'packages/events',
    code: importing('../../units/src/index.js'),
    says: /should not be imported|Projects (?:should|cannot)|relative/,
  },
  {
    breaks: 'units imports events',
    file: 'packages/units',
    code: importing('@microgrid/events'),
    says: /units ← events ← journal/,
  },
  {
    breaks: 'petri imports units',
    file: 'packages/petri',
    code: importing('@microgrid/units'),
    says: /petri stands alone/,
  },
  {
    breaks: 'node: in base',
    file: 'packages/units',
    code: importing('node:fs'),
    says: /Pure packages take ports/,
  },
  {
    breaks: 'luxon anywhere',
    file: 'apps/gateway',
    code: importing('luxon'),
    says: /Calendars use Temporal/,
  },
  ...[
    'Date.now()',
    'new Date()',
    'performance.now()',
    'Math.random()',
    "'a'.localeCompare('b')",
    '(1).toLocaleString()',
    'setTimeout(() => undefined, 1)',
    'process.pid',
    'crypto.randomUUID()',
  ].map((expression) => ({
    breaks: `${expression} in domain`,
    file: 'packages/community',
    code: `export const value = ${expression};\n`,
    says: /must give the same output|Pure packages take ports|Locales differ/,
  })),
];

interface LintResult {
  readonly filePath: string;
  readonly messages: readonly { readonly message: string; readonly severity: number }[];
}

/** Installed packages are those of the workspace; its own packages are those of the skeleton. */
function linkModules(folder: string): void {
  const installed = join(ROOT, 'node_modules');
  mkdirSync(join(folder, 'node_modules/@microgrid'), { recursive: true });
  for (const name of readdirSync(installed).filter((entry) => entry !== '@microgrid')) {
    symlinkSync(join(installed, name), join(folder, 'node_modules', name));
  }
  for (const name of readdirSync(join(installed, '@microgrid'))) {
    const project = relative(ROOT, realpathSync(join(installed, '@microgrid', name)));
    symlinkSync(join(folder, project), join(folder, 'node_modules/@microgrid', name));
  }
}

/** The workspace's configuration with nearly empty projects, so that lint sees only the violations. */
function skeleton(): string {
  const folder = mkdtempSync(join(tmpdir(), 'microgrid-boundaries-'));
  for (const name of [
    'package.json',
    'package-lock.json',
    'nx.json',
    'tsconfig.base.json',
    'tsconfig.json',
    'eslint.config.mjs',
  ]) {
    cpSync(join(ROOT, name), join(folder, name));
  }
  linkModules(folder);
  for (const group of ['packages', 'apps', 'tools']) {
    for (const project of readdirSync(join(ROOT, group))) {
      for (const file of ['package.json', 'tsconfig.json']) {
        cpSync(join(ROOT, group, project, file), join(folder, group, project, file));
      }
      mkdirSync(join(folder, group, project, 'src'));
      writeFileSync(join(folder, group, project, 'src/index.ts'), 'export const empty = 0;\n');
    }
  }
  return folder;
}

function declare(manifest: string, dependency: string): void {
  const json = JSON.parse(readFileSync(manifest, 'utf8')) as { dependencies?: object };
  const dependencies = { ...json.dependencies, [dependency]: '*' };
  writeFileSync(manifest, JSON.stringify({ ...json, dependencies }));
}

describe('lint refuses', () => {
  let folder: string;
  let results: readonly LintResult[];
  const fileOf = (index: number): string =>
    join(VIOLATIONS[index]?.file ?? '', `src/violation-${index}.ts`);

  beforeAll(() => {
    folder = skeleton();
    for (const [index, { code, file, declares }] of VIOLATIONS.entries()) {
      writeFileSync(join(folder, fileOf(index)), code);
      if (declares !== undefined) declare(join(folder, file, 'package.json'), declares);
    }
    writeFileSync(join(folder, 'packages/devices/src/allowed.ts'), importing('@microgrid/units'));
    const options = { cwd: folder, env: { ...process.env, NX_DAEMON: 'false' } };
    // Without a project graph the boundary rule skips itself in silence.
    execFileSync('npx', ['nx', 'graph', '--file=graph.json'], { ...options, stdio: 'pipe' });
    const files = [...VIOLATIONS.keys()].map(fileOf);
    const lint = spawnSync(
      'npx',
      ['eslint', '--format', 'json', ...files, 'packages/devices/src/allowed.ts'],
      { ...options, encoding: 'utf8', maxBuffer: 64 << 20 },
    );
    const json = lint.stdout.split('\n').find((line) => line.startsWith('[{'));
    if (json === undefined) throw new Error(`lint gave no result: ${lint.stdout}${lint.stderr}`);
    results = JSON.parse(json) as LintResult[];
  }, 180_000);

  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it.each(VIOLATIONS.map(({ breaks }, index) => [breaks, index] as const))('%s', (_, index) => {
    const found = results.find(({ filePath }) => filePath.endsWith(fileOf(index)));
    expect(found?.messages.map(({ message }) => message).join('\n')).toMatch(
      VIOLATIONS[index]?.says ?? /never/,
    );
  });

  it('nothing where nothing is broken', () => {
    const allowed = results.find(({ filePath }) => filePath.endsWith('devices/src/allowed.ts'));
    expect(allowed?.messages).toEqual([]);
  });
});
