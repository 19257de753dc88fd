/**
 * Script of the heat-map page, run by the browser as it stands. One cell is one interval; the hour a clock
 * repeats shares its cells, first pass left, second pass right.
 */
export const HEAT_MAP_SCRIPT = String.raw`'use strict';
const data = JSON.parse(document.getElementById('data').textContent);
const TOP = 26, AXIS = 42, SHOWN = 200;
const bytes = (text) => Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
const floats = (text) => new Float32Array(bytes(text).buffer);
const color = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const two = (n) => String(n).padStart(2, '0');
const clock = (minute) => two(Math.floor(minute / 60) % 24) + ':' + two(minute % 60);
const make = (tag, text, className) => {
  const element = document.createElement(tag);
  if (text !== undefined) element.textContent = text;
  if (className) element.className = className;
  return element;
};
let mode = 'quality';

function mix(a, b, share) {
  const part = (hex, at) => parseInt(hex.slice(1 + 2 * at, 3 + 2 * at), 16);
  return 'rgb(' + [0, 1, 2].map((at) => Math.round(part(a, at) + (part(b, at) - part(a, at)) * share)).join() + ')';
}
function ramp() {
  const [low, middle, high] = ['--low', '--mid', '--high'].map(color);
  return Array.from({ length: 65 }, (_, at) => at < 32 ? mix(low, middle, at / 32) : mix(middle, high, (at - 32) / 32));
}
/** The 99th percentile: one spike must not darken a year. */
function scaleOf(values) {
  const known = values.filter((value) => value > 0).sort();
  return known.length === 0 ? 0 : known[Math.floor((known.length - 1) * 0.99)];
}

class PointMap {
  constructor(point, section) {
    Object.assign(this, point, { section, marked: undefined, cursor: -1 });
    this.quality = bytes(point.quality);
    this.values = { import: floats(point.import), export: floats(point.export) };
    this.scales = { import: scaleOf(this.values.import), export: scaleOf(this.values.export) };
    this.minutes = this.resolutionMs / 60000;
    this.canvas = section.querySelector('.cells');
    this.axis = section.querySelector('.axis');
    this.canvas.addEventListener('pointermove', (event) => this.point(event));
    this.canvas.addEventListener('pointerdown', (event) => this.point(event));
    this.canvas.addEventListener('keydown', (event) => this.key(event));
    this.places();
    this.list();
  }
  /** Column, minute of day and part of the cell (0 whole, 1 left, 2 right) of every slot. */
  places() {
    const count = this.quality.length;
    this.column = new Int32Array(count); this.minute = new Int32Array(count); this.part = new Uint8Array(count);
    let day = 0;
    for (let slot = 0; slot < count; slot++) {
      const at = this.startMs + slot * this.resolutionMs;
      while (day + 1 < this.days.length && at >= this.days[day][2]) day++;
      const [, startMs, , first, changeMs, jump] = this.days[day];
      const later = changeMs > 0 && at >= changeMs;
      this.column[slot] = day;
      this.minute[slot] = first + (at - startMs) / 60000 + (later ? jump : 0);
      if (changeMs > 0 && jump < 0) {
        const span = -jump * 60000;
        if (at >= changeMs - span && at < changeMs) this.part[slot] = 1;
        else if (at >= changeMs && at < changeMs + span) this.part[slot] = 2;
      }
    }
  }
  size() {
    const room = Math.max(200, this.section.clientWidth - AXIS);
    this.width = Math.max(3, Math.min(24, Math.floor(room / this.days.length)));
    const rows = 1440 / this.minutes;
    this.height = Math.max(1, Math.round(288 / rows));
    this.scale = this.height / this.minutes;
  }
  prepare(canvas, width, height) {
    const ratio = window.devicePixelRatio || 1;
    canvas.width = width * ratio; canvas.height = height * ratio;
    canvas.style.width = width + 'px'; canvas.style.height = height + 'px';
    const context = canvas.getContext('2d');
    context.scale(ratio, ratio);
    context.font = '11px system-ui,sans-serif';
    context.fillStyle = color('--soft');
    return context;
  }
  draw() {
    this.size();
    const full = TOP + 1440 * this.scale;
    const axis = this.prepare(this.axis, AXIS, full);
    for (let hour = 0; hour < 24; hour += 6) axis.fillText(two(hour) + ':00', 2, TOP + hour * 60 * this.scale + 9);
    const context = this.prepare(this.canvas, this.days.length * this.width, full);
    this.months(context);
    this.cells(context);
    this.marks(context);
    this.legend();
  }
  months(context) {
    const names = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');
    let free = -Infinity;
    for (const [at, [date]] of this.days.entries()) {
      const x = at * this.width;
      if (at !== 0 && !date.endsWith('-01')) continue;
      const text = names[Number(date.slice(5, 7)) - 1] + (at === 0 || date.slice(5, 7) === '01' ? ' ' + date.slice(0, 4) : '');
      context.fillRect(x, 14, 1, 6);
      // The first month gives way where it would run into the next.
      const next = this.days.findIndex(([other], index) => index > at && other.endsWith('-01'));
      const room = next < 0 ? Infinity : (next - at) * this.width;
      const wide = context.measureText(text).width + 6;
      if (x < free || (at === 0 && wide > room)) continue;
      context.fillText(text, x + 2, 11);
      free = x + wide;
    }
  }
  cells(context) {
    const colors = this.legendColors(), none = color('--q5');
    const values = this.values[mode], top = this.scales[mode];
    const gap = this.width >= 5 ? 1 : 0;
    for (let slot = 0; slot < this.quality.length; slot++) {
      const value = values && values[slot];
      context.fillStyle = mode === 'quality' ? colors[this.quality[slot]]
        : Number.isNaN(value) ? none : colors[top === 0 ? 0 : Math.min(64, Math.round(64 * Math.pow(value / top, 0.6)))];
      const [x, y, width, height] = this.box(slot);
      context.fillRect(x, y, Math.max(1, width - gap), height);
    }
  }
  box(slot) {
    const part = this.part[slot];
    const x = this.column[slot] * this.width + (part === 2 ? this.width / 2 : 0);
    return [x, TOP + this.minute[slot] * this.scale, part === 0 ? this.width : this.width / 2, this.height];
  }
  /** Above a day that has findings stands a mark; the chosen finding is framed. */
  marks(context) {
    const days = new Map();
    for (const { start, end, severity } of this.findings) {
      for (const [at, day] of this.days.entries()) {
        if (day[1] < end && day[2] > start && days.get(at) !== 'error') days.set(at, severity);
      }
    }
    for (const [at, severity] of days) {
      context.fillStyle = color(severity === 'error' ? '--q4' : '--soft');
      context.fillRect(at * this.width, 20, this.width, 4);
    }
    if (!this.marked) return;
    context.strokeStyle = color('--mark'); context.lineWidth = 2;
    this.outline(context, this.extent(this.marked));
  }
  /** Around all cells of a finding, without lines between its days: what is framed must stay visible. */
  outline(context, columns) {
    const place = (minute) => TOP + minute * this.scale;
    const line = (x1, y1, x2, y2) => { context.moveTo(x1, y1); context.lineTo(x2, y2); };
    context.beginPath();
    for (const [column, [low, high]] of columns) {
      const left = column * this.width, right = left + this.width;
      line(left, place(low), right, place(low));
      line(left, place(high), right, place(high));
      for (const [beside, x] of [[columns.get(column - 1), left], [columns.get(column + 1), right]]) {
        const [from, to] = beside || [high, high];
        if (low < from) line(x, place(low), x, place(Math.min(from, high)));
        if (high > to) line(x, place(Math.max(to, low)), x, place(high));
      }
    }
    context.stroke();
  }
  extent({ start, end }) {
    const columns = new Map();
    const from = Math.max(0, Math.floor((start - this.startMs) / this.resolutionMs));
    const to = Math.min(this.quality.length, Math.ceil((end - this.startMs) / this.resolutionMs));
    for (let slot = from; slot < to; slot++) {
      const minute = this.minute[slot], known = columns.get(this.column[slot]);
      const low = known ? Math.min(known[0], minute) : minute;
      columns.set(this.column[slot], [low, Math.max(known ? known[1] : 0, minute + this.minutes)]);
    }
    return columns;
  }
  legendColors() { return mode === 'quality' ? data.qualities.map((_, at) => color('--q' + at)) : ramp(); }
  legend() {
    const legend = this.section.querySelector('.legend');
    legend.replaceChildren();
    const colors = this.legendColors();
    const entry = (background, text) => {
      const item = make('span'), box = make('i');
      box.style.background = background;
      item.append(box, text);
      legend.append(item);
    };
    if (mode === 'quality') {
      const there = new Set(this.quality);
      for (const [at, name] of data.qualities.entries()) if (there.has(at)) entry(colors[at], name);
    } else {
      const strip = make('i', undefined, 'ramp');
      strip.style.background = 'linear-gradient(90deg,' + colors.filter((_, at) => at % 8 === 0).join() + ')';
      const item = make('span');
      item.append('0', strip, (this.scales[mode] / 1000).toFixed(3) + ' kWh an interval and more');
      legend.append(item);
      entry(color('--q5'), 'no energy known');
    }
    if (this.findings.length > 0) {
      entry(color('--soft'), 'day with warnings');
      if (this.findings.some(({ severity }) => severity === 'error')) entry(color('--q4'), 'day with errors');
    }
  }
  point(event) {
    const column = Math.floor(event.offsetX / this.width);
    const minute = Math.floor((event.offsetY - TOP) / this.height) * this.minutes;
    const right = event.offsetX - column * this.width >= this.width / 2;
    const day = this.days[column];
    if (!day || minute < 0) return;
    const from = Math.max(0, Math.ceil((day[1] - this.startMs) / this.resolutionMs));
    for (let slot = from; slot < this.quality.length && this.column[slot] === column; slot++) {
      if (this.minute[slot] === minute && (this.part[slot] === 0 || (this.part[slot] === 2) === right)) return this.show(slot);
    }
  }
  key(event) {
    const step = { ArrowDown: 1, ArrowUp: -1, ArrowRight: 1440 / this.minutes, ArrowLeft: -1440 / this.minutes }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const slot = this.cursor < 0 ? 0 : Math.max(0, Math.min(this.quality.length - 1, this.cursor + step));
    this.show(slot);
    this.mark({ start: this.startMs + slot * this.resolutionMs, end: this.startMs + (slot + 1) * this.resolutionMs });
  }
  show(slot) {
    this.cursor = slot;
    const at = this.startMs + slot * this.resolutionMs, end = at + this.resolutionMs;
    const [date] = this.days[this.column[slot]];
    const energy = (name) => Number.isNaN(this.values[name][slot]) ? '' : ', ' + name + ' ' + (this.values[name][slot] / 1000).toFixed(3) + ' kWh';
    const pass = this.part[slot] === 0 ? '' : this.part[slot] === 1 ? ' (first pass)' : ' (second pass)';
    const rules = this.findings.filter((each) => each.start < end && each.end > at).map((each) => each.rule + ': ' + each.message);
    this.section.querySelector('.readout').textContent = date + ' ' + clock(this.minute[slot]) + '\u2013' + clock(this.minute[slot] + this.minutes) + pass
      + ' \u00b7 ' + data.qualities[this.quality[slot]] + energy('import') + energy('export') + (rules.length ? ' \u00b7 ' + rules.join('; ') : '');
  }
  showFirst({ start }) {
    const slot = Math.floor((start - this.startMs) / this.resolutionMs);
    this.show(Math.max(0, Math.min(this.quality.length - 1, slot)));
  }
  mark(finding) {
    this.marked = finding;
    this.draw();
    const [first] = this.extent(finding).keys();
    const scroll = this.canvas.parentElement;
    const x = (first || 0) * this.width;
    if (x < scroll.scrollLeft || x > scroll.scrollLeft + scroll.clientWidth - this.width) scroll.scrollLeft = x - scroll.clientWidth / 2;
  }
  list() {
    const place = this.section.querySelector('.findings');
    if (this.findings.length === 0) { place.append(make('p', 'No findings.', 'none')); return; }
    const table = make('table'), body = make('tbody'), head = make('thead'), titles = make('tr');
    for (const title of ['Rule', 'From', 'To (UTC)', 'Finding']) titles.append(make('th', title));
    head.append(titles); table.append(head, body); place.append(table);
    const text = (ms) => new Date(ms).toISOString().slice(0, 16).replace('T', ' ');
    const add = (finding) => {
      const row = make('tr'), cell = make('td'), button = make('button', finding.rule);
      button.type = 'button';
      button.addEventListener('click', () => { this.mark(finding); this.showFirst(finding); this.section.querySelector('.map').scrollIntoView({ block: 'center' }); });
      cell.append(button);
      if (finding.severity === 'error') cell.append(make('span', ' error', 'error'));
      row.append(cell, make('td', text(finding.start)), make('td', text(finding.end)), make('td', finding.message));
      body.append(row);
    };
    this.findings.slice(0, SHOWN).forEach(add);
    if (this.findings.length <= SHOWN) return;
    const more = make('button', 'Show all ' + this.findings.length + ' findings', 'more');
    more.addEventListener('click', () => { this.findings.slice(SHOWN).forEach(add); more.remove(); });
    place.append(more);
  }
}

const maps = data.points.map((point, at) => new PointMap(point, document.querySelector('[data-point="' + at + '"]')));
const drawAll = () => { for (const map of maps) map.draw(); };
for (const input of document.querySelectorAll('[name=mode]')) input.addEventListener('change', () => { mode = input.value; drawAll(); });
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', drawAll);
let waiting;
addEventListener('resize', () => { clearTimeout(waiting); waiting = setTimeout(drawAll, 100); });
drawAll();
`;
