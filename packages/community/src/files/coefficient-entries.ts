import { compareIds, formatRatio } from '@microgrid/units';
import type { Community } from '../community.js';
import type { ConstantCoefficients } from '../sharing-key.js';
import { COEFFICIENT_SCALE } from './coefficient-csv.js';
import type { FileProblems } from './file-problem.js';
import { namedPoints } from './operator-points.js';

/** Coefficients of one row or group, each point once. */
export class CoefficientEntries {
  private readonly parts = new Map<string, bigint>();

  constructor(private readonly problems: FileProblems) {}

  add(line: number, point: string, numerator: number): void {
    if (this.parts.has(point)) {
      this.problems.error(line, 'metering_point', point, 'each metering point once');
    }
    this.parts.set(point, BigInt(numerator));
  }

  /** By point id, in order; unknown points and a sum above 1 become problems. */
  coefficients(community: Community): ConstantCoefficients {
    const names = [...this.parts.keys()];
    const { ids, problems } = namedPoints(community, this.problems.file, names);
    this.problems.addAll(problems);
    const sum = [...this.parts.values()].reduce((total, part) => total + part, 0n);
    if (sum > 10n ** BigInt(COEFFICIENT_SCALE)) {
      const found = formatRatio({ numerator: sum, scale: COEFFICIENT_SCALE });
      this.problems.error(undefined, 'sum', found, 'coefficients that add up to at most 1');
    }
    const entries = names.map((name, index) => {
      const numerator = this.parts.get(name) ?? 0n;
      return [ids[index] ?? name, formatRatio({ numerator, scale: COEFFICIENT_SCALE })] as const;
    });
    return Object.fromEntries(entries.sort(([a], [b]) => compareIds(a, b)));
  }
}
