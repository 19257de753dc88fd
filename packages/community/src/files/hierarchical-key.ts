import { compareIds } from '@microgrid/units';
import type { Community } from '../community.js';
import type { ConstantCoefficients, KeyGroup, PriorityKey } from '../sharing-key.js';
import { readCoefficient } from './coefficient-csv.js';
import { CoefficientEntries } from './coefficient-entries.js';
import { COEFFICIENT, GROUP, POINT, RANK, SHARING_TYPE } from './columns.js';
import { csvTable, headerForm } from './csv-table.js';
import {
  FileProblems,
  type FileProblem,
  type FileReading,
  type NamedText,
} from './file-problem.js';
import { namedPoints } from './operator-points.js';

/** The three files of Portugal's hierarchical mode. */
export interface HierarchicalFiles {
  /** `group;rank;metering_point`: which installations each group has, and the groups' order from 1. */
  readonly constitution: NamedText;
  /** `group;type`: how each group shares inside, `fixed` or `proportional`. */
  readonly typeOfSharing: NamedText;
  /** `group;metering_point;coefficient` of the groups with fixed coefficients; absent: there are none. */
  readonly coefficients?: NamedText;
}

const SHARING_TYPES: Readonly<Record<string, 'fixed' | 'proportional'>> = {
  fixed: 'fixed',
  fixo: 'fixed',
  fixa: 'fixed',
  'coeficientes fixos': 'fixed',
  proportional: 'proportional',
  proporcional: 'proportional',
  'proporcional ao consumo': 'proportional',
  variavel: 'proportional',
};

/** Reads the three files of Portugal's hierarchical mode as a sharing key; all problems of all files at once. */
export function lintHierarchicalKey(
  files: HierarchicalFiles,
  community: Community,
): FileReading<PriorityKey> {
  const constitution = new FileProblems(files.constitution.name);
  const groups = readConstitution(files.constitution.text, constitution, community);
  const sharing = new FileProblems(files.typeOfSharing.name);
  const types = readTypes(files.typeOfSharing.text, sharing, groups);
  const coefficients = new FileProblems(files.coefficients?.name ?? files.typeOfSharing.name);
  const parts = readParts(files.coefficients?.text, coefficients, groups, types, community);
  const made = [...groups].map(([id, { rank, points }]) => ({
    rank,
    group: keyGroup(id, points, types.get(id), parts.get(id)),
  }));
  const key: PriorityKey = {
    type: 'priority',
    groups: made.sort((a, b) => a.rank - b.rank).map(({ group }) => group),
  };
  const problems: FileProblem[] = [constitution, sharing, coefficients].flatMap((list) => [
    ...list.reading(() => undefined).problems,
  ]);
  return problems.some(({ severity }) => severity === 'error')
    ? { problems }
    : { problems, data: key };
}

interface GroupRow {
  readonly rank: number;
  readonly points: string[];
}

function readConstitution(
  text: string,
  problems: FileProblems,
  community: Community,
): Map<string, GroupRow> {
  const groups = new Map<string, GroupRow>();
  const ranks = new Map<number, string>();
  const named: string[] = [];
  for (const { line, fields } of csvTable(
    text,
    { group: GROUP, rank: RANK, point: POINT },
    problems,
  )) {
    const rank = /^[1-9]\d{0,3}$/.test(fields.rank) ? Number(fields.rank) : 0;
    if (!/^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$/.test(fields.group)) {
      problems.error(line, 'group', fields.group, 'letters, digits or . _ : -, at most 64');
    }
    const known = groups.get(fields.group) ?? { rank, points: [] };
    if (rank === 0) problems.error(line, 'rank', fields.rank, 'a whole number from 1');
    else if (known.rank !== rank) {
      problems.error(line, 'rank', fields.rank, `the rank of the group, ${known.rank}`);
    } else if ((ranks.get(rank) ?? fields.group) !== fields.group) {
      problems.error(
        line,
        'rank',
        fields.rank,
        `a rank that ${ranks.get(rank) ?? ''} does not have`,
      );
    }
    ranks.set(rank, fields.group);
    groups.set(fields.group, known);
    known.points.push(fields.point);
    named.push(fields.point);
  }
  if (groups.size === 0 && problems.clean) problems.error(1, '', '', 'at least one group');
  const { ids, problems: unknown } = namedPoints(community, problems.file, named);
  problems.addAll(unknown);
  const idOf = new Map(named.map((name, index) => [name, ids[index] ?? name]));
  for (const { points } of groups.values()) {
    points.forEach((point, index) => (points[index] = idOf.get(point) ?? point));
  }
  return groups;
}

function readTypes(
  text: string,
  problems: FileProblems,
  groups: ReadonlyMap<string, GroupRow>,
): Map<string, 'fixed' | 'proportional'> {
  const types = new Map<string, 'fixed' | 'proportional'>();
  for (const { line, fields } of csvTable(text, { group: GROUP, type: SHARING_TYPE }, problems)) {
    const type = SHARING_TYPES[headerForm(fields.type)];
    if (!groups.has(fields.group)) {
      problems.error(line, 'group', fields.group, 'a group of the constitution');
    } else if (types.has(fields.group)) {
      problems.error(line, 'group', fields.group, 'each group once');
    }
    if (type === undefined) {
      problems.error(line, 'type', fields.type, 'fixed (fixo) or proportional (proporcional)');
    } else types.set(fields.group, type);
  }
  for (const group of groups.keys()) {
    if (!types.has(group) && problems.clean) {
      problems.error(
        undefined,
        'group',
        `no line for ${group}`,
        'a type of sharing for every group',
      );
    }
  }
  return types;
}

function readParts(
  text: string | undefined,
  problems: FileProblems,
  groups: ReadonlyMap<string, GroupRow>,
  types: ReadonlyMap<string, 'fixed' | 'proportional'>,
  community: Community,
): Map<string, ConstantCoefficients> {
  const entries = new Map<string, CoefficientEntries>();
  const columns = { group: GROUP, point: POINT, coefficient: COEFFICIENT };
  for (const { line, fields } of text === undefined ? [] : csvTable(text, columns, problems)) {
    const numerator = readCoefficient(fields.coefficient, line, problems);
    if (types.get(fields.group) !== 'fixed') {
      problems.error(line, 'group', fields.group, 'a group that shares by fixed coefficients');
    }
    const held = entries.get(fields.group) ?? new CoefficientEntries(problems);
    entries.set(fields.group, held);
    if (numerator !== undefined) held.add(line, fields.point, numerator);
  }
  const parts = new Map<string, ConstantCoefficients>();
  for (const [group, held] of entries) {
    const coefficients = held.coefficients(community);
    const inside = new Set(groups.get(group)?.points);
    for (const point of Object.keys(coefficients).filter((id) => !inside.has(id))) {
      problems.error(undefined, 'metering_point', point, `a metering point of group ${group}`);
    }
    parts.set(group, coefficients);
  }
  for (const [group, type] of types) {
    if (type === 'fixed' && !parts.has(group)) {
      problems.error(
        undefined,
        'group',
        `no line for ${group}`,
        'coefficients of every fixed group',
      );
    }
  }
  return parts;
}

function keyGroup(
  id: string,
  points: readonly string[],
  type: 'fixed' | 'proportional' | undefined,
  coefficients: ConstantCoefficients = {},
): KeyGroup {
  return {
    id,
    points: [...points].sort(compareIds),
    key: type === 'fixed' ? { type, coefficients } : { type: 'proportional' },
  };
}
