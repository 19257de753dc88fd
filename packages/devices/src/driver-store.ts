import type { Json } from '@microgrid/events';

/**
 * The small durable store of one device: what must survive a restart, as counted writes and the last
 * sequence. Keys are the driver's own; other devices have other stores. Not for readings: a value
 * has at most 16 KiB as JSON and a store at most 256 keys.
 */
export interface DriverStore {
  /** What was stored last under a key, or undefined. */
  get(key: string): Promise<unknown>;
  /** Resolves when the value would survive a loss of power. */
  set(key: string, value: Json): Promise<void>;
}
