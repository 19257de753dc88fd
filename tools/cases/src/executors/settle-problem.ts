import { isCommunityError, parseCommunity } from '@microgrid/community';
import {
  isSettlementError,
  settle,
  settlementContract,
  type SettledPeriod,
} from '@microgrid/settlement';
import { Refused } from '../compare.js';
import { millionths } from '../decimal.js';
import type { JsonRecord } from '../json.js';
import type { AllocationProblem } from './allocation-problem.js';
import { withSafeIds } from './safe-ids.js';

const TIME_ZONES: Readonly<Record<string, string>> = {
  AT: 'Europe/Vienna',
  BE: 'Europe/Brussels',
  DE: 'Europe/Berlin',
  ES: 'Europe/Madrid',
  FR: 'Europe/Paris',
  IT: 'Europe/Rome',
  LU: 'Europe/Luxembourg',
  PT: 'Europe/Lisbon',
};

/** A plain summer day; rules that depend on the date state theirs. */
export const START_MS = Date.UTC(2026, 5, 21, 10);

/** The community file of a case. */
function communityFile(problem: AllocationProblem): JsonRecord {
  const { plants, consumers, key, unused, netting, country, minutes } = problem;
  const participation = (percent: number | undefined): JsonRecord =>
    percent === undefined ? {} : { participation: [{ community: 'case', percent }] };
  const members = [
    ...plants.map(({ id, entryIntoService, installedKilowatts, percent }) => ({
      id,
      role: 'producer',
      ...(entryIntoService !== undefined && { entryIntoService }),
      ...(installedKilowatts !== undefined && { installedKilowatts }),
      ...participation(percent),
    })),
    ...consumers.map(({ id, entryIntoService, installedKilowatts, percent }) => ({
      id,
      ...(entryIntoService !== undefined && { entryIntoService }),
      ...(installedKilowatts !== undefined && { installedKilowatts }),
      ...participation(percent),
    })),
  ];
  const all = [...plants, ...consumers];
  const dated = all.some(({ entryIntoService }) => entryIntoService !== undefined);
  const powered = all.some(({ installedKilowatts }) => installedKilowatts !== undefined);
  return {
    schema: 'microgrid/community/1',
    id: 'case',
    name: 'Worked case',
    timeZone: TIME_ZONES[country] ?? 'Etc/UTC',
    resolution: `PT${minutes}M`,
    currency: 'EUR',
    netting,
    sharingKey: key,
    ...(unused !== undefined && { unused }),
    ...(dated && { plants: { by: 'entryIntoService' } }),
    ...(powered && !dated && { plants: { by: 'installedPower' } }),
    prices: { import: '0.3', export: '0.05', internal: '0.1' },
    members: members.map((point) => ({ id: point.id, meteringPoints: [point] })),
  };
}

/** Settles a case through the packages' own door: a community file and a grid of energies. */
export function settleProblem(problem: AllocationProblem): SettledPeriod | Refused {
  const { problem: safe, nameOf } = withSafeIds(problem);
  try {
    const period = settled(safe);
    return { ...period, points: period.points.map(nameOf) };
  } catch (error) {
    if (isCommunityError(error) || isSettlementError(error)) return new Refused(error.message);
    throw error;
  }
}

function settled(problem: AllocationProblem): SettledPeriod {
  const community = parseCommunity(JSON.stringify(communityFile(problem)));
  const resolutionMs = problem.minutes * 60_000;
  const intervals = (problem.plants[0] ?? problem.consumers[0])?.energies.length ?? 1;
  const endMs = START_MS + intervals * resolutionMs;
  const contract = settlementContract(
    community,
    { startMs: START_MS, endMs },
    problem.files && { files: problem.files },
  );
  const points = contract.pointIds;
  const imports = new Float64Array(intervals * points.length);
  const exports = imports.slice();
  for (let interval = 0; interval < intervals; interval++) {
    const at = (id: string): number => interval * points.length + points.indexOf(id);
    for (const { id, energies } of problem.plants) {
      exports[at(id)] = millionths(energies[interval], id);
    }
    for (const { id, energies, injected } of problem.consumers) {
      imports[at(id)] = millionths(energies[interval], id);
      if (injected) exports[at(id)] = millionths(injected[interval], id);
    }
  }
  return settle(contract, {
    points,
    startMs: START_MS,
    endMs,
    resolutionMs,
    importMilliwattHours: imports,
    exportMilliwattHours: exports,
    quality: new Uint8Array(imports.length),
  });
}
