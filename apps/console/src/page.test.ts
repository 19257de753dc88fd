import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { startFakeGateway, type FakeGateway } from './fake-gateway.js';
import { sampleHistory, sampleState } from './sample-site.js';

const CHROMIUM = process.env['MICROGRID_CHROMIUM'] ?? '/usr/bin/chromium';
const present = existsSync(CHROMIUM);
if (!present) console.log(`skipped: the page in a browser, since ${CHROMIUM} is not installed`);

const MORNING = '2026-06-21T06:30:00Z';
const SOON = '2026-06-21T06:35:00Z';
const NOON = '2026-06-21T11:42:10Z';
const root = join(__dirname, '..');

// A browser on a loaded machine takes its time.
jest.setTimeout(30_000);

(present ? describe : describe.skip)('the page in Chromium', () => {
  let files: string;
  let gateway: FakeGateway;
  let browser: Browser;
  let page: Page;
  let troubles: string[];
  let history: unknown;

  beforeAll(async () => {
    // A build of its own: what is tested is these sources and not whatever dist/ holds.
    files = mkdtempSync(join(tmpdir(), 'microgrid-console-'));
    const vite = join(root, '../../node_modules/vite/bin/vite.js');
    const options = ['build', '--outDir', files, '--emptyOutDir', '--logLevel', 'error'];
    // Vite takes NODE_ENV=test of the test runner for a development build.
    const env = { ...process.env, NODE_ENV: 'production' };
    execFileSync(process.execPath, [vite, ...options], { cwd: root, env });
    browser = await chromium.launch({
      executablePath: CHROMIUM,
      args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking'],
    });
  }, 60_000);

  afterAll(async () => {
    await browser.close();
    rmSync(files, { recursive: true, force: true });
  });

  beforeEach(async () => {
    troubles = [];
    history = sampleHistory(MORNING);
    gateway = await startFakeGateway(files, () => history);
    page = await browser.newPage({ viewport: { width: 390, height: 844 } });
    page.setDefaultTimeout(8_000);
    page.on('pageerror', (error) => troubles.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') troubles.push(message.text());
    });
    page.on('request', (request) => {
      if (!request.url().startsWith(gateway.url)) troubles.push(`asked for ${request.url()}`);
    });
  });

  afterEach(async () => {
    await page.close();
    await gateway.close();
  });

  const field = (name: string) => page.locator(`[data-field="${name}"]`);
  const power = (element: string) =>
    page.locator(`[data-element="${element}"] [data-field="power"]`);

  /** Waits until a text holds something; a page that never gets there fails with both texts. */
  async function expectText(locator: ReturnType<typeof field>, part: string): Promise<void> {
    await locator
      .filter({ hasText: part })
      .waitFor({ state: 'attached' })
      .catch(async () => {
        const shown = await locator.allTextContents();
        throw new Error(`expected "${part}", the page shows ${JSON.stringify(shown)}`);
      });
  }

  test('flows, state of charge and decision follow the stream', async () => {
    gateway.send(sampleState(MORNING));
    await page.goto(gateway.url);
    await expectText(field('connection'), 'Live');
    await expectText(field('now'), '07:30:00');
    const before = await power('pv').textContent();
    gateway.send(sampleState(NOON));
    await expectText(field('now'), '12:42:10');
    await expectText(power('pv'), '5.18');
    expect(before).not.toContain('5.18');
    await expectText(page.locator('[data-element="battery"]'), 'charging');
    await expectText(field('state-of-charge'), '73');
    await expectText(field('decision-summary'), 'The sun gives 5177 W');
    await expectText(field('decision-rules'), 'Export is limited to 3000 W until 15:00');
    await expectText(field('decision-set-points'), 'narrowed by device limit');
    await expectText(page.locator('[data-device="boiler"]'), 'timeout after 1000 ms');
    expect(await page.title()).toContain('Casa da Ribeira');
    expect(troubles).toEqual([]);
  });

  test('the chart shows the fetched day and grows with the stream', async () => {
    gateway.send(sampleState(MORNING));
    await page.goto(gateway.url);
    await page.locator('.uplot canvas').waitFor();
    await expectText(field('chart-time'), '07:30');
    gateway.send(sampleState(SOON));
    await expectText(field('chart-time'), '07:35');
    // A simulated clock runs past many samples at once: they are fetched, not left open.
    history = sampleHistory(NOON);
    const fetched = page.waitForResponse((response) => response.url().includes('api/history'));
    const stream = setInterval(() => {
      gateway.send(sampleState(NOON));
    }, 200);
    await fetched.finally(() => {
      clearInterval(stream);
    });
    await expectText(field('chart-time'), '12:4');
    await expectText(page.locator('[data-curve="pvWatts"]'), '5.1');
    await page.getByRole('button', { name: /Solar/ }).click();
    await page.locator('button.pvWatts[aria-pressed="false"]').waitFor();
    expect(troubles).toEqual([]);
  });

  test('a missing value is a dash and never a zero', async () => {
    const { price: _price, decision: _decision, ...rest } = sampleState(NOON);
    gateway.send({ ...rest, flows: {}, today: {} });
    await page.goto(gateway.url);
    await expectText(field('headline'), 'The grid meter gives no reading.');
    for (const element of ['grid', 'pv', 'battery', 'house', 'charger']) {
      expect(await power(element).textContent()).toBe('–');
    }
    expect(await field('state-of-charge').textContent()).toBe('–');
    expect(troubles).toEqual([]);
  });

  test('an ended stream is said at once, and the page comes back by itself', async () => {
    gateway.send(sampleState(MORNING));
    await page.goto(gateway.url);
    await expectText(field('connection'), 'Live');
    expect(await field('stale').count()).toBe(0);
    gateway.interrupt();
    await expectText(field('stale'), 'No connection to the gateway');
    await expectText(field('stale'), '07:30:00');
    await expectText(field('connection'), 'No connection');
    gateway.send(sampleState(NOON));
    gateway.resume();
    await expectText(field('connection'), 'Live');
    await expectText(field('now'), '12:42:10');
    expect(await field('stale').count()).toBe(0);
  });

  test('a gateway of another version is said and not misread', async () => {
    gateway.send({ ...sampleState(NOON), version: 2 });
    await page.goto(gateway.url);
    await expectText(field('stale'), 'this page version 1');
    expect(await page.locator('main').count()).toBe(0);
  });

  test('nothing is wider than a phone, and motion stops for those who ask', async () => {
    gateway.send(sampleState(NOON));
    await page.emulateMedia({ reducedMotion: 'reduce', colorScheme: 'dark' });
    await page.goto(gateway.url);
    await page.locator('.uplot canvas').waitFor();
    // Written as text: these expressions run in the page, which has the DOM.
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390);
    const running = await page.evaluate(
      'document.getAnimations().filter((each) => each.playState === "running").length',
    );
    expect(running).toBe(0);
    await page.emulateMedia({ reducedMotion: 'no-preference' });
    await page.waitForFunction('document.getAnimations().length > 0');
  });

  test('every text stands out from its ground in light and in dark', async () => {
    gateway.send(sampleState(NOON));
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      await page.goto(gateway.url);
      await page.locator('.uplot canvas').waitFor();
      const ratios = await page.evaluate<{ text: string; ratio: number }[]>(CONTRASTS);
      expect(ratios.length).toBeGreaterThan(40);
      expect(ratios.filter(({ ratio }) => ratio < 4.5)).toEqual([]);
    }
  });

  test('the built files hold no inline script or style and stay small', () => {
    const html = readFileSync(join(files, 'index.html'), 'utf8');
    expect(html).not.toMatch(/<style|<script(?![^>]*\bsrc=)|\son\w+=|\sstyle=|https?:\/\//);
    const assets = readdirSync(join(files, 'assets')).map((name) => join(files, 'assets', name));
    const bytes = assets.reduce((sum, file) => sum + statSync(file).size, 0);
    expect(bytes).toBeGreaterThan(50_000);
    expect(bytes).toBeLessThan(180_000);
  });
});

/** Contrast of each visible text with the nearest opaque ground, by the formula of WCAG 2.2. */
const CONTRASTS = `(() => {
  const rgb = (css) => {
    const [r, g, b, a = 1] = (css.match(/[\\d.]+/g) ?? []).map(Number);
    return { r, g, b, a };
  };
  const luminance = ({ r, g, b }) =>
    [r, g, b]
      .map((value) => value / 255)
      .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4))
      .reduce((sum, value, index) => sum + value * [0.2126, 0.7152, 0.0722][index], 0);
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = rgb(getComputedStyle(at).backgroundColor);
      if (colour.a === 1) return colour;
    }
    return { r: 255, g: 255, b: 255 };
  };
  const out = [];
  for (const element of document.querySelectorAll('body *')) {
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim() !== '');
    if (!own || element.closest('noscript, title') || element.getClientRects().length === 0) continue;
    const style = getComputedStyle(element);
    const ink = rgb(element instanceof SVGElement ? style.fill : style.color);
    const [high, low] = [luminance(ink), luminance(ground(element))].sort((a, b) => b - a);
    out.push({ text: element.textContent.trim(), ratio: (high + 0.05) / (low + 0.05) });
  }
  return out;
})()`;
