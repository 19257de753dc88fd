import type { ModbusBus, ReadRequest, RequestOptions } from './bus.js';
import { ModbusError } from './modbus-error.js';
import type { WordOrder } from './register-codec.js';
import type { RegisterTable } from './table.js';

/** A counter wider than one register in a block that was read. */
export interface WideCounter {
  /** Its first register's index in the block. */
  readonly offset: number;
  /** Registers it takes, 2..4. */
  readonly count: number;
  /** Default `big`. */
  readonly wordOrder?: WordOrder;
}

/**
 * Whether two reads of a growing counter, one after the other, agree: only its lowest register
 * differs, and not downwards. A device that updates a counter register by register can be read in
 * between ("torn"): 0x0001FFFF, on its way to 0x00020000, then shows as 0x00010000 or 0x0002FFFF.
 * Two reads that agree cannot be torn if the counter grows by less than 32,768 from one to the next
 * and is never left half updated for longer than a whole read. Floats above 0 are ordered as their bits are, so they are compared in the
 * same way.
 */
export function countersAgree(
  before: ArrayLike<number>,
  after: ArrayLike<number>,
  { offset, count, wordOrder = 'big' }: WideCounter,
): boolean {
  const lowest = wordOrder === 'big' ? offset + count - 1 : offset;
  for (let at = offset; at < offset + count; at += 1) {
    const [old, now] = [before[at], after[at]];
    if (old === undefined || now === undefined) return false;
    if (at === lowest ? now < old : now !== old) return false;
  }
  return true;
}

/** Registers of which some counters may be torn. */
export interface AgreedRead {
  /** The newest read. */
  readonly registers: Uint16Array;
  /** Counters on which no two reads in a row agreed: their values must not be used. */
  readonly torn: readonly WideCounter[];
}

/**
 * Reads a block until two reads in a row agree on every counter in it.
 *
 * @param attempts - reads altogether, at least 2. Default 4
 * @throws ModbusError (as a rejection) as `bus.read` does; `bad-request` for fewer than two attempts
 */
export async function readAgreed(
  bus: Pick<ModbusBus, 'read'>,
  unit: number,
  request: ReadRequest<RegisterTable>,
  counters: readonly WideCounter[],
  options: RequestOptions & { readonly attempts?: number } = {},
): Promise<AgreedRead> {
  const { attempts = 4, ...limits } = options;
  if (!(attempts >= 2)) {
    throw new ModbusError('bad-request', `attempts: ${attempts}, expected at least 2`);
  }
  // A value kept from before agrees with itself and proves nothing.
  const fresh = { ...limits, maximumAgeMs: 0 };
  let before = await bus.read(unit, request, fresh);
  let torn = counters;
  for (let attempt = 1; attempt < attempts && torn.length > 0; attempt += 1) {
    const after = await bus.read(unit, request, fresh);
    const previous = before;
    torn = counters.filter((counter) => !countersAgree(previous, after, counter));
    before = after;
  }
  return { registers: before, torn };
}
