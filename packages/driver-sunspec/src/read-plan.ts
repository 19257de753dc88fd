import type { ModelImage } from './model-image.js';
import type { PlacedPoint } from './model-layout.js';

/** Registers of a model that are read together, from its header on. */
export interface ModelSpan {
  readonly image: ModelImage;
  /** Registers from the model's id register on. */
  readonly count: number;
}

/** One read and the models whose fronts it brings. */
export interface ReadBlock {
  readonly address: number;
  readonly count: number;
  readonly spans: readonly ModelSpan[];
}

/** Most registers in one request. */
export const LONGEST_READ = 125;

/** Registers nobody wants that are read along where that saves a request. */
const BRIDGE = 30;

const HEADER = 2;

/** Registers of a model from its header up to the last of some points and of their scale factors. */
export function spanOf(image: ModelImage, points: readonly PlacedPoint[]): ModelSpan {
  const ends = points.flatMap(({ offset, definition, scaleOffset = 0 }) => [
    offset + definition.size,
    scaleOffset + 1,
  ]);
  return { image, count: Math.max(HEADER, ...ends) };
}

/**
 * Joins spans into as few reads as possible. A span never lies in two reads unless it is longer than
 * a read can be, so that values come with the scale factors that belong to them.
 */
export function planReads(spans: readonly ModelSpan[]): ReadBlock[] {
  const blocks: { address: number; count: number; spans: ModelSpan[] }[] = [];
  const ordered = [...spans].sort((a, b) => a.image.found.address - b.image.found.address);
  for (const span of ordered) {
    const { address } = span.image.found;
    const last = blocks.at(-1);
    const count = last === undefined ? 0 : address + span.count - last.address;
    const gap = last === undefined ? 0 : address - (last.address + last.count);
    if (last !== undefined && gap <= BRIDGE && count <= LONGEST_READ) {
      last.count = Math.max(last.count, count);
      last.spans.push(span);
    } else blocks.push({ address, count: span.count, spans: [span] });
  }
  return blocks;
}

/** Ends of the reads that a long span takes: no point is cut in two. */
export function chunkEnds(span: ModelSpan): number[] {
  const ends = [
    HEADER,
    ...span.image.layout.points.map(({ offset, definition }) => offset + definition.size),
  ].filter((end) => end <= span.count);
  const chunks: number[] = [];
  let start = 0;
  while (start < span.count) {
    const reachable = ends.filter((end) => end > start && end - start <= LONGEST_READ);
    const end = Math.max(start, ...reachable);
    // Registers behind the last point are read as they come.
    const next = end === start ? Math.min(span.count, start + LONGEST_READ) : end;
    chunks.push(next);
    start = next;
  }
  return chunks;
}
