import { readFileSync } from 'node:fs';
import type { Community, ContractFiles } from '@microgrid/community';
import { settlementContract } from '@microgrid/settlement';
import { periodOfDays } from './days-document.js';
import { keptContractFiles } from './contract-file-names.js';
import { isInputError } from './input-error.js';
import type { InputPlace } from './input-place.js';
import { communityOf } from './run-inputs.js';
import { COMMUNITY_JSON, DAYS_JSON, READINGS_CSV } from './run-layout.js';
import type { SettlingThreads } from './stretches/stretch-threads.js';
import { stretchedSource, type StretchedSource } from './stretches/stretched-source.js';

/**
 * The inputs of a large run as they lie there, to be settled stretch by stretch; undefined where they are
 * small, or are not what a run writes.
 */
export function stretchedInputs(
  place: InputPlace,
  threads: SettlingThreads | undefined,
): StretchedSource | undefined {
  try {
    const read = (file: string): string => readFileSync(place.path(file), 'utf8');
    const community: Community = communityOf(read(COMMUNITY_JSON), COMMUNITY_JSON);
    const period = periodOfDays(read(DAYS_JSON), DAYS_JSON);
    const files: ContractFiles = keptContractFiles(place);
    const contract = settlementContract(community, period, { files });
    const { writer: _writer, ...settling } = threads ?? {};
    return stretchedSource(place.path(READINGS_CSV), { community, contract, files }, settling);
  } catch (error) {
    // Whatever is wrong, the careful way names it.
    if (isInputError(error)) return undefined;
    throw error;
  }
}
