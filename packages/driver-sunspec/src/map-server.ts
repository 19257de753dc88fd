import { ModbusException } from '@microgrid/modbus';
import type { TwinUnitHandler } from '@microgrid/devices';
import { ModelImage } from './model-image.js';
import { modelDefinition } from './model-registry.js';
import type { SunspecMap } from './sunspec-map.js';

const ILLEGAL_ADDRESS = 2;

/** What a served map tells of writes. */
export interface MapServerHooks {
  /** Before each request: time may have passed. */
  readonly before?: () => void;
  /** Before a write is taken; may throw a ModbusException. */
  readonly check?: (image: ModelImage, offset: number, values: ArrayLike<number>) => void;
  /** After a write was taken; offsets count from the model's id register. */
  readonly written?: (image: ModelImage, offset: number, count: number) => void;
}

/**
 * A SunSpec map as a device serves it: holding registers from the marker to the end model, exception
 * 2 outside, and writes only where every register belongs to a point that may be written.
 */
export class MapServer {
  /** Its decoded models over the very registers that are served. */
  readonly images: readonly ModelImage[];
  readonly handler: TwinUnitHandler;

  constructor(
    private readonly map: SunspecMap,
    private readonly hooks: MapServerHooks = {},
  ) {
    const { registers, base } = map;
    this.images = map.models.flatMap((found) => {
      const definition = modelDefinition(found.id);
      const start = found.address - base;
      const own = registers.subarray(start, start + 2 + found.length);
      return definition === undefined ? [] : [new ModelImage(found, definition, own)];
    });
    this.handler = {
      read: (table, address, count) => this.read(table, address, count),
      write: (table, address, values) => {
        this.write(table, address, values);
      },
    };
  }

  private read(table: string, address: number, count: number): Uint16Array {
    this.hooks.before?.();
    const start = address - this.map.base;
    const { registers } = this.map;
    if (table !== 'holding' || start < 0 || start + count > registers.length) {
      throw new ModbusException(ILLEGAL_ADDRESS);
    }
    return registers.subarray(start, start + count);
  }

  private write(table: string, address: number, values: Uint16Array | boolean[]): void {
    this.hooks.before?.();
    const image = this.images.find(
      ({ found }) =>
        address >= found.address && address + values.length <= found.address + 2 + found.length,
    );
    if (table !== 'holding' || image === undefined) throw new ModbusException(ILLEGAL_ADDRESS);
    const offset = address - image.found.address;
    for (let at = offset; at < offset + values.length; at += 1) {
      if (!isWritable(image, at)) throw new ModbusException(ILLEGAL_ADDRESS);
    }
    const registers = Uint16Array.from(values, Number);
    this.hooks.check?.(image, offset, registers);
    image.registers.set(registers, offset);
    this.hooks.written?.(image, offset, registers.length);
  }
}

function isWritable(image: ModelImage, offset: number): boolean {
  return image.layout.points.some(
    ({ offset: start, definition }) =>
      definition.writable && offset >= start && offset < start + definition.size,
  );
}
