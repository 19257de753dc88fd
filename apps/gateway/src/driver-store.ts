import type { DriverStore } from '@microgrid/devices';
import type { KeyedDocuments } from '@microgrid/journal';
import { GatewayError } from './gateway-error.js';

const LONGEST_KEY = 200;
const LONGEST_VALUE = 16_384;
const MOST_KEYS = 256;

/**
 * What one device's driver remembers, kept in the gateway's database: each device has a collection of
 * its own, and a driver can neither fill the disk nor read another's.
 */
export function driverStore(documents: KeyedDocuments, device: string): DriverStore {
  const collection = `driver/${device}`;
  const refused = (key: string, found: string, expected: string): GatewayError =>
    new GatewayError(
      'driver-store',
      `driver of ${device}: store.${key.slice(0, 40)}: got ${found}, expected ${expected}`,
    );
  const checkKey = (key: string): void => {
    if (key.length >= 1 && key.length <= LONGEST_KEY) return;
    throw refused(key, `${key.length} characters`, `a key of 1 to ${LONGEST_KEY}`);
  };
  let known: Set<string> | undefined;
  return {
    get: async (key) => {
      checkKey(key);
      return documents.get(collection, key);
    },
    set: async (key, value) => {
      checkKey(key);
      const { length } = (JSON.stringify(value) as string | undefined) ?? '';
      if (length === 0 || length > LONGEST_VALUE) {
        const found = length === 0 ? typeof value : `${length} characters`;
        throw refused(key, found, `JSON of at most ${LONGEST_VALUE} characters`);
      }
      known ??= new Set(await documents.keys(collection));
      if (!known.has(key) && known.size >= MOST_KEYS) {
        throw refused(key, `key number ${MOST_KEYS + 1}`, `at most ${MOST_KEYS} keys`);
      }
      known.add(key);
      await documents.put(collection, key, value);
    },
  };
}
