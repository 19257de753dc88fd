import { readFileSync } from 'node:fs';
import { defineConfig } from 'tsup';

interface Manifest {
  exports: Record<string, { '@microgrid/source'?: string } | string>;
}

/** The entries a package has are the ones its package.json exports, so they are named once. */
function entries(): string[] {
  const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as Manifest;
  return Object.values(manifest.exports).flatMap((target) =>
    typeof target === 'object' && target['@microgrid/source'] ? [target['@microgrid/source']] : [],
  );
}

/** One build recipe for every publishable package: ESM, CJS and their type declarations. */
export const library = defineConfig(() => ({
  entry: entries(),
  format: ['esm', 'cjs'],
  target: 'node20',
  // tsup 8 injects baseUrl, which TypeScript 6 calls deprecated.
  dts: { compilerOptions: { ignoreDeprecations: '6.0' } },
  sourcemap: true,
  clean: true,
  treeshake: true,
}));

/** Apps are ESM executables; they publish no types. */
export const app = defineConfig(() => ({
  entry: ['src/main.ts', ...entries()],
  format: ['esm'],
  target: 'node20',
  sourcemap: true,
  clean: true,
}));
