import { execFileSync, spawnSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installed, ROOT } from './command.js';
import { one, sum, type Count } from './count.js';

interface Manifest {
  readonly name: string;
  readonly exports: Record<string, unknown>;
}

/** Every entry of code that a package exports, as users write it. */
function entries({ name, exports }: Manifest): string[] {
  return Object.keys(exports)
    .filter((entry) => !entry.endsWith('.json'))
    .map((entry) => name + entry.slice(1));
}

function fails(what: string, program: string, args: readonly string[], cwd: string): boolean {
  const { status, stdout, stderr } = spawnSync(program, args, { cwd, encoding: 'utf8' });
  if (status === 0) return false;
  console.error(`${what} failed:\n${stdout}${stderr}`);
  return true;
}

/**
 * Checks what users install: packs every package, unpacks all of them into one folder beside the
 * installed third-party modules, imports every entry as ESM and as CommonJS, and lints the tarballs.
 */
export function checkPackedPackages(): Count {
  const folder = mkdtempSync(join(tmpdir(), 'microgrid-packed-'));
  try {
    const manifests = unpackAll(folder);
    return sum(manifests.map((manifest) => one(checkPackage(manifest, folder))));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Puts the packed packages where a consumer's node_modules would have them. */
function unpackAll(folder: string): Manifest[] {
  const modules = join(folder, 'node_modules');
  mkdirSync(join(modules, '@microgrid'), { recursive: true });
  const installed = join(ROOT, 'node_modules');
  for (const name of readdirSync(installed).filter((entry) => !entry.startsWith('@microgrid'))) {
    symlinkSync(join(installed, name), join(modules, name));
  }
  return readdirSync(join(ROOT, 'packages')).map((name) => {
    execFileSync(
      'npm',
      [
        'pack',
        '--silent',
        '--ignore-scripts',
        '--pack-destination',
        folder,
        join(ROOT, 'packages', name),
      ],
      { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] },
    );
    const target = join(modules, '@microgrid', name);
    mkdirSync(target);
    execFileSync('tar', ['-xzf', tarball(folder, name), '-C', target, '--strip-components=1']);
    return JSON.parse(readFileSync(join(target, 'package.json'), 'utf8')) as Manifest;
  });
}

function tarball(folder: string, name: string): string {
  const found = readdirSync(folder).find((file) =>
    new RegExp(`^microgrid-${name}-\\d.*\\.tgz$`).test(file),
  );
  if (found === undefined) throw new Error(`npm pack made no tarball of ${name}`);
  return join(folder, found);
}

function checkPackage(manifest: Manifest, folder: string): boolean {
  const { name } = manifest;
  const short = name.replace('@microgrid/', '');
  const esm = join(folder, `${short}.mjs`);
  const cjs = join(folder, `${short}.cjs`);
  const list = JSON.stringify(entries(manifest));
  writeFileSync(esm, `for (const entry of ${list}) await import(entry);\n`);
  writeFileSync(cjs, `for (const entry of ${list}) require(entry);\n`);
  const packed = tarball(folder, short);
  const failed = [
    fails(`${name} imported as ESM`, process.execPath, [esm], folder),
    fails(`${name} required as CommonJS`, process.execPath, [cjs], folder),
    fails(`${name}: publint`, installed('publint'), [packed, '--strict'], ROOT),
    fails(`${name}: are the types wrong`, installed('attw'), [packed, '--profile', 'node16'], ROOT),
  ];
  const ok = !failed.includes(true);
  console.log(`${ok ? 'ok    ' : 'FAILED'} ${name} as packed`);
  return ok;
}
