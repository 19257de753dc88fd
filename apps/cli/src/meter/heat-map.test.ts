import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { PassThrough } from 'node:stream';
import { chromium, type Browser, type Page } from 'playwright-core';
import { main } from '../index.js';
import { canonicalFile } from './meter.test-data.js';

const CHROMIUM = process.env['MICROGRID_CHROMIUM'] ?? '/usr/bin/chromium';
const present = existsSync(CHROMIUM);
if (!present) console.log(`skipped: the heat map in a browser, since ${CHROMIUM} is not installed`);

// A browser on a loaded machine takes its time.
jest.setTimeout(60_000);

const SLOTS = 365 * 96;
/** A week without rows in May, a day of missing energy in September. */
const lacks = (slot: number): 'row' | 'energy' | undefined => {
  const day = Math.floor(slot / 96);
  return day >= 130 && day < 137 ? 'row' : day === 250 ? 'energy' : undefined;
};

(present ? describe : describe.skip)('the heat map in Chromium', () => {
  let folder: string;
  let browser: Browser;
  let page: Page;
  let asked: string[];
  let troubles: string[];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'microgrid-heat-map-'));
    const input = join(folder, 'year.csv');
    writeFileSync(input, canonicalFile(['home-01', 'shop-02'], Date.UTC(2026, 0, 1), SLOTS, lacks));
    const silent = { stdout: new PassThrough().resume(), stderr: new PassThrough().resume() };
    const args = [
      'check',
      input,
      '--now',
      '2027-02-01T00:00:00Z',
      '--html',
      join(folder, 'page.html'),
    ];
    await main(['meter', ...args], silent);
    browser = await chromium.launch({
      executablePath: CHROMIUM,
      args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking'],
    });
  }, 120_000);

  afterAll(async () => {
    await browser.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function opened(width: number, height: number, dark = false): Promise<void> {
    [asked, troubles] = [[], []];
    page = await browser.newPage({
      viewport: { width, height },
      colorScheme: dark ? 'dark' : 'light',
    });
    page.setDefaultTimeout(15_000);
    page.on('request', (request) => asked.push(request.url()));
    page.on('pageerror', (error) => troubles.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') troubles.push(message.text());
    });
    await page.goto(pathToFileURL(join(folder, 'page.html')).href);
  }
  afterEach(async () => {
    await page.close();
  });

  const cells = () => page.locator('[data-point="0"] canvas.cells');
  const readout = async (): Promise<string> =>
    (await page.locator('[data-point="0"] .readout').textContent()) ?? '';

  /** Runs an expression in the page on the first point's canvas, `c`. */
  const ofCanvas = async <Result>(expression: string): Promise<Result> =>
    page.evaluate<Result>(
      `(() => { const c = document.querySelector('[data-point="0"] canvas.cells'); return ${expression}; })()`,
    );

  /** The colour drawn at a place of the canvas, CSS pixels. */
  const colourAt = ({ x, y }: { readonly x: number; readonly y: number }): Promise<string> =>
    ofCanvas(
      `[...c.getContext('2d').getImageData(${x} * devicePixelRatio, ${y} * devicePixelRatio, 1, 1).data].join()`,
    );

  /** Place of a day and a quarter-hour on the canvas: 365 days across, 96 cells of 3 pixels down. */
  async function cellOf(day: number, quarter: number): Promise<{ x: number; y: number }> {
    const [width, height] = await ofCanvas<[number, number]>('[c.clientWidth, c.clientHeight]');
    return { x: (day + 0.4) * (width / 365), y: height - 288 + quarter * 3 + 1 };
  }

  test('loads with nothing from a network, and has one cell for each interval', async () => {
    await opened(1280, 900);
    expect(asked).toEqual([pathToFileURL(join(folder, 'page.html')).href]);
    await page.context().setOffline(true);
    // Every cell answers with its own time: the mouse is moved over a sample of the year.
    const box = await cells().boundingBox();
    const seen = new Set<string>();
    let expected = 0;
    for (let day = 0; day < 365; day += 52) {
      for (let quarter = 0; quarter < 96; quarter += 13) {
        const { x, y } = await cellOf(day, quarter);
        const scroll = await ofCanvas<number>('c.parentElement.scrollLeft');
        await page.mouse.move((box?.x ?? 0) + x - scroll, (box?.y ?? 0) + y);
        const text = await readout();
        const date = new Date(Date.UTC(2026, 0, 1 + day)).toISOString().slice(0, 10);
        expect(text).toContain(date);
        seen.add(text.slice(0, 22));
        expected += 1;
      }
    }
    expect(seen.size).toBe(expected);
    expect(troubles).toEqual([]);
  });

  test('shows quality and energy, and switches between them', async () => {
    await opened(1280, 900);
    const [whole, absent] = [await cellOf(20, 48), await cellOf(133, 48)];
    const quality = [await colourAt(whole), await colourAt(absent)];
    expect(quality[0]).not.toBe(quality[1]);
    const legend = page.locator('[data-point="0"] .legend');
    expect(await legend.textContent()).toMatch(/measured.*missing/s);
    await page.locator('.modes label', { hasText: 'import' }).click();
    const [night, noon] = [await cellOf(20, 20), await cellOf(20, 72)];
    const energy = [await colourAt(night), await colourAt(noon)];
    expect(energy[0]).not.toBe(energy[1]);
    expect(await legend.textContent()).toContain('kWh an interval');
    const before = energy[1];
    await page.locator('.modes label', { hasText: 'export' }).click();
    expect(await colourAt(noon)).not.toBe(before);
    await page.locator('.modes label', { hasText: 'quality' }).click();
    expect(await colourAt(whole)).toBe(quality[0]);
    expect(troubles).toEqual([]);
  });

  test('the keyboard walks the cells and a finding shows its place', async () => {
    await opened(390, 844, true);
    await cells().focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowRight');
    expect(await readout()).toContain('2026-01-02');
    await page.locator('[data-point="0"] .findings button').first().click();
    expect(await readout()).toContain('gap: 672 intervals');
    expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(
      390,
    );
    expect(troubles).toEqual([]);
  });
});
