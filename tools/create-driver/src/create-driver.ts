import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { fillTemplate, type TemplateValues } from './fill-template.js';

/** What is to be written. */
export interface CreateDriverOptions {
  /** Name of the package, with or without a scope. */
  readonly name: string;
  readonly kind: 'code' | 'profile';
  /** Default: a folder of the name, without its scope, in the working folder. */
  readonly folder?: string;
  readonly licence: string;
  readonly author: string;
  /** Year of the copyright; default this year. */
  readonly year?: number;
}

/** What was written. */
export interface CreatedDriver {
  readonly folder: string;
  /** Relative to the folder. */
  readonly files: readonly string[];
}

/** Why nothing was written. */
export class CreateDriverError extends Error {
  override readonly name = 'CreateDriverError';
}

const NAME = /^(?:@[a-z0-9][a-z0-9-]*\/)?[a-z][a-z0-9-]{0,48}$/;

/** Every file below a folder, relative to it. */
function filesOf(folder: string, inside = ''): readonly string[] {
  return readdirSync(join(folder, inside), { withFileTypes: true }).flatMap((entry) => {
    const path = join(inside, entry.name);
    return entry.isDirectory() ? filesOf(folder, path) : [path];
  });
}

const pascal = (text: string): string =>
  text
    .split('-')
    .map((word) => word.slice(0, 1).toUpperCase() + word.slice(1))
    .join('');

function valuesOf(
  { name, licence, author, year }: CreateDriverOptions,
  inside: boolean,
): TemplateValues {
  const short = name.replace(/^@[^/]*\//, '').replace(/^driver-/, '');
  const pascalName = pascal(short);
  return {
    package: inside ? `@microgrid/driver-${short}` : name,
    name: short,
    Name: pascalName,
    camelName: pascalName.slice(0, 1).toLowerCase() + pascalName.slice(1),
    licence,
    author,
    year: String(year ?? new Date().getFullYear()),
  };
}

function refuse(message: string): never {
  throw new CreateDriverError(message);
}

/**
 * Writes a driver package: sources, twin, kit test, README, licence and the files to build it. In the
 * `packages` folder of this repository it takes the repository's own settings, elsewhere it stands
 * alone.
 * @param templates this tool's folder of templates.
 * @throws CreateDriverError for a name that npm does not take, a folder that is not empty, and a
 *   profile inside the repository, where profiles belong to the catalogue.
 */
export function createDriver(options: CreateDriverOptions, templates: string): CreatedDriver {
  const { name, kind } = options;
  if (!NAME.test(name)) {
    refuse(
      `name: got ${JSON.stringify(name)}, expected lower-case letters, digits and -, as in @acme/heat-pump`,
    );
  }
  const folder = resolve(options.folder ?? basename(name));
  const inside = folder.startsWith(resolve(templates, '../../../packages') + sep);
  if (inside && kind === 'profile') {
    refuse(
      `${folder}: got a profile, expected code: profiles of this repository stand in packages/catalog`,
    );
  }
  if (existsSync(folder) && readdirSync(folder).length > 0) {
    refuse(`${folder}: got a folder with files in it, expected an empty one or none`);
  }
  const values = valuesOf(options, inside);
  const parts = ['common', kind, inside ? 'workspace' : 'standalone'];
  const written = new Map<string, string>();
  for (const part of parts) {
    for (const path of filesOf(join(templates, part))) {
      const text = readFileSync(join(templates, part, path), 'utf8');
      written.set(path.replace(/\.tmpl$/, ''), fillTemplate(text, values, path));
    }
  }
  for (const [path, text] of written) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return { folder, files: [...written.keys()].sort() };
}
