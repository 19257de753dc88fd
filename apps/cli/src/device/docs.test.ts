import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAddress } from './address.js';
import { readCommissioningFile } from './commissioning-file.js';
import { deviceSource } from './device-source.js';
import { device, scratchFolder } from './simulated-site.test-data.js';

const page = (name: string): string =>
  readFileSync(join(__dirname, '../../../../docs', name), 'utf8');

/** Lines of a page that run `microgrid device`, split as a shell does. */
function commands(text: string): string[][] {
  return text
    .split('\n')
    .filter((line) => line.startsWith('microgrid device '))
    .map((line) =>
      [...line.replace(/ +#.*$/, '').matchAll(/'([^']*)'|(\S+)/g)].map(
        ([, quoted, plain]) => quoted ?? plain ?? '',
      ),
    )
    .map((words) => words.slice(2));
}

describe('the pages', () => {
  const all = ['cli.md', 'commissioning.md'].flatMap((name) => commands(page(name)));

  it('name commands and options that exist, addresses and profiles that are understood', async () => {
    expect(all.length).toBeGreaterThan(8);
    for (const [name = '', ...words] of all) {
      const { code, out } = await device([name, '--help']);
      expect({ name, code }).toEqual({ name, code: 0 });
      for (const option of words.filter((word) => word.startsWith('-'))) {
        expect(out).toMatch(new RegExp(`^ .*${option}\\b`, 'm'));
      }
      for (const word of words.filter((one) => one.includes('://'))) parseAddress(word);
      const takesProfile = ['read', 'watch', 'write', 'profiles'].includes(name);
      const [profile] = words;
      if (takesProfile && profile?.startsWith('.') === false) deviceSource(profile);
    }
  });

  it('show a site file that is one', () => {
    const [, yaml = ''] = /```yaml\n([\s\S]*?)```/.exec(page('commissioning.md')) ?? [];
    const { folder, remove } = scratchFolder();
    const file = join(folder, 'site.yaml');
    writeFileSync(file, yaml);
    expect(readCommissioningFile(file).devices).toHaveLength(3);
    remove();
  });
});
