import { statSync } from 'node:fs';
import { join } from 'node:path';
import { chromium, type Browser, type Locator, type Page } from 'playwright-core';
import { eventually } from './eventually.js';
import { installed, testWith } from './installed.js';
import { Program, stopPrograms } from './program.js';
import { REPOSITORY, temporaryFolder } from './repository.js';

const CHROMIUM = process.env['MICROGRID_CHROMIUM'] ?? '/usr/bin/chromium';
const present = installed(CHROMIUM);
const inChromium = testWith(`the console page in a browser: ${CHROMIUM}`, present);

let demo: Program;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  if (!present) return;
  // Fast enough that the sun rises within a minute, slow enough to be looked at.
  const main = join(REPOSITORY, 'tools/demo/src/main.ts');
  demo = Program.startSource(main, ['--speed', '2400']);
  const home = await demo.line('a page', (line) => line.includes('PV and battery'));
  browser = await chromium.launch({
    executablePath: CHROMIUM,
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  });
  page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  page.setDefaultTimeout(30_000);
  await page.goto(/http:\S+/.exec(home)?.[0] ?? '');
}, 120_000);

afterAll(async () => {
  if (present) await browser.close();
  await stopPrograms();
});

const field = (name: string): Locator => page.locator(`[data-field="${name}"]`);
const power = (element: string): Locator =>
  page.locator(`[data-element="${element}"] [data-field="power"]`);

/** The different texts an element shows until there are `count` of them. */
function changes(what: string, locator: Locator, count: number): Promise<string[]> {
  const seen = new Set<string>();
  return eventually(
    `${count} different values of ${what}`,
    async () => {
      seen.add((await locator.textContent()) ?? '');
      return seen.size >= count ? [...seen] : undefined;
    },
    120_000,
  );
}

inChromium(
  'the page of a running gateway shows flows that change and the last decision with its reason',
  async () => {
    await field('connection').filter({ hasText: 'Live' }).waitFor();
    const [times, house, grid] = await Promise.all([
      changes('the time', field('now'), 5),
      changes('the house', power('house'), 4),
      changes('the grid', power('grid'), 3),
    ]);
    expect(new Set(times).size).toBe(5);
    for (const text of [...house, ...grid]) expect(text).toMatch(/^\d[\d.,]*\s?k?W$/);
    // The sun rises over the simulated street: its power is on the page, and the battery fills.
    await changes('the sun', power('pv'), 4);
    await changes('the state of charge', field('state-of-charge'), 3);
    const [summary, rules] = await Promise.all([
      field('decision-summary').textContent(),
      field('decision-rules').textContent(),
    ]);
    expect(summary).toMatch(/\d+ W/);
    expect(rules?.trim()).not.toBe('');
    await page.locator('.uplot canvas').waitFor();
    const screenshot = join(temporaryFolder('console'), 'page.png');
    await page.screenshot({ path: screenshot, fullPage: true });
    expect(statSync(screenshot).size).toBeGreaterThan(20_000);
    console.log(`screenshot: ${screenshot}`);
  },
  240_000,
);

inChromium(
  'Ctrl-C stops the demo cleanly, and the page says that its values are old',
  async () => {
    const { code, signal } = await demo.stopGroup('SIGINT');
    expect({ code, signal, errors: demo.errors }).toEqual({ code: 0, signal: null, errors: [] });
    expect(demo.lines).toContain('stopping …');
    await field('stale').filter({ hasText: 'No connection to the gateway' }).waitFor();
  },
  90_000,
);
