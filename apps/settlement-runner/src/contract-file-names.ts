import { existsSync, readFileSync } from 'node:fs';
import { dirname, normalize, resolve } from 'node:path';
import {
  contractFileNames as keyFileNames,
  type Community,
  type ContractFiles,
} from '@microgrid/community';
import { seriesFile, seriesNames } from '@microgrid/tariff';
import { compareIds } from '@microgrid/units';
import { filesOfFolder, type InputPlace, type NamedFiles } from './input-place.js';
import { COMMUNITY_JSON } from './run-layout.js';
import { RunnerError, systemMessage } from './runner-error.js';

/** Names of the files a contract's key and day-ahead prices refer to, in order, each once. */
export function contractFileNames(community: Community): string[] {
  const key = keyFileNames(community.sharingKey).map(({ file }) => file);
  const prices = seriesNames(community).map(seriesFile);
  return [...new Set([...key, ...prices])].sort(compareIds);
}

/** A Spanish coefficient file of one year; those of other years beside it belong to it. */
const YEARLY = /^(.+)_\d{4}\.txt$/;

function withOtherYears(name: string, present: readonly string[]): string[] {
  const [, stem] = YEARLY.exec(name) ?? [];
  if (stem === undefined) return [name];
  return [name, ...present.filter((other) => YEARLY.exec(other)?.[1] === stem)];
}

/**
 * Reads the files a contract names, beside the community file, and the other years of yearly ones.
 * @throws RunnerError `bad-input` for one that is missing or lies outside that folder.
 */
export function readContractFiles(
  community: Community,
  communityPath: string,
  beside: NamedFiles = filesOfFolder(dirname(resolve(communityPath))),
): ContractFiles {
  const named = contractFileNames(community);
  const present = named.length === 0 ? [] : beside.names;
  const names = new Set(named.flatMap((name) => withOtherYears(name, present)));
  return new Map(
    [...names].sort(compareIds).map((name) => {
      const path = beside.path(name);
      const fail = (what: string): never => {
        throw new RunnerError(
          'bad-input',
          `${communityPath}: names the file ${name}, which ${what}; expected it beside the community file`,
        );
      };
      if (normalize(name).startsWith('..')) fail('lies outside its folder');
      if (!existsSync(path)) fail('is missing');
      try {
        return [name, readFileSync(path, 'utf8')];
      } catch (error) {
        return fail(`cannot be read: ${systemMessage(error)}`);
      }
    }),
  );
}

/** The contract's files that a run keeps. @throws the file system's error. */
export function keptContractFiles(place: InputPlace): ContractFiles {
  const kept = place.contractFiles(COMMUNITY_JSON);
  return new Map(kept.names.map((name) => [name, readFileSync(kept.path(name), 'utf8')]));
}
