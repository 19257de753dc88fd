import { identificationMei } from './identification.js';
import { ModbusException } from './modbus-exception.js';

/** Most bytes of objects in one reply: a PDU of 253 without its 7 bytes of head. */
const mostBytes = 246;

/** First object id that a level does not ask for. */
const levelEnds: Readonly<Record<number, number>> = { 1: 3, 2: 128, 3: 256 };

/**
 * Answers function code 43, MEI type 14: streams of objects (codes 1 to 3) in as many replies as it
 * takes, or one object (code 4). MODBUS Application Protocol V1.1b3, section 6.21.
 *
 * @param data - the request after its function code
 * @returns the reply after its function code
 * @throws ModbusException 1 for another MEI type, 2 for an object that is not there, 3 for a
 * malformed request
 */
export function serveIdentification(
  identification: ReadonlyMap<number, string | Uint8Array>,
  data: Uint8Array,
): Uint8Array {
  const [mei, code = 0, first = 0] = data;
  if (mei !== identificationMei) throw new ModbusException(1);
  if (data.length !== 3 || code < 1 || code > 4) throw new ModbusException(3);
  const all = [...identification.keys()].sort((a, b) => a - b);
  const highest = all.at(-1) ?? 0;
  const conformity = 0x80 | (highest >= 128 ? 3 : highest >= 3 ? 2 : 1);
  const objects: number[] = [];
  let next = 0;
  let count = 0;
  for (const id of wanted(all, code, first)) {
    const bytes = bytesOf(identification.get(id));
    if (objects.length + 2 + bytes.length > mostBytes) {
      next = id;
      break;
    }
    objects.push(id, bytes.length, ...bytes);
    count += 1;
  }
  return Uint8Array.of(mei, code, conformity, next > 0 ? 0xff : 0, next, count, ...objects);
}

function wanted(all: readonly number[], code: number, first: number): readonly number[] {
  if (code === 4) {
    if (!all.includes(first)) throw new ModbusException(2);
    return [first];
  }
  const ids = all.filter((id) => id < (levelEnds[code] ?? 0));
  // An unknown first object restarts the stream, as the specification asks.
  return ids.includes(first) ? ids.filter((id) => id >= first) : ids;
}

/** An object longer than a reply is cut: there is no way to tell it. */
function bytesOf(object: string | Uint8Array = ''): Uint8Array {
  const bytes = typeof object === 'string' ? new TextEncoder().encode(object) : object;
  return bytes.subarray(0, mostBytes - 2);
}
