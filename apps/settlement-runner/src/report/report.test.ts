import { readFileSync } from 'node:fs';
import { run } from '../index.js';
import { COMMUNITY, readingsText, scratch } from '../scratch.test-data.js';
import { escaped, percent, portion } from './markup.js';

let place: ReturnType<typeof scratch>;
beforeEach(() => {
  place = scratch();
});
afterEach(() => {
  place.remove();
});

test("a run's report shows every member, day and residual, escapes names and loads nothing", async () => {
  const out = place.path('out');
  const manifest = await run({
    community: place.write('c.yaml', COMMUNITY.replace('Three in Alfama', '<b>Alfama & co</b>')),
    readings: place.write('r.csv', readingsText(Date.UTC(2026, 9, 20, 23), 24 * 9)),
    from: '2026-10-22',
    to: '2026-10-28',
    out,
  });
  const page = readFileSync(`${out}/report.html`, 'utf8');
  expect(page).toContain('&lt;b&gt;Alfama &amp; co&lt;/b&gt;');
  expect(page).not.toMatch(/<b>Alfama|<script|https?:|url\(/);
  expect(page).toContain("default-src 'none'");
  for (const member of ['ana', 'rui', 'sol']) {
    const statement = JSON.parse(readFileSync(`${out}/statements/${member}.json`, 'utf8')) as {
      amountPico: string;
    };
    const cents = (Number(BigInt(statement.amountPico) / 10n ** 10n) / 100).toFixed(2);
    expect(page).toMatch(
      new RegExp(`<th scope="row">${member}</th>(<td>.*</td>)*<td>${cents}</td></tr>`),
    );
  }
  expect(page.match(/<rect class="s1"[^>]*><title>2026-10-2\d: from the community/g)).toHaveLength(
    6,
  );
  expect(page).toMatch(/rounding<\/th><td>-?0\.\d{12} EUR/);
  expect(page).toMatch(/class="q-estimated" style="width:\d/);
  expect(page).toContain(manifest.merkle.root);
});

test('shares are exact to what they show', () => {
  expect(percent(1n, 3n)).toBe('33.3 %');
  expect(percent(2n, 3n)).toBe('66.7 %');
  expect(percent(0n, 0n)).toBe('–');
  expect(portion(1n, 3n, 100)).toBe('33.33');
  expect(portion(1n, 0n, 100)).toBe('0');
  expect(escaped(`<a href="x">'&`)).toBe('&lt;a href=&quot;x&quot;&gt;&#39;&amp;');
});
