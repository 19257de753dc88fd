import type { ModelDefinition } from './model-definition.js';
import { layOutModel, type ModelLayout, type PlacedPoint } from './model-layout.js';
import { decodePoint, type DecodedPoint } from './decoded-model.js';
import type { FoundModel } from './scan.js';

/** One decoded model of a device with the registers read last. */
export class ModelImage {
  readonly layout: ModelLayout;
  private readonly places: ReadonlyMap<string, PlacedPoint>;

  /** @param registers from the model's id register on. */
  constructor(
    readonly found: FoundModel,
    readonly definition: ModelDefinition,
    readonly registers: Uint16Array,
  ) {
    this.layout = layOutModel(definition, registers);
    this.places = new Map(this.layout.points.map((point) => [point.path, point]));
  }

  /** Where a point lies; undefined where this device's model does not have it. */
  place(path: string): PlacedPoint | undefined {
    return this.places.get(path);
  }

  /** A point as read last. */
  point(path: string): DecodedPoint {
    const place = this.places.get(path);
    return place === undefined
      ? { absence: 'not-implemented' }
      : decodePoint(place, this.registers);
  }

  /** A number as read last, or undefined where there is none. */
  number(path: string): number | undefined {
    const { value } = this.point(path);
    return typeof value === 'number' ? value : undefined;
  }

  /** A text as read last, or undefined where there is none. */
  text(path: string): string | undefined {
    const { value } = this.point(path);
    return typeof value === 'string' ? value : undefined;
  }

  /** Whether registers from the device still begin with this model's id and length. */
  isHeader(registers: ArrayLike<number>): boolean {
    return registers[0] === this.found.id && registers[1] === this.found.length;
  }
}
