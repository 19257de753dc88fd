import { readFileSync, writeFileSync } from 'node:fs';
import { withCatalogPage } from '../src/catalog-page.test-data.js';
import { catalog } from '../src/index.js';

/** Writes the part of docs/catalog.md that shows every profile; a test fails when it is out of date. */
const page = new URL('../../../docs/catalog.md', import.meta.url);
writeFileSync(page, withCatalogPage(readFileSync(page, 'utf8'), catalog));
