import type { GeneratedSharing } from './generated-sharing.test-data.js';

type Fields = Readonly<Record<string, unknown>>;

/** The rules of a contract that act on what is shared: each is drawn. */
const CONTRACT_FIELDS = [
  'transformer',
  'exportEligibility',
  'priceLimits',
  'exportConstraints',
  'reserveLevels',
  'calendar',
];

const POINT_FIELDS = [
  'role',
  'importLimitKilovoltAmperes',
  'exportLimitKilovoltAmperes',
  'powerFactor',
  'productionMeter',
  'connection',
  'operatorId',
  'validFrom',
  'validTo',
];

/** What of the kinds of keys and the slots of a contract a community has, each named once. */
export function drawnSlots({ file, contract }: GeneratedSharing): Set<string> {
  const drawn = new Set<string>();
  const community = file as Fields;
  nameKeys(file.sharingKey, 'at the top', drawn);
  for (const name of CONTRACT_FIELDS)
    if (community[name] !== undefined) drawn.add(`contract ${name}`);
  nameFields(community['exportEligibility'], 'exportEligibility', drawn);
  drawn.add(`netting ${String(community['netting'])}`);
  drawn.add(`unused ${textOf(community['unused'], 'grid')}`);
  const plants = community['plants'] as Fields | undefined;
  drawn.add(`plants by ${textOf(plants?.['by'], 'injection')}`);
  drawn.add(`resolution ${String(community['resolution'])}`);
  drawn.add(`in ${String(community['timeZone'])}`);
  if (contract.intervals > 1) drawn.add('several intervals');
  for (const member of community['members'] as Fields[]) {
    if (member['validFrom'] ?? member['validTo']) drawn.add('validity of a member');
    const points = member['meteringPoints'] as Fields[];
    if (points.length > 1) drawn.add('several points of a member');
    for (const point of points) namePoint(point, drawn);
  }
  return drawn;
}

function textOf(value: unknown, absent: string): string {
  return typeof value === 'string' ? value : absent;
}

function nameFields(fields: unknown, what: string, drawn: Set<string>): void {
  for (const name of Object.keys(fields ?? {})) drawn.add(`${what} ${name}`);
}

function namePoint(point: Fields, drawn: Set<string>): void {
  for (const name of POINT_FIELDS) {
    if (point[name] !== undefined) drawn.add(`point ${name}`);
  }
  if (point['role'] !== undefined) drawn.add(`role ${textOf(point['role'], '')}`);
  const factors = point['participation'] as Fields[] | undefined;
  if (factors === undefined) return;
  drawn.add('participation');
  if (new Set(factors.map(({ community }) => community)).size > 1) drawn.add('several memberships');
  if (factors.some(({ validFrom, validTo }) => validFrom ?? validTo)) drawn.add('dated factors');
}

function nameKeys(key: Fields, place: string, drawn: Set<string>): void {
  const type = String(key['type']);
  drawn.add(type === 'calendar' && place !== 'at the top' ? 'calendar inside' : `${type} ${place}`);
  for (const name of formsOf(key)) drawn.add(`${type}: ${name}`);
  for (const step of (key['steps'] ?? []) as Fields[]) nameKeys(step, 'as a step', drawn);
  for (const group of (key['groups'] ?? []) as Fields[]) {
    nameKeys(group['key'] as Fields, 'in a group', drawn);
  }
  for (const row of (key['rows'] ?? []) as Fields[]) {
    nameKeys(row['key'] as Fields, 'by calendar', drawn);
  }
  for (const side of ['scarce', 'abundant']) {
    if (key[side]) nameKeys(key[side] as Fields, `where ${side}`, drawn);
  }
}

function formsOf({ type, coefficients, sum, file, values, mechanism }: Fields): string[] {
  if (type === 'market') return [String(mechanism)];
  if (type === 'exPost') return [String(values), fileForm(String(file))];
  if (type !== 'fixed' && type !== 'pairs') return [];
  const forms = [`sum ${textOf(sum, 'at-most-1')}`];
  if (coefficients === 'equal') return [...forms, 'equal'];
  const { file: name, calendar } = coefficients as Fields;
  if (typeof name === 'string') return [...forms, fileForm(name)];
  if (calendar === undefined) return [...forms, 'constant'];
  const conditions = (calendar as Fields[]).flatMap((row) => Object.keys(row));
  return [...forms, ...new Set(conditions.map((condition) => `calendar ${condition}`))];
}

/** `k0-spans.csv`: spans.csv; a Spanish file: yearly or constant, as its text says. */
function fileForm(name: string): string {
  return name.endsWith('.txt') ? 'TXT' : name.replace(/^k\d+-/, '');
}
