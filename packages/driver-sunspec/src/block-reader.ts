import type { HoldingLink, LinkFailure } from './holding-link.js';
import { chunkEnds, LONGEST_READ, type ModelSpan, type ReadBlock } from './read-plan.js';

/** What a read of blocks found. */
export interface BlockResult {
  /** Models that could not be read, and why. */
  readonly failures: ReadonlyMap<ModelSpan['image'], string>;
  /** Why nothing can be told of the device now; undefined while it answers. */
  readonly lost?: Loss;
}

/** Why a device is lost. */
export interface Loss {
  readonly cause: string;
  /** It answers, but its models are no longer where they were. */
  readonly moved: boolean;
}

type SpanResult =
  | { readonly kind: 'read' }
  | { readonly kind: 'failed'; readonly cause: string }
  | { readonly kind: 'lost'; readonly loss: Loss };

const SCALES_CHANGED = 'scale factors changed while the model was read';

/**
 * Reads fronts of models into their images. Each front begins with the model's id and length, so a
 * device whose map has changed is noticed at once; a model longer than one read is read in pieces
 * and taken only if its scale factors are the same before and after.
 */
export class BlockReader {
  /** Blocks that the device does not let be read in one. */
  private readonly split = new WeakSet<ReadBlock>();

  constructor(private readonly link: HoldingLink) {}

  async read(blocks: readonly ReadBlock[], signal?: AbortSignal): Promise<BlockResult> {
    const failures = new Map<ModelSpan['image'], string>();
    for (const block of blocks) {
      const lost = await this.readBlock(block, failures, signal);
      if (lost !== undefined) return { failures, lost };
    }
    return { failures };
  }

  private async readBlock(
    block: ReadBlock,
    failures: Map<ModelSpan['image'], string>,
    signal: AbortSignal | undefined,
  ): Promise<Loss | undefined> {
    if (block.spans.length > 1 && !this.split.has(block)) {
      const result = await this.link.read(block.address, block.count, signal);
      if (result.ok) {
        for (const span of block.spans) {
          const start = span.image.found.address - block.address;
          const registers = result.value.subarray(start, start + span.count);
          const taken = take(span, registers);
          if (taken.kind === 'lost') return taken.loss;
        }
        return undefined;
      }
      if (result.failure.kind !== 'refused') return { cause: result.failure.cause, moved: false };
      this.split.add(block);
    }
    for (const span of block.spans) {
      const result = await this.readSpan(span, signal);
      if (result.kind === 'lost') return result.loss;
      if (result.kind === 'failed') failures.set(span.image, result.cause);
    }
    return undefined;
  }

  /** Reads one front, whatever its length. */
  async readSpan(span: ModelSpan, signal?: AbortSignal): Promise<SpanResult> {
    if (span.count > LONGEST_READ) return this.readLong(span, signal);
    const result = await this.link.read(span.image.found.address, span.count, signal);
    return result.ok ? take(span, result.value) : failed(result.failure);
  }

  private async readLong(span: ModelSpan, signal: AbortSignal | undefined): Promise<SpanResult> {
    let result = await this.readPieces(span, signal);
    if (result.kind === 'failed' && result.cause === SCALES_CHANGED) {
      result = await this.readPieces(span, signal);
    }
    return result;
  }

  private async readPieces(span: ModelSpan, signal: AbortSignal | undefined): Promise<SpanResult> {
    const { address } = span.image.found;
    const registers = new Uint16Array(span.count);
    let start = 0;
    for (const end of chunkEnds(span)) {
      const result = await this.link.read(address + start, end - start, signal);
      if (!result.ok) return failed(result.failure);
      registers.set(result.value, start);
      start = end;
    }
    const scales = scaleOffsets(span);
    for (let at = 0; at < scales.length;) {
      const first = scales[at] ?? 0;
      const inReach = scales.filter((offset) => offset >= first && offset - first < LONGEST_READ);
      const count = (inReach.at(-1) ?? first) - first + 1;
      const again = await this.link.read(address + first, count, signal);
      if (!again.ok) return failed(again.failure);
      const same = inReach.every((offset) => again.value[offset - first] === registers[offset]);
      if (!same) return { kind: 'failed', cause: SCALES_CHANGED };
      at += inReach.length;
    }
    return take(span, registers);
  }
}

function scaleOffsets(span: ModelSpan): number[] {
  const { points } = span.image.layout;
  const offsets = points
    .filter(({ definition }) => definition.type === 'sunssf')
    .map(({ offset }) => offset);
  return offsets.filter((offset) => offset < span.count).sort((a, b) => a - b);
}

function failed({ kind, cause }: LinkFailure): SpanResult {
  return kind === 'refused'
    ? { kind: 'failed', cause }
    : { kind: 'lost', loss: { cause, moved: false } };
}

function take({ image }: ModelSpan, registers: Uint16Array): SpanResult {
  if (!image.isHeader(registers)) {
    const { id, length, address } = image.found;
    const cause = `model ${id} of length ${length} is no longer at ${address}`;
    return { kind: 'lost', loss: { cause, moved: true } };
  }
  image.registers.set(registers);
  return { kind: 'read' };
}
