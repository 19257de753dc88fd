import type { Json } from '@microgrid/events';
import type { DriverStore } from '../driver-store.js';

/** A store in memory; it outlives the device, as a disk does. */
export interface MemoryStore extends DriverStore {
  /** What it holds. */
  readonly values: ReadonlyMap<string, Json>;
  /** How often something was stored. */
  readonly sets: number;
}

/** Makes an empty store. */
export function memoryStore(): MemoryStore {
  const values = new Map<string, Json>();
  let sets = 0;
  return {
    values,
    get sets() {
      return sets;
    },
    get: (key) => Promise.resolve(structuredClone(values.get(key))),
    set: (key, value) => {
      sets += 1;
      values.set(key, structuredClone(value));
      return Promise.resolve();
    },
  };
}
