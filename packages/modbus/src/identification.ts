import type { CustomRequest, DeviceIdentification, IdentifyOptions } from './bus.js';
import { ModbusError } from './modbus-error.js';

/** MEI type of Read Device Identification, MODBUS Application Protocol V1.1b3, section 6.21. */
export const identificationMei = 14;

/** Names of the objects that the specification gives a meaning. */
const names = [
  'vendorName',
  'productCode',
  'revision',
  'vendorUrl',
  'productName',
  'modelName',
  'userApplicationName',
] as const;

const levels = { basic: 1, regular: 2, extended: 3 } as const;

/** So many requests at most: a device that always says "more follows" does not hold its caller. */
const mostRequests = 64;

/** Length of an identification reply after its function code; undefined while bytes are missing. */
export function identificationLength(head: Uint8Array): number | undefined {
  let at = 6;
  const count = head[5];
  if (count === undefined) return undefined;
  for (let object = 0; object < count; object += 1) {
    const length = head[at + 1];
    if (length === undefined) return undefined;
    at += 2 + length;
  }
  return at;
}

/** Asks for objects until the device has no more; `send` puts one request on the bus. */
export async function identify(
  send: (request: CustomRequest) => Promise<Uint8Array>,
  level: NonNullable<IdentifyOptions['level']>,
): Promise<DeviceIdentification> {
  const objects = new Map<number, Uint8Array>();
  let next = 0;
  for (let request = 0; request < mostRequests; request += 1) {
    const reply = await send({
      functionCode: 43,
      data: Uint8Array.of(identificationMei, levels[level], next),
      reply: identificationLength,
    });
    let at = 6;
    for (let object = 0; object < (reply[5] ?? 0); object += 1) {
      const [id = 0, length = 0] = reply.subarray(at, at + 2);
      objects.set(id, reply.slice(at + 2, at + 2 + length));
      at += 2 + length;
    }
    const more = reply[3] === 0xff;
    // A device that goes in circles has told what it has.
    if (!more || objects.has(reply[4] ?? 0)) return named(objects);
    next = reply[4] ?? 0;
  }
  throw new ModbusError(
    'timeout',
    `the identification did not end within ${mostRequests} requests; ask for a lower level`,
  );
}

function named(objects: ReadonlyMap<number, Uint8Array>): DeviceIdentification {
  const decoder = new TextDecoder();
  const texts = names.flatMap((name, id) => {
    const bytes = objects.get(id);
    return bytes === undefined ? [] : [[name, decoder.decode(bytes)] as const];
  });
  return { ...Object.fromEntries(texts), objects };
}
