import { existsSync, readdirSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import { listDirectory, manifestObject } from './run-directory.js';
import { saysExternalInputs } from './run-form.js';
import { COMMUNITY_JSON, CONTRACT_FILES, INPUTS } from './run-layout.js';
import { RunnerError } from './runner-error.js';

/** Files by name, wherever they lie. */
export interface NamedFiles {
  readonly names: readonly string[];
  /** Where one lies in the file system. */
  path(name: string): string;
}

/** Where inputs lie: a folder, a run, or a directory beside it. */
export interface InputPlace {
  /** Where an input lies in the file system, whether it is there or not. */
  path(name: string): string;
  /** Whether it belongs to the inputs: of external ones, whether the manifest lists it. */
  has(name: string): boolean;
  /** The files that a contract may name. */
  contractFiles(contract: string): NamedFiles;
}

/** All files of a folder; none where it is missing. */
export function filesOfFolder(folder: string): NamedFiles {
  return {
    names: existsSync(folder) ? readdirSync(folder) : [],
    path: (name) => join(folder, name),
  };
}

/** Inputs in a folder, a contract's files beside it. */
export function folderPlace(folder: string): InputPlace {
  return {
    path: (name) => join(folder, name),
    has: (name) => existsSync(join(folder, name)),
    contractFiles: (contract) => filesOfFolder(dirname(join(folder, contract))),
  };
}

/** An option of every command that reads a run. */
export const EXTERNAL_INPUTS_OPTION = [
  '--external-inputs <directory>',
  "where the run's inputs lie by their hash, if not in the run",
] as const;

/** The option that says where a run's inputs lie, where somebody said it. */
export function withInputs(externalInputs: string | undefined): {
  readonly externalInputs?: string;
} {
  return externalInputs === undefined ? {} : { externalInputs };
}

/** What an external input is called: its bytes' SHA-256, and what kind of file it is. */
export function externalName(path: string, sha256: string): string {
  return `${sha256}${extname(path)}`;
}

type Manifest = Readonly<Record<string, unknown>>;

/** Where a run's inputs lie, by their paths in the run (`inputs/…`). */
export function runPlace(
  directory: string,
  manifest: Manifest | undefined,
  externalInputs: string | undefined,
): InputPlace {
  const inRun = (name: string): string => join(directory, name);
  if (externalInputs === undefined) {
    return {
      path: inRun,
      has: (name) => existsSync(inRun(name)),
      contractFiles: (contract) => {
        const folder = inRun(folderOf(contract));
        return {
          names: existsSync(folder) ? listDirectory(folder).files : [],
          path: (name) => join(folder, name),
        };
      },
    };
  }
  const digests = manifestObject(manifest, 'inputs');
  const path = (name: string): string => {
    const { sha256 } = manifestObject(digests, name);
    const isHash = typeof sha256 === 'string' && /^[0-9a-f]{64}$/.test(sha256);
    // Without a hash it cannot be found: then it is missing in the run.
    return isHash ? join(externalInputs, externalName(name, sha256)) : inRun(name);
  };
  return {
    path,
    has: (name) => name in digests,
    contractFiles: (contract) => {
      const folder = `${folderOf(contract)}/`;
      const inside = Object.keys(digests).filter((name) => name.startsWith(folder));
      return {
        names: inside.map((name) => name.slice(folder.length)),
        path: (name) => path(`${folder}${name}`),
      };
    },
  };
}

/** The folder of a run that holds the files of a contract. */
function folderOf(contract: string): string {
  return contract === COMMUNITY_JSON ? CONTRACT_FILES : dirname(contract);
}

/** The inputs of a run under names without `inputs/`: as its history calls them. */
export function inputsOf(place: InputPlace): InputPlace {
  return {
    path: (name) => place.path(`${INPUTS}${name}`),
    has: (name) => place.has(`${INPUTS}${name}`),
    contractFiles: (contract) => place.contractFiles(`${INPUTS}${contract}`),
  };
}

/**
 * Where the inputs of an unchanged run lie.
 * @throws RunnerError `bad-usage` when they lie outside it and nobody says where.
 */
export function placeOfRun(
  directory: string,
  manifest: Manifest,
  externalInputs: string | undefined,
): InputPlace {
  if (!saysExternalInputs(manifest)) return runPlace(directory, manifest, undefined);
  return runPlace(directory, manifest, neededExternalInputs(directory, externalInputs));
}

/** @throws RunnerError `bad-usage` when the directory of a run's inputs is not said. */
export function neededExternalInputs(
  directory: string,
  externalInputs: string | undefined,
): string {
  if (externalInputs !== undefined) return externalInputs;
  throw new RunnerError(
    'bad-usage',
    `${directory}: its inputs lie outside it; expected --external-inputs with the directory that holds them`,
  );
}
