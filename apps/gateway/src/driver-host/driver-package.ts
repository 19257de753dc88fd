import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { GatewayError } from '../gateway-error.js';

/** An installed driver package. */
export interface DriverPackage {
  readonly name: string;
  /** Version of the package, for messages. */
  readonly version: string;
  /** The module to load. */
  readonly file: string;
}

const CONDITIONS = ['node', 'import', 'module-sync', 'require', 'default'];

/** The first target of a package's `exports` that holds here. */
function target(value: unknown, conditions: readonly string[]): string | undefined {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) {
    return value.map((one) => target(one, conditions)).find((found) => found !== undefined);
  }
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [condition, inner] of Object.entries(value)) {
    if (!conditions.includes(condition)) continue;
    const found = target(inner, conditions);
    if (found !== undefined) return found;
  }
  return undefined;
}

interface Manifest {
  readonly exports?: unknown;
  readonly module?: unknown;
  readonly main?: unknown;
  readonly version?: unknown;
}

function entryOf(manifest: Manifest, conditions: readonly string[]) {
  const { exports, module, main } = manifest;
  if (exports !== undefined && exports !== null) {
    const root: unknown = typeof exports === 'object' && '.' in exports ? exports['.'] : exports;
    return target(root, conditions);
  }
  const [plain] = [module, main].filter((one) => typeof one === 'string');
  return plain ?? 'index.js';
}

function installedAt(name: string, from: string): string | undefined {
  for (let folder = resolve(from); ; folder = dirname(folder)) {
    const found = join(folder, 'node_modules', ...name.split('/'));
    if (existsSync(join(found, 'package.json'))) return found;
    if (folder === dirname(folder)) return undefined;
  }
}

/**
 * Finds a driver package as Node would: in a `node_modules` of the configuration's folder or above
 * it, then beside the gateway itself.
 * @param conditions of `exports` besides Node's own.
 * @throws GatewayError `unknown-driver` when it is not installed or has no module to load.
 */
export function findDriverPackage(
  name: string,
  folders: readonly string[],
  conditions: readonly string[] = [],
): DriverPackage {
  const folder = folders.map((from) => installedAt(name, from)).find((at) => at !== undefined);
  if (folder === undefined) {
    throw new GatewayError(
      'unknown-driver',
      `drivers: got ${JSON.stringify(name)}, which is not installed in ${folders[0] ?? '.'}; run npm install ${name} there`,
    );
  }
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
  const entry = entryOf(manifest, [...conditions, ...CONDITIONS]);
  const file = typeof entry === 'string' ? join(folder, entry) : undefined;
  if (file === undefined || !existsSync(file)) {
    throw new GatewayError(
      'unknown-driver',
      `drivers: ${name}: got a package without a module to load (${file ?? 'no main'}), expected one that exports a driver; was it built?`,
    );
  }
  const { version } = manifest;
  return { name, version: typeof version === 'string' ? version : '?', file };
}
