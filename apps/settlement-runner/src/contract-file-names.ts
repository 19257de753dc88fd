import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import type { Community, ContractFiles } from '@microgrid/community';
import { compareIds } from '@microgrid/units';
import { RunnerError, systemMessage } from './runner-error.js';

/** Names of the files a contract's key refers to, in order, each once. */
export function contractFileNames({ sharingKey }: Community): string[] {
  const found = new Set<string>();
  const walk = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    for (const [name, field] of Object.entries(value)) {
      if (name === 'file' && typeof field === 'string') found.add(field);
      else walk(field);
    }
  };
  walk(sharingKey);
  return [...found].sort(compareIds);
}

/**
 * Reads the files a contract names, beside the community file.
 * @throws RunnerError `bad-input` for one that is missing or lies outside that folder.
 */
export function readContractFiles(community: Community, communityPath: string): ContractFiles {
  const folder = dirname(resolve(communityPath));
  return new Map(
    contractFileNames(community).map((name) => {
      const path = join(folder, name);
      const fail = (what: string): never => {
        throw new RunnerError(
          'bad-input',
          `${communityPath}: names the file ${name}, which ${what}; expected it beside the community file`,
        );
      };
      if (relative(folder, path).startsWith('..')) fail('lies outside its folder');
      if (!existsSync(path)) fail('is missing');
      try {
        return [name, readFileSync(path, 'utf8')];
      } catch (error) {
        return fail(`cannot be read: ${systemMessage(error)}`);
      }
    }),
  );
}

/** The files of a contract as a run keeps them. @param read gives a run's file, or undefined. */
export function keptContractFiles(
  community: Community,
  folder: string,
  read: (path: string) => Uint8Array | undefined,
): ContractFiles {
  return new Map(
    contractFileNames(community).flatMap((name) => {
      const bytes = read(`${folder}/${name}`);
      return bytes === undefined ? [] : [[name, new TextDecoder().decode(bytes)] as const];
    }),
  );
}
