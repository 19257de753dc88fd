import type { NetStructure } from '../net-structure.js';
import type { DrawOptions } from './dot.js';
import { layeredLayout, type LayoutPoint } from './layered-layout.js';
import { drawingOf, type DrawnEdge, type DrawnNode, type NetDrawing } from './net-drawing.js';

const RADIUS = 16;
const BOX_HEIGHT = 28;
const LABEL_HEIGHT = 15;
const LABEL_GAP = 5;
const CHARACTER_WIDTH = 6.3;
const LONGEST_LABEL = 28;
const MARGIN = 16;

interface Point {
  readonly x: number;
  readonly y: number;
}

interface Box extends Point {
  readonly width: number;
  readonly height: number;
}

/** Text in XML. */
export function escapeXml(text: string): string {
  return text
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&quot;');
}

/** Long names keep their beginning and end; the whole one is the tooltip. */
function shortened(name: string): string {
  if (name.length <= LONGEST_LABEL) return name;
  return `${name.slice(0, LONGEST_LABEL - 12)}…${name.slice(-11)}`;
}

function textWidth(text: string): number {
  return Math.ceil(text.length * CHARACTER_WIDTH);
}

interface Size {
  readonly width: number;
  readonly height: number;
}

/** A place's label keeps out of the flow: below its circle, or beside it where the net flows down. */
function sizeOf({ kind, name }: DrawnNode, down: boolean): Size {
  const text = textWidth(shortened(name));
  if (kind === 'transition') return { width: text + 16, height: BOX_HEIGHT };
  return down
    ? { width: 2 * RADIUS + LABEL_GAP + text, height: 2 * RADIUS }
    : { width: Math.max(2 * RADIUS, text), height: 2 * RADIUS + LABEL_HEIGHT };
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

/** Where a line from the node's centre towards a point leaves the node. */
function border({ kind }: DrawnNode, box: Box, towards: Point): Point {
  const dx = towards.x - box.x;
  const dy = towards.y - box.y;
  const distance = Math.hypot(dx, dy);
  if (distance === 0) return box;
  const scale =
    kind === 'place'
      ? RADIUS / distance
      : Math.min(
          box.width / 2 / Math.max(Math.abs(dx), 1e-9),
          box.height / 2 / Math.max(Math.abs(dy), 1e-9),
        );
  return { x: box.x + dx * scale, y: box.y + dy * scale };
}

/** A smooth line through points, leaving each in the direction of the flow. */
function pathOf(points: readonly Point[], down: boolean): string {
  const [start] = points;
  if (start === undefined) return '';
  let path = `M${round(start.x)} ${round(start.y)}`;
  for (let at = 1; at < points.length; at += 1) {
    const from = points[at - 1] ?? start;
    const to = points[at] ?? start;
    if (points.length === 2) return `${path}L${round(to.x)} ${round(to.y)}`;
    const middleX = (from.x + to.x) / 2;
    const middleY = (from.y + to.y) / 2;
    const [first, second] = down
      ? [
          { x: from.x, y: middleY },
          { x: to.x, y: middleY },
        ]
      : [
          { x: middleX, y: from.y },
          { x: middleX, y: to.y },
        ];
    path += `C${round(first.x)} ${round(first.y)} ${round(second.x)} ${round(second.y)} ${round(to.x)} ${round(to.y)}`;
  }
  return path;
}

function tokensText({ tokens }: DrawnNode): string {
  const dots: readonly (readonly (readonly [number, number])[])[] = [
    [],
    [[0, 0]],
    [
      [-5, 0],
      [5, 0],
    ],
    [
      [0, -5],
      [-5, 4],
      [5, 4],
    ],
  ];
  const at = dots[tokens];
  if (at === undefined) return `<text class="count" y="4">${tokens}</text>`;
  return at.map(([x, y]) => `<circle class="token" cx="${x}" cy="${y}" r="3.5"/>`).join('');
}

function nodeText(node: DrawnNode, { x, y, width, height }: Box, down: boolean): string {
  const { kind, name, index } = node;
  const title = `<title>${escapeXml(name)}</title>`;
  const label = escapeXml(shortened(name));
  const at = `transform="translate(${round(x)} ${round(y)})"`;
  if (kind === 'place')
    return `<g class="place" data-place="${index}" ${at}>${title}<circle r="${RADIUS}"/><g class="tokens">${tokensText(node)}</g>${down ? `<text class="beside" x="${RADIUS + LABEL_GAP}" y="4">` : `<text y="${RADIUS + 12}">`}${label}</text></g>`;
  return `<g class="transition" data-transition="${index}" ${at}>${title}<rect x="${-width / 2}" y="${-height / 2}" width="${width}" height="${height}" rx="3"/><text y="4">${label}</text></g>`;
}

function labelText(edge: DrawnEdge, points: readonly Point[]): string {
  if (edge.label === '') return '';
  const at = Math.floor(points.length / 2);
  const a = points[at - 1] ?? { x: 0, y: 0 };
  const b = points[at] ?? a;
  const x = round((a.x + b.x) / 2);
  const y = round((a.y + b.y) / 2 - 4);
  return `<text class="weight" x="${x}" y="${y}">${escapeXml(edge.label)}</text>`;
}

/** Looks of the picture; the player adds to it. */
export const SVG_STYLE = `text{font:11px system-ui,sans-serif;text-anchor:middle;fill:#1b2733}
.place>circle{fill:#fff;stroke:#1b2733;stroke-width:1.4}
.transition>rect{fill:#e8eef4;stroke:#1b2733;stroke-width:1.4}
.place>text,.weight{paint-order:stroke;stroke:#fff;stroke-width:3px;stroke-linejoin:round}
.place>.beside{text-anchor:start}
.token{fill:#1b2733}.count{font-weight:600}
path{fill:none;stroke:#5b6b7a;stroke-width:1.2;marker-end:url(#arrow)}
path.read{stroke-dasharray:4 3;marker-end:none}
path.inhibitor{stroke:#a3341f;marker-end:url(#ring)}
path.reset{stroke:#a3341f;stroke-dasharray:2 3}
.weight{fill:#44525f;font-size:10px}`;

const MARKERS =
  '<defs><marker id="arrow" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0L8 4L0 8z" style="fill:#5b6b7a;stroke:none;marker-end:none"/></marker><marker id="ring" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto"><circle cx="4" cy="4" r="3" style="fill:#fff;stroke:#a3341f"/></marker></defs>';

function boxesOf(
  drawing: NetDrawing,
  down: boolean,
): { boxes: Box[]; bends: Point[][]; size: Point } {
  const sizes = drawing.nodes.map((node) => sizeOf(node, down));
  const marked = drawing.nodes.flatMap(({ kind, tokens }, at) =>
    kind === 'place' && tokens > 0 ? [at] : [],
  );
  const layout = layeredLayout(
    sizes.map(({ width, height }) =>
      down ? { length: height, breadth: width } : { length: width, breadth: height },
    ),
    drawing.edges,
    marked,
  );
  const point = ({ along, across }: LayoutPoint): Point =>
    down ? { x: across + MARGIN, y: along + MARGIN } : { x: along + MARGIN, y: across + MARGIN };
  const boxes = layout.nodes.map((centre, at) => {
    const size = sizes[at] ?? { width: 0, height: 0 };
    const { x, y } = point(centre);
    if (drawing.nodes[at]?.kind === 'transition') return { ...size, x, y };
    // The circle lies off the centre of circle and label.
    return down
      ? { ...size, x: x - size.width / 2 + RADIUS, y }
      : { ...size, x, y: y - LABEL_HEIGHT / 2 };
  });
  const size = point({ along: layout.length, across: layout.breadth });
  return { boxes, bends: layout.bends.map((bends) => bends.map(point)), size };
}

/**
 * The net as one SVG with its own layered layout: no library, no font file, the same text for the
 * same net. Inhibitor arcs end in a ring, read arcs are dashed, reset arcs dotted. Every place and
 * transition carries `data-place` or `data-transition`, its index in the structure.
 */
export function toSvg(structure: NetStructure, options: DrawOptions = {}): string {
  const down = options.direction === 'down';
  const drawing = drawingOf(structure, options.tokens);
  const { boxes, bends, size } = boxesOf(drawing, down);
  const origin: Box = { x: 0, y: 0, width: 0, height: 0 };
  const labels: string[] = [];
  const edges = drawing.edges.map((edge, index) => {
    const from = boxes[edge.from] ?? origin;
    const to = boxes[edge.to] ?? origin;
    const between = bends[index] ?? [];
    const [source, target] = [drawing.nodes[edge.from], drawing.nodes[edge.to]];
    if (source === undefined || target === undefined) return '';
    const start = border(source, from, between[0] ?? to);
    const end = border(target, to, between.at(-1) ?? from);
    const points = [start, ...between, end];
    labels.push(labelText(edge, points));
    return `<path class="${edge.kind}" d="${pathOf(points, down)}"/>`;
  });
  const nodes = drawing.nodes.map((node, at) => nodeText(node, boxes[at] ?? origin, down));
  const width = Math.ceil(size.x + MARGIN);
  const height = Math.ceil(size.y + MARGIN);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeXml(structure.name)}">`,
    `<style>${SVG_STYLE}</style>${MARKERS}<rect width="100%" height="100%" fill="#fff"/>`,
    ...edges,
    ...nodes,
    // Last, so that no node covers them.
    ...labels.filter((label) => label !== ''),
    '</svg>',
    '',
  ].join('\n');
}
