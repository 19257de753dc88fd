import type { Fault } from './fault.js';
import type { ServerFraming } from './server-framing.js';

/** What is sent instead of one reply: pieces with a wait before each, and how it ends. */
export interface Distorted {
  readonly pieces: readonly { readonly bytes: Buffer; readonly waitMs: number }[];
  readonly then?: 'reset' | 'hold';
}

/** One reply and what belongs to it. */
interface Reply {
  /** The frame as it should be. */
  readonly frame: Buffer;
  readonly id: number;
  readonly unit: number;
}

const nothing: Distorted = { pieces: [] };
const atOnce = (...frames: Buffer[]): Distorted => ({
  pieces: [{ bytes: Buffer.concat(frames), waitMs: 0 }],
});

/** Applies a fault to a reply. */
export function distort(fault: Fault, reply: Reply, framing: ServerFraming): Distorted {
  const { frame } = reply;
  switch (fault.kind) {
    case 'delay':
      return { pieces: [{ bytes: frame, waitMs: fault.ms }] };
    case 'drop':
    case 'ignore':
    case 'black-hole':
      return nothing;
    case 'exception':
      return atOnce(frame);
    case 'wrong-unit':
    case 'wrong-id':
    case 'wrong-function':
    case 'wrong-length': {
      const forged = forge(fault.kind, reply, framing);
      return fault.thenRight === true ? atOnce(forged, frame) : atOnce(forged);
    }
    case 'split':
      return { pieces: split(frame, pieceBytes(fault, frame), fault.gapMs) };
    case 'merge':
      return { ...atOnce(frame), then: 'hold' };
    case 'duplicate':
      return atOnce(frame, frame);
    case 'crc': {
      const spoiled = Buffer.from(frame);
      framing.spoil(spoiled);
      return atOnce(spoiled);
    }
    case 'garbage':
      return garbage(fault, frame);
    case 'reset':
      return { ...atOnce(frame.subarray(0, fault.afterBytes)), then: 'reset' };
  }
}

function garbage(fault: Fault & { kind: 'garbage' }, frame: Buffer): Distorted {
  const bytes = Buffer.from(fault.bytes);
  if (fault.where === 'instead') return atOnce(bytes);
  return fault.where === 'before' ? atOnce(bytes, frame) : atOnce(frame, bytes);
}

const pieceBytes = (fault: Fault & { kind: 'split' }, frame: Buffer): number =>
  'bytes' in fault ? fault.bytes : Math.ceil(frame.length / fault.pieces);

function split(frame: Buffer, bytes: number, gapMs: number): Distorted['pieces'] {
  const size = Math.max(1, Math.floor(bytes));
  return Array.from({ length: Math.ceil(frame.length / size) }, (_, index) => ({
    bytes: frame.subarray(index * size, (index + 1) * size),
    waitMs: index === 0 ? 0 : gapMs,
  }));
}

/** A sound frame that answers something else. */
function forge(
  kind: 'wrong-unit' | 'wrong-id' | 'wrong-function' | 'wrong-length',
  { frame, id, unit }: Reply,
  framing: ServerFraming,
): Buffer {
  const { before, after } = framing.room;
  const longer = kind === 'wrong-length' ? 2 : 0;
  const forged = Buffer.alloc(frame.length + longer);
  frame.copy(forged, 0, 0, frame.length - after);
  if (kind === 'wrong-function')
    forged[before] = ((forged[before] ?? 0) & 0x80) ^ functionOf(forged, before);
  // Two bytes more than asked for, told as such where the frame counts its bytes.
  if (kind === 'wrong-length') forged[before + 1] = (forged[before + 1] ?? 0) + 2;
  const hasIds = before > 1;
  const otherUnit = kind === 'wrong-unit' || (kind === 'wrong-id' && !hasIds);
  framing.wrap(
    forged,
    kind === 'wrong-id' ? (id + 0x100) & 0xffff : id,
    otherUnit ? (unit % 247) + 1 : unit,
  );
  return forged;
}

/** The function next to the one of a reply: 3 and 4, 1 and 2, 5 and 6, 15 and 16 change places. */
function functionOf(frame: Buffer, at: number): number {
  const code = (frame[at] ?? 0) & 0x7f;
  return code % 2 === 1 ? code + 1 : code - 1;
}
