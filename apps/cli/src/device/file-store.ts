import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import type { DriverStore } from '@microgrid/devices';
import type { Json } from '@microgrid/events';

/** A store that ends with the command: for commands that only read. */
export function memoryStore(): DriverStore {
  const values = new Map<string, Json>();
  return {
    get: (key) => Promise.resolve(values.get(key)),
    set: (key, value) => {
      values.set(key, value);
      return Promise.resolve();
    },
  };
}

/** Folder of what commands must remember: `$XDG_STATE_HOME/microgrid/devices`. */
export function stateFolder(environment: NodeJS.ProcessEnv): string {
  const { XDG_STATE_HOME: state } = environment;
  const base = state === undefined || state === '' ? join(homedir(), '.local', 'state') : state;
  return join(base, 'microgrid', 'devices');
}

/**
 * The store of one device in one file: counted writes and the last sequence outlive the command. A
 * value is on disk when `set` resolves.
 */
export function fileStore(folder: string, device: string): DriverStore {
  const path = join(folder, `${encodeURIComponent(device)}.json`);
  let values: Record<string, Json> | undefined;
  const load = async (): Promise<Record<string, Json>> => {
    if (values !== undefined) return values;
    try {
      values = JSON.parse(await readFile(path, 'utf8')) as Record<string, Json>;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      values = {};
    }
    return values;
  };
  return {
    get: async (key) => (await load())[key],
    set: async (key, value) => {
      const all = await load();
      all[key] = value;
      await mkdir(dirname(path), { recursive: true });
      const file = await open(`${path}.new`, 'w', 0o600);
      try {
        await file.writeFile(JSON.stringify(all));
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(`${path}.new`, path);
    },
  };
}
