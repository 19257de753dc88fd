import type { GroupDefinition, ModelDefinition, PointDefinition } from './model-definition.js';
import { decodeRaw } from './point-type.js';

/** One point of a model as one device has it. */
export interface PlacedPoint {
  /** Name with the groups it lies in, as in `Crv[0].Pt[2].V` or `PFWInj.PF`; counted from 0. */
  readonly path: string;
  readonly definition: PointDefinition;
  /** Registers from the model's id register, so the first point of a model has 2. */
  readonly offset: number;
  /** Where its scale factor lies; absent where it has none. */
  readonly scaleOffset?: number;
}

/** Places of all points of a model. */
export interface ModelLayout {
  readonly points: readonly PlacedPoint[];
  /** Registers used, id and length included; below the model's own where it is padded. */
  readonly end: number;
  /** False where a count asks for more than the model's length holds. */
  readonly complete: boolean;
}

const HEADER = 2;

type Scope = ReadonlyMap<string, PlacedPoint>;

class Layout {
  readonly points: PlacedPoint[] = [];
  end = HEADER;
  complete = true;

  constructor(
    private readonly registers: ArrayLike<number>,
    private readonly limit: number,
  ) {}

  /** Places one group; false when it does not fit any more. */
  place(group: GroupDefinition, prefix: string, outer: Scope): boolean {
    const scope = new Map(outer);
    const placed: PlacedPoint[] = [];
    let offset = this.end;
    for (const definition of group.points) {
      if (offset + definition.size > this.limit) {
        // The front of a model that is shorter than its definition is as good as ever.
        if (prefix !== '') return this.refuse();
        this.complete = false;
        break;
      }
      const point = { path: prefix + definition.name, definition, offset };
      scope.set(definition.name, point);
      placed.push(point);
      offset += definition.size;
    }
    this.end = offset;
    for (const point of placed) {
      const scale = point.definition.scaleFactor;
      const scaleOffset = typeof scale === 'string' ? scope.get(scale)?.offset : undefined;
      this.points.push(scaleOffset === undefined ? point : { ...point, scaleOffset });
    }
    if (placed.length < group.points.length) return true;
    return group.groups.every((inner) => this.placeAll(inner, prefix, scope));
  }

  private refuse(): false {
    this.complete = false;
    return false;
  }

  private placeAll(group: GroupDefinition, prefix: string, scope: Scope): boolean {
    if (group.count === 'once') return this.place(group, `${prefix}${group.name}.`, scope);
    const most = this.countOf(group, scope);
    for (let index = 0; index < most; index += 1) {
      const before = { end: this.end, length: this.points.length, complete: this.complete };
      if (this.place(group, `${prefix}${group.name}[${index}].`, scope)) continue;
      // A repetition that is cut off is no repetition.
      this.end = before.end;
      this.points.length = before.length;
      if (group.count === 'rest') this.complete = before.complete;
      break;
    }
    return true;
  }

  private countOf(group: GroupDefinition, scope: Scope): number {
    // An empty group would repeat for ever.
    const fitting = group.points.length === 0 ? 0 : this.limit - this.end;
    if (group.count === 'rest') {
      const counter = [...scope.values()].find(({ definition }) => definition.type === 'count');
      return Math.min(fitting, this.value(counter) ?? fitting);
    }
    if (group.count === 'once') return 1;
    const counted = this.value(scope.get(group.count.point)) ?? 0;
    return Math.min(fitting, counted);
  }

  private value(point: PlacedPoint | undefined): number | undefined {
    if (point === undefined) return undefined;
    const { type, size } = point.definition;
    const raw = decodeRaw(type, this.registers, point.offset, size);
    return typeof raw === 'number' ? raw : undefined;
  }
}

/**
 * Places the points of a model by the counts that its registers hold.
 * @param registers the model from its id register on, `length + 2` of them: what lies beyond the
 * length of the model does not belong to it.
 */
export function layOutModel(
  definition: ModelDefinition,
  registers: ArrayLike<number>,
): ModelLayout {
  const limit = Math.min(registers.length, HEADER + (registers[1] ?? 0));
  const layout = new Layout(registers, limit);
  layout.place(definition, '', new Map());
  const { points, end, complete } = layout;
  return { points, end, complete };
}
