import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beliefs, catalogPage, withCatalogPage } from './catalog-page.test-data.js';
import { catalog } from './index.js';

const PAGE = join(__dirname, '../../../docs/catalog.md');

it('docs/catalog.md shows every profile as it is (npm run generate -w packages/catalog)', () => {
  const page = readFileSync(PAGE, 'utf8');
  expect(withCatalogPage(page, catalog)).toBe(page);
});

it('the page names every point, control and doubt of every profile', () => {
  const page = catalogPage(catalog);
  for (const profile of catalog) {
    const from = page.indexOf(`### ${profile.id}\n`);
    const section = page.slice(from, page.indexOf('\nSources: ', from));
    expect(from).toBeGreaterThan(0);
    for (const { id, internal } of profile.points) {
      if (internal !== true)
        expect([profile.id, section]).toEqual([profile.id, expect.stringContaining(`\`${id}\``)]);
    }
    for (const { id, onLoss } of profile.controls) {
      expect(section).toContain(`\`${id}\``);
      expect(section).toContain(onLoss);
    }
    const doubts = beliefs(profile);
    expect(doubts.length).toBeGreaterThan(0);
    for (const doubt of doubts) expect(section).toContain(`- ${doubt}`);
  }
});
