import { mkdirSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, type Plugin } from 'esbuild';
import { ROOT, run } from './command.js';

const SUFFIX = '.bench.ts';
/** Inside node_modules, so that what is not bundled is found from there. */
const BUILT = join(ROOT, 'node_modules/.cache/microgrid-bench');

/** Every benchmark of the workspace by name: `packages/modbus/src/modbus.bench.ts` is `modbus`. */
function benchmarks(): Map<string, string> {
  const files = ['packages', 'apps', 'tools'].flatMap((group) =>
    readdirSync(join(ROOT, group)).flatMap((project) =>
      readdirSync(join(ROOT, group, project, 'src'))
        .filter((file) => file.endsWith(SUFFIX))
        .map((file) => join(group, project, 'src', file)),
    ),
  );
  return new Map(files.map((file) => [basename(file, SUFFIX), file]));
}

/** The workspace's own code goes into the bundle; what is installed stays where it is. */
const ownCodeOnly: Plugin = {
  name: 'own-code-only',
  setup(plugin) {
    plugin.onResolve({ filter: /^[^./]/ }, ({ path, kind }) =>
      kind === 'entry-point' || path.startsWith('@microgrid/') ? undefined : { external: true },
    );
  },
};

/**
 * Builds a benchmark as packages are built: loaders that compile while it runs wrap each function, which
 * hot loops feel.
 */
async function built(name: string, file: string): Promise<string> {
  const outfile = join(BUILT, `${name}.mjs`);
  await build({
    entryPoints: [join(ROOT, file)],
    outfile,
    absWorkingDir: ROOT,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    conditions: ['@microgrid/source'],
    // Where a benchmark looks for files beside itself.
    define: { 'import.meta.url': JSON.stringify(pathToFileURL(join(ROOT, file)).href) },
    plugins: [ownCodeOnly],
    sourcemap: true,
    logLevel: 'error',
  });
  return outfile;
}

async function main(names: readonly string[]): Promise<number> {
  const known = benchmarks();
  const unknown = names.filter((name) => !known.has(name));
  if (names.length === 0 || unknown.length > 0) {
    if (unknown.length > 0) console.error(`No benchmark is called ${unknown.join(', ')}.`);
    console.error(`Usage: npm run bench -- <name>; names: ${[...known.keys()].sort().join(', ')}`);
    return 2;
  }
  mkdirSync(BUILT, { recursive: true });
  let ok = true;
  for (const name of names) {
    const program = await built(name, known.get(name) ?? '');
    ok = run(process.execPath, ['--enable-source-maps', '--expose-gc', program]) && ok;
  }
  return ok ? 0 : 1;
}

process.exitCode = await main(process.argv.slice(2));
