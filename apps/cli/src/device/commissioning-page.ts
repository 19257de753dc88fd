import { phaseText, type StepTest } from '@microgrid/control/commissioning';
import {
  findingText,
  loadCells,
  verdictText,
  type CommissioningReport,
} from './commissioning-report.js';

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
};

const escape = (text: string): string => text.replace(/[&<>"]/g, (mark) => ENTITIES[mark] ?? mark);

const STYLE = `
:root { color-scheme: light dark; --line: #8886; --bad: #b3261e; --unsure: #8a5a00; --good: #1b6e3c; }
@media (prefers-color-scheme: dark) { :root { --bad: #ff8a80; --unsure: #ffca6b; --good: #7fd8a0; } }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; margin-bottom: 0; } h2 { font-size: 1.15rem; margin-top: 2rem; }
.verdict { font-size: 1.15rem; font-weight: 600; }
.sure { color: var(--bad); } .unsure { color: var(--unsure); } .good { color: var(--good); }
ul { list-style: none; padding: 0; } li { border-left: 4px solid; padding: .25rem .75rem; margin: .5rem 0; }
li span { color: CanvasText; } li b { display: block; font-size: .85rem; }
table { border-collapse: collapse; width: 100%; } th, td { text-align: left; padding: .3rem .6rem .3rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
td.number { font-variant-numeric: tabular-nums; white-space: nowrap; }
figure { margin: 1rem 0; } figcaption { font-size: .9rem; } svg { width: 100%; height: auto; border-bottom: 1px solid var(--line); }
.l1 { stroke: #8b5a2b; } .l2 { stroke: #777; } .l3 { stroke: #1f77b4; } .total { stroke: currentColor; }
polyline { fill: none; stroke-width: 1.5; } rect { fill: #f2a90033; }
footer { margin-top: 2rem; font-size: .85rem; }
@media print { body { margin: 0; } }
`;

const WIDTH = 800;
const HEIGHT = 160;
const EDGE = 8;

/** What a chart draws: phases where the meter shows them, else the whole. */
function seriesOf(test: StepTest, meter: string): { name: string; values: number[] }[] {
  const samples = test.windows.flatMap((window) => window.samples);
  const all = [
    ['powerL1', 'l1'],
    ['powerL2', 'l2'],
    ['powerL3', 'l3'],
    ['power', 'total'],
  ].map(([point = '', name = '']) => ({
    name,
    values: samples.map((sample) => sample[meter]?.[point] ?? NaN),
  }));
  const known = all.filter(({ values }) => values.some((value) => Number.isFinite(value)));
  const phases = known.filter(({ name }) => name !== 'total');
  return phases.length > 0 ? phases : known;
}

/** Power at the grid meter while one load was switched; shaded where it was on. */
function chart(test: StepTest, meter: string): string {
  const series = seriesOf(test, meter);
  const values = series.flatMap((one) => one.values).filter((value) => Number.isFinite(value));
  const count = test.windows.reduce((sum, window) => sum + window.samples.length, 0);
  if (values.length === 0 || count < 2) return '';
  const [least, most] = [Math.min(0, ...values), Math.max(0, ...values)];
  const x = (index: number): number => (index / count) * WIDTH;
  const y = (value: number): number =>
    EDGE + ((most - value) / Math.max(1, most - least)) * (HEIGHT - 2 * EDGE);
  let at = 0;
  const shades = test.windows.map((window) => {
    const [from, to] = [at, (at += window.samples.length)];
    return window.on
      ? `<rect x="${x(from).toFixed(1)}" y="0" width="${(x(to) - x(from)).toFixed(1)}" height="${HEIGHT}"/>`
      : '';
  });
  const lines = series.map(({ name, values: points }) => {
    const path = points.flatMap((value, index) =>
      Number.isFinite(value) ? [`${x(index + 0.5).toFixed(1)},${y(value).toFixed(1)}`] : [],
    );
    return `<polyline class="${name}" points="${path.join(' ')}"/>`;
  });
  const label = `Power at the grid meter while ${test.load} was switched, ${Math.round(least)} to ${Math.round(most)} W`;
  const colours = series.map(({ name }) =>
    name === 'total' ? 'all phases' : `${name.toUpperCase()} ${COLOURS[name] ?? ''}`,
  );
  return `<figure><svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escape(label)}">${shades.join('')}${lines.join('')}</svg><figcaption>${escape(label)}; shaded: on. ${colours.join(', ')}.</figcaption></figure>`;
}

const COLOURS: Readonly<Record<string, string>> = { l1: 'brown', l2: 'grey', l3: 'blue' };

const row = (cells: readonly string[]): string =>
  `<tr>${cells.map((cell) => `<td>${escape(cell)}</td>`).join('')}</tr>`;

const table = (titles: readonly string[], rows: readonly (readonly string[])[]): string =>
  `<table><thead><tr>${titles.map((title) => `<th>${escape(title)}</th>`).join('')}</tr></thead><tbody>${rows.map(row).join('')}</tbody></table>`;

/** The report as one page that loads nothing. */
export function reportPage(report: CommissioningReport): string {
  const { site, at, findings, loads, skipped, devices, balance, tests } = report;
  const meter = devices.find(({ role }) => role === 'gridMeter')?.id ?? '';
  const tone = findings.some(({ certainty }) => certainty === 'sure')
    ? 'sure'
    : findings.length > 0 || !report.certain
      ? 'unsure'
      : 'good';
  const list = findings.map((finding) => {
    const where = [finding.device, ...(finding.phases ? [phaseText(finding.phases)] : [])];
    const name = escape(`${finding.kind}: ${where.join(', ')}`);
    return `<li class="${finding.certainty}"><b>${name}</b><span>${escape(findingText(finding))}</span></li>`;
  });
  const named = devices.map(({ id, role, name, unreachable }) => [
    id,
    role,
    unreachable === undefined ? name : `not reached: ${unreachable}`,
  ]);
  const missed = skipped.map(({ load, why }) => [load, '?', '?', `not measured: ${why}`]);
  const powers =
    balance === undefined
      ? ''
      : `<p>Median of ${balance.samples} samples: ${Math.round(balance.gridWatts)} W at the grid meter, ${Math.round(balance.unmeteredWatts)} W of it not metered by any device.</p>`;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(`Commissioning of ${site}`)}</title><style>${STYLE}</style></head><body>
<h1>${escape(`Commissioning of ${site}`)}</h1><p>${escape(at)}</p>
<p class="verdict ${tone}">${escape(verdictText(report))}</p>
${list.length === 0 ? '' : `<ul>${list.join('')}</ul>`}
<h2>Loads</h2>${table(['load', 'phase', 'power', 'remark'], [...loads.map(loadCells), ...missed])}
${tests.map((test) => chart(test, meter)).join('\n')}
<h2>Devices</h2>${table(['device', 'role', 'name'], named)}
<h2>Balance</h2>${powers === '' ? '<p>Not all devices could be read.</p>' : powers}
<footer>Positive is drawn from the grid. Changes are medians over the switchings in which nothing else happened.</footer>
</body></html>
`;
}
