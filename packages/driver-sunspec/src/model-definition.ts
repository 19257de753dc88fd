import { DriverSunspecError } from './driver-sunspec-error.js';
import { isPointType, POINT_REGISTERS, type PointType } from './point-type.js';

/** One point of a model. */
export interface PointDefinition {
  /** SunSpec's own name, as in `WMaxLimPct`. */
  readonly name: string;
  readonly type: PointType;
  /** Registers. */
  readonly size: number;
  /** SunSpec's unit without spaces, as in `%WMax`; absent where it has none. */
  readonly unit?: string;
  /** Name of the point that holds its power of ten, or that power where it is always the same. */
  readonly scaleFactor?: string | number;
  readonly writable: boolean;
  /** A device that has the model must implement it. */
  readonly mandatory: boolean;
}

/** Points that belong together, once or repeated. */
export interface GroupDefinition {
  readonly name: string;
  /**
   * How often it is repeated: once, as often as a point outside says, or as often as fits into the
   * rest of the model.
   */
  readonly count: 'once' | 'rest' | { readonly point: string };
  readonly points: readonly PointDefinition[];
  /** They lie behind the points, one after another. */
  readonly groups: readonly GroupDefinition[];
}

/** One SunSpec information model. The registers of its id and length are not among its points. */
export interface ModelDefinition extends GroupDefinition {
  readonly id: number;
}

const POINT = /^(\w+) (\w+)(?::(\d+))?(!?)((?: \S+)*)$/;
const GROUP = /^(\w+)(?: (\w+))? \{$/;

interface OpenGroup {
  readonly name: string;
  readonly count: GroupDefinition['count'];
  readonly points: PointDefinition[];
  readonly groups: GroupDefinition[];
}

/**
 * Reads a model from this project's own notation: one point a line as `name type unit *scaleFactor
 * rw` (all but name and type may be missing; `!` behind the type = mandatory, `string:16` = 16
 * registers), a group as `name count {` … `}` where count is a point's name, `rest` or missing.
 * @throws DriverSunspecError `bad-definition` naming model and line.
 */
export function parseModel(id: number, text: string): ModelDefinition {
  const root: OpenGroup = { name: `model ${id}`, count: 'once', points: [], groups: [] };
  const open: OpenGroup[] = [root];
  text.split('\n').forEach((line, index) => {
    const trimmed = line.trim();
    if (trimmed === '') return;
    const group = open.at(-1) ?? root;
    const begun = GROUP.exec(trimmed);
    if (begun !== null) {
      const [, name = '', count] = begun;
      open.push({ name, count: countOf(count), points: [], groups: [] });
    } else if (trimmed === '}' && open.length > 1) {
      open.pop();
      (open.at(-1) ?? root).groups.push(group);
    } else {
      const point = parsePoint(trimmed);
      if (point === undefined || group.groups.length > 0) {
        throw new DriverSunspecError(
          'bad-definition',
          `model ${id}, line ${index}: got "${trimmed}", expected a point in front of all groups, as "W int16 W *W_SF"`,
        );
      }
      group.points.push(point);
    }
  });
  if (open.length !== 1) {
    throw new DriverSunspecError('bad-definition', `model ${id}: a group is not closed by }`);
  }
  return { id, ...root };
}

function countOf(count: string | undefined): GroupDefinition['count'] {
  if (count === undefined) return 'once';
  return count === 'rest' ? 'rest' : { point: count };
}

const powerOrName = (text: string): string | number => (/^-?\d+$/.test(text) ? Number(text) : text);

function parsePoint(line: string): PointDefinition | undefined {
  const [, name, type, length, mandatory, more = ''] = POINT.exec(line) ?? [];
  if (name === undefined || type === undefined || !isPointType(type)) return undefined;
  if ((type === 'string') !== (length !== undefined) && type !== 'ipv6addr') return undefined;
  const words = more.split(' ').filter((word) => word !== '');
  const scaleFactor = words.find((word) => word.startsWith('*'))?.slice(1);
  const unit = words.find((word) => word !== 'rw' && !word.startsWith('*'));
  return {
    name,
    type,
    size: type === 'string' ? Number(length) : POINT_REGISTERS[type],
    ...(unit === undefined ? {} : { unit }),
    ...(scaleFactor === undefined ? {} : { scaleFactor: powerOrName(scaleFactor) }),
    writable: words.includes('rw'),
    mandatory: mandatory === '!',
  };
}
