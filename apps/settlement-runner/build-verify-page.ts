import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import { pageHtml } from './src/verify-page/page-html.js';

/** Bundles the page that checks a member's bundle into one file. */
export async function buildVerifyPage(root: string, file: string): Promise<void> {
  const { outputFiles } = await build({
    entryPoints: [join(root, 'src/verify-page/page.ts')],
    absWorkingDir: root,
    bundle: true,
    write: false,
    minify: true,
    format: 'iife',
    platform: 'browser',
    target: 'es2022',
    conditions: ['@microgrid/source'],
    legalComments: 'none',
    charset: 'utf8',
  });
  const script = outputFiles[0]?.text ?? '';
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, pageHtml(script.replaceAll('</script', '<\\/script')));
}
