import { pointDefinition } from './point.js';
import {
  isRegisterPoint,
  pointSize,
  type ProfilePoint,
  type RegisterPoint,
} from './profile-point.js';
import type { ProfileProblems } from './profile-problems.js';
import { borderInside, covers, overlap, spanOf, spanText, type Span } from './register-span.js';
import { lintSentinels } from './lint-sentinels.js';

/** Rules about points, their registers and the reads that bring them. */
export function lintPoints(problems: ProfileProblems): void {
  problems.uniqueNames('points', problems.profile.points);
  problems.profile.points.forEach((point, index) => {
    lintPoint(problems, point, `points[${index}]`);
  });
  lintOverlaps(problems);
  lintBlocks(problems);
}

function unitFits(unit: string, wanted: string): boolean {
  if (wanted === 'mWh') return unit === 'kWh' || unit === 'Wh' || unit === 'mWh';
  return unit === wanted;
}

function lintPoint(problems: ProfileProblems, point: ProfilePoint, path: string): void {
  const definition = pointDefinition(point.id);
  if (point.internal !== true) {
    if (definition === undefined) {
      problems.error(
        'vocabulary',
        `${path}.id`,
        point.id,
        'a point of the vocabulary, or internal',
      );
    } else if (!unitFits(point.unit, definition.unit)) {
      problems.error('unit', `${path}.unit`, point.unit, `a unit that becomes ${definition.unit}`);
    }
  }
  if (point.minimum !== undefined && point.maximum !== undefined && point.minimum > point.maximum) {
    problems.error('bounds', `${path}.minimum`, String(point.minimum), 'not above maximum');
  }
  problems.quantity(`${path}.nameplate`, point.nameplate);
  if (typeof point.nameplate === 'number' && point.nameplate <= 0) {
    problems.error('bounds', `${path}.nameplate`, String(point.nameplate), 'a rating above 0');
  }
  if (isRegisterPoint(point)) lintRegisterPoint(problems, point, path);
  else {
    point.sum.forEach((term, index) => {
      problems.reference(`${path}.sum[${index}].point`, term.point);
      if (reaches(problems, term.point, point.id)) {
        const expected = `a point that is not made of ${point.id} itself`;
        problems.error('reference', `${path}.sum[${index}].point`, term.point, expected);
      }
    });
  }
}

/** Whether a point is, or is made of, another one. */
function reaches(problems: ProfileProblems, from: string, to: string): boolean {
  const seen = new Set([from]);
  for (const id of seen) {
    if (id === to) return true;
    const point = problems.profile.points.find((candidate) => candidate.id === id);
    if (point !== undefined && !isRegisterPoint(point)) point.sum.forEach((t) => seen.add(t.point));
  }
  return false;
}

function lintRegisterPoint(problems: ProfileProblems, point: RegisterPoint, path: string): void {
  const bits = point.table === 'coil' || point.table === 'discrete';
  if (bits !== (point.encoding === 'bit')) {
    const expected = bits ? 'bit in a table of bits' : 'an encoding of registers';
    problems.error('table', `${path}.encoding`, point.encoding, expected);
  }
  if ((point.encoding === 'string') !== (point.count !== undefined)) {
    problems.error(
      'table',
      `${path}.count`,
      String(point.count),
      'a count for strings and only there',
    );
  }
  if (point.address + pointSize(point) > 65_536) {
    problems.error(
      'read-length',
      `${path}.address`,
      String(point.address),
      'registers up to 65535',
    );
  }
  if (point.scale === 0) problems.error('unit', `${path}.scale`, '0', 'a factor that is not 0');
  const directed = point.unit === 'W' || point.unit === 'var';
  if (directed && point.internal !== true && point.sign === undefined) {
    problems.error(
      'sign',
      `${path}.sign`,
      'nothing',
      '1 or -1: which way is positive must be stated',
    );
  }
  lintSentinels(problems, point.encoding, pointSize(point), point.absent, `${path}.absent`);
  if (point.agreement === true && pointSize(point) < 2) {
    const expected = 'none: one register cannot be torn';
    problems.error('agreement', `${path}.agreement`, 'true', expected);
  }
  lintNames(problems, point, path);
  if (point.scaleFrom !== undefined) {
    const factor = lintCompanion(problems, point, point.scaleFrom, `${path}.scaleFrom`);
    if (factor !== undefined && factor.unit !== 'exponent') {
      problems.error('unit', `${path}.scaleFrom`, point.scaleFrom, 'a point with unit exponent');
    }
  }
  if (point.signFrom !== undefined) {
    lintCompanion(problems, point, point.signFrom.point, `${path}.signFrom.point`);
  }
}

const NAMED: ReadonlySet<string> = new Set(['u16', 's16', 'u32', 's32', 'u64', 's64']);

/** Names of states or bits need a whole number, and only one of the ways to read it. */
function lintNames(problems: ProfileProblems, point: RegisterPoint, path: string): void {
  const ways = (['enum', 'bits', 'oneOf'] as const).filter((way) => point[way] !== undefined);
  const [first, second] = ways;
  if (first === undefined) return;
  if (second !== undefined) {
    problems.error('states', `${path}.${second}`, second, `not both ${first} and ${second}`);
  }
  if (first !== 'oneOf' && !NAMED.has(point.encoding)) {
    problems.error('states', `${path}.${first}`, point.encoding, 'an encoding of whole numbers');
  }
  const width = pointSize(point) * 16;
  const beyond = Object.keys(point.bits ?? {}).find((bit) => Number(bit) >= width);
  if (beyond !== undefined) {
    problems.error('states', `${path}.bits.${beyond}`, beyond, `a bit below ${width}`);
  }
}

/** What a value is read with may change at any time: it only fits values of the same reply. */
function lintCompanion(
  problems: ProfileProblems,
  point: RegisterPoint,
  name: string,
  path: string,
): ProfilePoint | undefined {
  problems.reference(path, name);
  const factor = problems.profile.points.find(({ id }) => id === name);
  if (factor === undefined) return undefined;
  const together =
    isRegisterPoint(factor) &&
    (problems.profile.blocks ?? []).some(
      (block) => covers(block, spanOf(point)) && covers(block, spanOf(factor)),
    );
  if (!together) problems.error('scale-together', path, name, 'a point in the same block');
  return factor;
}

function lintOverlaps(problems: ProfileProblems): void {
  const points = problems.profile.points
    .map((point, index) => ({ point, index }))
    .filter((entry): entry is { point: RegisterPoint; index: number } =>
      isRegisterPoint(entry.point),
    )
    .sort((a, b) => a.point.address - b.point.address);
  for (const [index, { point, index: place }] of points.entries()) {
    for (const other of points.slice(index + 1)) {
      if (other.point.address >= point.address + pointSize(point)) break;
      // Several meanings of one register (bits, states) are read from it the same way.
      const shared =
        point.address === other.point.address && point.encoding === other.point.encoding;
      if (!shared && overlap(spanOf(point), spanOf(other.point))) {
        const expected = `registers of its own: points[${place}] (${point.id}) lies there`;
        problems.error('overlap', `points[${other.index}]`, other.point.id, expected);
      }
    }
  }
}

function lintBlocks(problems: ProfileProblems): void {
  const limit = problems.profile.transport.registersPerRead ?? 125;
  for (const [index, block] of (problems.profile.blocks ?? []).entries()) {
    const bits = block.table === 'coil' || block.table === 'discrete';
    const most = bits ? 2000 : limit;
    const path = `blocks[${index}]`;
    if (block.count > most) {
      problems.error('read-length', `${path}.count`, String(block.count), `at most ${most}`);
    }
    lintReadable(problems, block, path);
  }
  problems.profile.points.forEach((point, index) => {
    if (!isRegisterPoint(point)) return;
    const path = `points[${index}]`;
    if (pointSize(point) > limit) {
      const expected = `at most ${limit} registers in one read`;
      problems.error('read-length', path, String(pointSize(point)), expected);
    }
    lintReadable(problems, spanOf(point), path);
  });
}

/** One read of these registers must be allowed. */
function lintReadable(problems: ProfileProblems, span: Span, path: string): void {
  const { forbidden = [], boundaries = [] } = problems.profile;
  for (const range of forbidden) {
    if (overlap(span, range)) {
      const expected = `no forbidden register (${spanText(range)})`;
      problems.error('forbidden', path, spanText(span), expected);
    }
  }
  for (const border of boundaries) {
    if (borderInside(span, border)) {
      const expected = `no read across the border before ${border.table} ${border.address}`;
      problems.error('boundary', path, spanText(span), expected);
    }
  }
  problems.insideSpace(path, span);
}
