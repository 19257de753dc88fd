import { INTERVAL_QUALITIES } from '@microgrid/events';
import { ABSENT, ZoneCalendar, type Finding, type PointSeries } from '@microgrid/metering';
import { localTime } from '@microgrid/units/calendar';
import { HEAT_MAP_SCRIPT } from './heat-map-script.js';
import { HEAT_MAP_STYLE } from './heat-map-style.js';
import { kilowattHours, percent, type PointReport } from './point-report.js';
import type { KnownRules } from './rules-file.js';

/** What the page shows. */
export interface HeatMapContent {
  readonly rules: KnownRules;
  readonly series: readonly PointSeries[];
  readonly points: readonly PointReport[];
  readonly findings: readonly Finding[];
}

const MWH_PER_WATT_HOUR = 1000;

const base64 = (array: Uint8Array | Float32Array): string =>
  Buffer.from(array.buffer, array.byteOffset, array.byteLength).toString('base64');

/** Energies in Wh: seven digits are enough for a colour and a number under the pointer. */
const wattHours = (values: Float64Array): string =>
  base64(Float32Array.from(values, (value) => value / MWH_PER_WATT_HOUR));

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}

/** What the script needs of a point: its arrays, and its days with what their clocks do. */
function pointData(series: PointSeries, content: HeatMapContent, calendar: ZoneCalendar): unknown {
  const { timeZone } = content.rules.set;
  const { meteringPoint, startMs, resolutionMs, slots } = series;
  const endMs = startMs + slots * resolutionMs;
  const changes = calendar.changes(timeZone, startMs, endMs);
  const days = calendar.days(timeZone, startMs, endMs).map((day) => {
    const change = changes.find(({ atMs }) => atMs > day.startMs && atMs < day.endMs);
    const firstMinute = localTime(timeZone, day.startMs).minuteOfDay;
    return [day.date, day.startMs, day.endMs, firstMinute, change?.atMs ?? 0, change?.minutes ?? 0];
  });
  const none = INTERVAL_QUALITIES.length;
  return {
    id: meteringPoint,
    startMs,
    resolutionMs,
    days,
    quality: base64(series.quality.map((each) => (each === ABSENT ? none : each))),
    import: wattHours(series.importMilliwattHours),
    export: wattHours(series.exportMilliwattHours),
    findings: content.findings
      .filter((finding) => finding.meteringPoint === meteringPoint)
      .map(({ rule, severity, start, end, message }) => ({
        rule,
        severity,
        message,
        start: Date.parse(start),
        end: Date.parse(end),
      })),
  };
}

/** What is missing has no energy, and so not 0 either. */
const energyCell = (quality: string, energy: string): string =>
  quality === 'missing' || quality === 'absent' ? '\u2013' : kilowattHours(energy);

function section(point: PointReport, at: number): string {
  const { meteringPoint, start, end, resolution, completeness, present, expected } = point;
  const shares = Object.entries(point.byQuality).map(
    ([quality, share]) =>
      `<tr><th scope="row">${escaped(quality)}</th><td>${share.intervals}</td><td>${energyCell(quality, share.importMilliwattHours)}</td><td>${energyCell(quality, share.exportMilliwattHours)}</td></tr>`,
  );
  return `<section data-point="${at}">
<h2>${escaped(meteringPoint)}</h2>
<p class="facts">${start} to ${end} \u00b7 ${resolution} \u00b7 ${present} of ${expected} intervals (${percent(completeness)})</p>
<div class="map"><canvas class="axis" aria-hidden="true"></canvas><div class="scroll"><canvas class="cells" tabindex="0" role="img" aria-label="Heat map of ${escaped(meteringPoint)}: days across, time of day down; arrow keys move from interval to interval"></canvas></div></div>
<p class="readout" aria-live="polite">Point at an interval to read it.</p>
<div class="legend"></div>
<div class="tables"><table class="shares"><thead><tr><th scope="col">Quality</th><th scope="col">Intervals</th><th scope="col">Import kWh</th><th scope="col">Export kWh</th></tr></thead><tbody>${shares.join('')}</tbody></table>
<div class="findings"></div></div>
</section>`;
}

/**
 * A page that needs nothing but itself: for every point a heat map of its intervals, days across and time
 * of day down, by quality or by energy, with the findings of the rules.
 */
export function heatMapPage(content: HeatMapContent): string {
  const { rules, series, points } = content;
  const calendar = new ZoneCalendar();
  const data = {
    qualities: [...INTERVAL_QUALITIES, 'absent (no row)'],
    timeZone: rules.set.timeZone,
    points: series.map((each) => pointData(each, content, calendar)),
  };
  // A closing tag inside a text must not end the script.
  const json = JSON.stringify(data).replaceAll('<', '\\u003c');
  const choices = ['quality', 'import', 'export'].map(
    (mode) =>
      `<label><input type="radio" name="mode" value="${mode}"${mode === 'quality' ? ' checked' : ''}><span>${mode}</span></label>`,
  );
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<title>Meter check: ${points.length} metering points</title><style>${HEAT_MAP_STYLE}</style></head>
<body><header><div><h1>Meter check</h1>
<p>${points.length} metering points \u00b7 ${content.findings.length} findings \u00b7 rules: ${escaped(rules.from)}, SHA-256 <code>${rules.hash.slice(0, 16)}</code> \u00b7 time of day in ${escaped(rules.set.timeZone)}</p></div>
<fieldset class="modes"><legend>Colour by</legend>${choices.join('')}</fieldset></header>
<main>${points.map(section).join('\n')}</main>
<script type="application/json" id="data">${json}</script><script>${HEAT_MAP_SCRIPT}</script></body></html>
`;
}
