import { formatKilowattHours } from '@microgrid/units';
import { escaped, portion } from './markup.js';

/** One series of a chart. */
export interface Series {
  readonly name: string;
  /** Class of the style sheet that colours it. */
  readonly mark: string;
  /** mWh by position of the axis. */
  readonly values: readonly bigint[];
}

const WIDTH = 720;
const HEIGHT = 180;
const TOP = 8;
const LEFT = 64;
const BOTTOM = 22;
/** More labels than this touch each other. */
const MOST_LABELS = 12;

/** A round number of kWh at or above a largest value, for the axis; mWh. */
function roundedUp(value: bigint): bigint {
  let step = 1_000_000n;
  while (step * 10n <= value) step *= 10n;
  for (const factor of [1n, 2n, 4n, 5n, 8n, 10n]) if (step * factor >= value) return step * factor;
  return step * 20n;
}

const kWh = (energy: bigint): string => formatKilowattHours(energy);

/** Bars of stacked energies, one a label, as SVG with a tooltip on each part. */
export function stackedBars(
  title: string,
  labels: readonly string[],
  series: readonly Series[],
): string {
  const sums = labels.map((_, at) =>
    series.reduce((sum, { values }) => sum + (values[at] ?? 0n), 0n),
  );
  const largest = sums.reduce((most, sum) => (sum > most ? sum : most), 0n);
  const top = roundedUp(largest);
  const inner = HEIGHT - TOP - BOTTOM;
  const slot = (WIDTH - LEFT) / Math.max(1, labels.length);
  const bar = Math.min(slot * 0.8, 36).toFixed(2);
  const x = (at: number): string => (LEFT + at * slot + (slot - Number(bar)) / 2).toFixed(2);
  const every = Math.ceil(labels.length / MOST_LABELS);
  const grid = [0n, 1n, 2n].map((half) => {
    const y = (TOP + inner - (Number(half) * inner) / 2).toFixed(2);
    const text = kWh((top * half) / 2n).replace(/\.0+$/, '');
    return `<line class="grid" x1="${LEFT}" x2="${WIDTH}" y1="${y}" y2="${y}"/><text class="axis" x="${LEFT - 6}" y="${y}" dy=".32em" text-anchor="end">${text}</text>`;
  });
  const bars = labels.map((label, at) => {
    let below = 0n;
    const parts = series.map(({ name, mark, values }) => {
      const value = values[at] ?? 0n;
      const height = portion(value, top, inner);
      const y = TOP + inner - Number(portion(below, top, inner)) - Number(height);
      below += value;
      if (value === 0n) return '';
      return `<rect class="${mark}" x="${x(at)}" y="${y.toFixed(2)}" width="${bar}" height="${height}"><title>${escaped(`${label}: ${name} ${kWh(value)} kWh`)}</title></rect>`;
    });
    const text =
      at % every === 0
        ? `<text class="axis" x="${(Number(x(at)) + Number(bar) / 2).toFixed(2)}" y="${HEIGHT - 6}" text-anchor="middle">${escaped(label.slice(5))}</text>`
        : '';
    return parts.join('') + text;
  });
  const legend = series.map(
    ({ name, mark }) => `<span><i class="${mark}"></i>${escaped(name)}</span>`,
  );
  return `<figure><figcaption>${escaped(title)} <small>kWh a day</small></figcaption>
<div class="legend">${legend.join('')}</div>
<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escaped(title)}">${grid.join('')}${bars.join('')}</svg></figure>`;
}
