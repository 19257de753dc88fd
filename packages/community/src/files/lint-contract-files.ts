import { formatRatio } from '@microgrid/units';
import type { Community } from '../community.js';
import type { ContractFiles } from '../contract-files.js';
import {
  innerKeys,
  isCalendarCoefficients,
  isFileCoefficients,
  type SharingKey,
} from '../sharing-key.js';
import type { CoefficientTable } from './coefficient-table.js';
import {
  lintCoefficientTable,
  lintEnergyTable,
  lintPairTable,
  type ContractFileOptions,
} from './contract-tables.js';
import type { FileProblem } from './file-problem.js';

/** A file that a contract names, and what for. */
export interface NamedFile {
  readonly file: string;
  readonly holds: 'coefficients' | 'pairs' | 'energies';
  /** Whether its coefficients must add up to exactly 1. */
  readonly exact?: true;
}

/** The files that a key and the keys inside it name, each once, in the order they are named. */
export function contractFileNames(key: SharingKey): NamedFile[] {
  const seen = new Set<string>();
  return namedFiles(key).filter(({ file, holds }) => {
    const id = `${holds} ${file}`;
    if (seen.has(id)) return false;
    seen.add(id);
    return true;
  });
}

/** Everything that is wrong with the files a contract names: what is not there, not readable, not of the community. */
export function lintContractFiles(
  community: Community,
  files: ContractFiles,
  options?: ContractFileOptions,
): FileProblem[] {
  return contractFileNames(community.sharingKey).flatMap(({ file, holds, exact }) => {
    if (holds === 'pairs') return [...lintPairTable(files, file, community).problems];
    if (holds === 'energies') return [...lintEnergyTable(files, file, community).problems];
    const { problems, data } = lintCoefficientTable(files, file, community, options);
    return [...problems, ...(exact && data ? inexactRows(file, data) : [])];
  });
}

/** Rows of a table that do not add up to exactly 1, the first of them as a problem. */
function inexactRows(file: string, table: CoefficientTable): FileProblem[] {
  const { rows, scale } = table;
  for (let index = 0; index < rows; index++) {
    const sum = table.row(index).reduce((total, numerator) => total + BigInt(numerator), 0n);
    if (sum === 10n ** BigInt(scale)) continue;
    const found = formatRatio({ numerator: sum, scale });
    const expected = 'coefficients that add up to exactly 1 at all times';
    return [{ file, severity: 'error', path: `span ${index + 1}`, found, expected }];
  }
  return [];
}

function namedFiles(key: SharingKey): NamedFile[] {
  switch (key.type) {
    case 'fixed': {
      const { coefficients } = key;
      if (isCalendarCoefficients(coefficients) || !isFileCoefficients(coefficients)) return [];
      const exact = key.sum === 'exactly-1' && { exact: true as const };
      return [{ file: coefficients.file, holds: 'coefficients', ...exact }];
    }
    case 'pairs':
      return isFileCoefficients(key.coefficients)
        ? [{ file: key.coefficients.file, holds: 'pairs' }]
        : [];
    case 'exPost':
      return [{ file: key.file, holds: key.values === 'energy' ? 'energies' : 'coefficients' }];
    default:
      return innerKeys(key).flatMap(namedFiles);
  }
}
