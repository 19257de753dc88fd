import { BlockReader } from './block-reader.js';
import type { SunspecConfig } from './config.js';
import type { HoldingLink } from './holding-link.js';
import { ModelImage } from './model-image.js';
import { modelDefinition } from './model-registry.js';
import { chunksOf } from './register-chunks.js';
import { scanModels, type ModelList } from './scan.js';

/** A unit with SunSpec models: where they lie, and the decoded ones with all their registers. */
export interface SunspecUnit {
  readonly link: HoldingLink;
  readonly reader: BlockReader;
  readonly list: ModelList;
  /** The decoded models, in the order they lie. */
  readonly images: readonly ModelImage[];
  /** Ids of models that are there and could not be read: perhaps the device was just starting. */
  readonly refused: readonly number[];
}

/** What a look for a unit brought. */
export type UnitResult =
  | { readonly kind: 'found'; readonly unit: SunspecUnit }
  | { readonly kind: 'absent'; readonly reason: string }
  | { readonly kind: 'unreachable'; readonly reason: string };

/** Looks at one unit: finds its models and reads every one that is decoded; reads only. */
export async function examineUnit(
  link: HoldingLink,
  bases: SunspecConfig['bases'],
  signal?: AbortSignal,
): Promise<UnitResult> {
  const scan = await scanModels((address, count) => link.read(address, count, signal), bases);
  if (scan.kind === 'no-marker') return { kind: 'absent', reason: scan.reason };
  if (scan.kind === 'unreachable') return scan;
  const images: ModelImage[] = [];
  const refused: number[] = [];
  for (const found of scan.list.models) {
    const definition = modelDefinition(found.id);
    if (definition === undefined) continue;
    const registers = new Uint16Array(found.length + 2);
    let readable = true;
    for (const { start, count } of chunksOf(registers.length)) {
      const address = found.address + start;
      let result = await link.read(address, count, signal);
      // One lost reply must not spoil a look that takes dozens of requests.
      if (!result.ok && result.failure.kind === 'silent') {
        result = await link.read(address, count, signal);
      }
      if (result.ok) registers.set(result.value, start);
      else if (result.failure.kind === 'refused') readable = false;
      else return { kind: 'unreachable', reason: result.failure.cause };
    }
    if (readable) images.push(new ModelImage(found, definition, registers));
    else refused.push(found.id);
  }
  if (images.length === 0) {
    return { kind: 'absent', reason: `no known model (the list ended with ${scan.list.end})` };
  }
  const reader = new BlockReader(link);
  return { kind: 'found', unit: { link, reader, list: scan.list, images, refused } };
}
