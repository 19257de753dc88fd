import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { installed, ROOT, run } from './command.js';

const SUFFIX = '.bench.ts';

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

const known = benchmarks();
const names = process.argv.slice(2);
const unknown = names.filter((name) => !known.has(name));
if (names.length === 0 || unknown.length > 0) {
  if (unknown.length > 0) console.error(`No benchmark is called ${unknown.join(', ')}.`);
  console.error(`Usage: npm run bench -- <name>; names: ${[...known.keys()].sort().join(', ')}`);
  process.exitCode = 2;
} else {
  const ok = names.map((name) =>
    run(installed('tsx'), ['--expose-gc', '--conditions=@microgrid/source', known.get(name) ?? '']),
  );
  process.exitCode = ok.every(Boolean) ? 0 : 1;
}
