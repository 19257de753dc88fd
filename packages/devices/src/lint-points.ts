import { pointDefinition } from './point.js';
import {
  isRegisterPoint,
  pointSize,
  type ProfilePoint,
  type RegisterPoint,
} from './profile-point.js';
import type { ProfileProblems } from './profile-problems.js';
import { covers, overlap, spanOf, spanText } from './register-span.js';

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

const RANGES: Partial<Record<RegisterPoint['encoding'], readonly [number, number]>> = {
  u16: [0, 0xffff],
  s16: [-0x8000, 0x7fff],
  u32: [0, 0xffff_ffff],
  s32: [-0x8000_0000, 0x7fff_ffff],
  bit: [0, 1],
};

function fitsEncoding(encoding: RegisterPoint['encoding'], raw: number): boolean {
  if (encoding === 'string') return false;
  const range = RANGES[encoding];
  return range === undefined || (Number.isInteger(raw) && raw >= range[0] && raw <= range[1]);
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
  if (isRegisterPoint(point)) lintRegisterPoint(problems, point, path);
  else {
    point.sum.forEach((term, index) => {
      problems.reference(`${path}.sum[${index}].point`, term.point);
      if (term.point === point.id) {
        problems.error('reference', `${path}.sum[${index}].point`, term.point, 'another point');
      }
    });
  }
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
  for (const [index, raw] of (point.absent ?? []).entries()) {
    if (!fitsEncoding(point.encoding, raw)) {
      const expected = `a value that ${point.encoding} can hold`;
      problems.error('sentinel', `${path}.absent[${index}]`, String(raw), expected);
    }
  }
  if (point.scaleFrom !== undefined) lintScaleFrom(problems, point, point.scaleFrom, path);
}

/** A scale factor may change at any time: it only fits values of the same reply. */
function lintScaleFrom(
  problems: ProfileProblems,
  point: RegisterPoint,
  name: string,
  path: string,
): void {
  problems.reference(`${path}.scaleFrom`, name);
  const factor = problems.profile.points.find(({ id }) => id === name);
  if (factor === undefined) return;
  const together =
    isRegisterPoint(factor) &&
    (problems.profile.blocks ?? []).some(
      (block) => covers(block, spanOf(point)) && covers(block, spanOf(factor)),
    );
  if (!together) {
    problems.error('scale-together', `${path}.scaleFrom`, name, 'a point in the same block');
  }
  if (factor.unit !== 'exponent') {
    problems.error('unit', `${path}.scaleFrom`, name, 'a point with unit exponent');
  }
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
    if (block.count > most) {
      problems.error(
        'read-length',
        `blocks[${index}].count`,
        String(block.count),
        `at most ${most}`,
      );
    }
    for (const range of problems.profile.forbidden ?? []) {
      if (overlap(block, range)) {
        const expected = `no forbidden register (${spanText(range)})`;
        problems.error('forbidden', `blocks[${index}]`, spanText(block), expected);
      }
    }
  }
  problems.profile.points.forEach((point, index) => {
    if (!isRegisterPoint(point)) return;
    if (pointSize(point) > limit) {
      const expected = `at most ${limit} registers in one read`;
      problems.error('read-length', `points[${index}]`, String(pointSize(point)), expected);
    }
    for (const range of problems.profile.forbidden ?? []) {
      if (overlap(spanOf(point), range)) {
        const expected = `no forbidden register (${spanText(range)})`;
        problems.error('forbidden', `points[${index}]`, spanText(spanOf(point)), expected);
      }
    }
  });
}
