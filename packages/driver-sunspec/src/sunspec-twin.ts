import type { Clock, ModbusTwin, TwinSurroundings } from '@microgrid/devices';
import { ModbusException } from '@microgrid/modbus';
import { phasesOf, pointCandidates } from './candidates.js';
import type { SunspecConfig } from './config.js';
import { scaleOf, timesPowerOfTen } from './decoded-model.js';
import { deviceControls } from './device-controls.js';
import { chooseParts } from './device-parts.js';
import { DriverSunspecError } from './driver-sunspec-error.js';
import { MapServer } from './map-server.js';
import type { ModelImage } from './model-image.js';
import type { PlacedPoint } from './model-layout.js';
import type { Conversion } from './model-map.js';
import type { PointSource } from './point-source.js';
import { absentRegisters, encodeRaw } from './point-type.js';
import { reversionsOf, type Reversion } from './reversion.js';
import type { SunspecControl } from './sunspec-control.js';
import { buildMap, type MapModel } from './sunspec-map.js';
import { twinModels } from './twin-values.js';

const ILLEGAL_VALUE = 3;

/** Models of a simulated device by what it is to its site. */
const MODELS: Readonly<Record<NonNullable<SunspecConfig['role']>, readonly number[]>> = {
  gridMeter: [1, 203],
  meter: [1, 203],
  pvInverter: [1, 103, 120, 121, 122, 123, 160],
  batteryInverter: [1, 701, 702, 704, 713],
  hybridInverter: [1, 701, 120, 121, 122, 123, 124, 713, 714],
};

/** How to lay a simulated device out. */
export interface SunspecTwinOptions {
  /** Models with their values, in their order. */
  readonly models: readonly MapModel[];
  readonly config: SunspecConfig;
  readonly clock: Clock;
}

/** A simulated SunSpec device. */
export interface SunspecTwin extends ModbusTwin {
  /** Its decoded models over the registers that are served: what is changed there is shown. */
  readonly images: readonly ModelImage[];
}

/** The twin of the driver: the models of `config.twin`, or those of its role (default a hybrid). */
export function sunspecTwin(config: SunspecConfig, { clock }: TwinSurroundings): SunspecTwin {
  const ids = config.twin?.models ?? MODELS[config.role ?? 'hybridInverter'];
  const models = twinModels(ids, 'twin-1', config.twin?.ratings);
  return simulateSunspec({ models, config, clock });
}

const INVERSE: Readonly<Partial<Record<Conversion, (value: number) => number>>> = {
  negated: (value) => -value,
  negatedRatio: (value) => -value,
  energy: (value) => value / 1000,
};

/** Operating states that show `operating` and `fault`: [running, standing, faulty]. */
const STATES: Partial<Record<Conversion, readonly [number, number, number]>> = {
  running101: [4, 2, 7],
  faulted101: [4, 2, 7],
  running701: [3, 1, 6],
  faulted701: [3, 1, 6],
};

/** Simulates a device of any models; of those that are controls it obeys 123, 124 and 704. */
export function simulateSunspec({ models, config, clock }: SunspecTwinOptions): SunspecTwin {
  const reversions: Reversion[] = [];
  const lapse = (): void => {
    for (const reversion of reversions) reversion.lapse(clock.monotonicMs());
  };
  let writes = 0;
  const map = buildMap(models, { base: config.bases[0] ?? 40_000 });
  const server = new MapServer(map, {
    before: lapse,
    check: (image, offset, values) => {
      writes += 1;
      refuseNonsense(image, offset, values);
    },
    written: (image, offset, count) => {
      for (const reversion of reversions) {
        if (reversion.image === image) reversion.written(offset, count, clock.monotonicMs());
      }
    },
  });
  reversions.push(...server.images.flatMap(reversionsOf));
  const parts = chooseParts(server.images, config);
  const candidates =
    parts === undefined
      ? []
      : pointCandidates(parts, {
          phases: config.phases ?? phasesOf(parts),
          invertMeterPower: config.invertMeterPower ?? false,
          invertBatteryPower: config.invertBatteryPower,
        });
  const controls: readonly SunspecControl[] =
    parts === undefined ? [] : deviceControls(parts, config);
  return {
    kind: 'modbus',
    unit: config.unit ?? 1,
    handler: server.handler,
    images: server.images,
    get writes() {
      return writes;
    },
    set: (values) => {
      for (const [point, value] of Object.entries(values)) {
        const candidate = candidates.find((one) => one.point === point);
        if (candidate === undefined) {
          throw new DriverSunspecError(
            'unknown-point',
            `${point}: no model of this twin has such a point`,
          );
        }
        candidate.sources.forEach((source, index) => {
          // Second choices of the same model stay as they are: nobody would look at them.
          const first = candidate.sources.findIndex(({ image }) => image === source.image);
          if (first === index) show(source, value);
        });
      }
      if (parts?.ac !== undefined) showTotals(parts.ac, values);
    },
    setPoints: () => {
      lapse();
      return Object.fromEntries(controls.map((control) => [control.id, control.inForce()]));
    },
  };
}

/** Lines by what they are called in models 101 to 214. */
const LINES = ['L1', 'L2', 'L3'] as const;

/**
 * Every SunSpec meter and inverter shows the sum of its currents and the mean of its voltages, which
 * the house has no points for. They follow what is set; what no register holds is not implemented.
 */
function showTotals(image: ModelImage, values: Readonly<Record<string, number | undefined>>): void {
  const total = (name: string, point: 'current' | 'voltage', mean: boolean): void => {
    const place = image.place(name);
    if (place === undefined || !LINES.some((line) => `${point}${line}` in values)) return;
    const known = LINES.map((line) => values[`${point}${line}`]).filter(
      (value) => value !== undefined,
    );
    const sum = known.reduce((before, value) => before + value, 0);
    const shown = mean ? sum / known.length : sum;
    try {
      put(image, place, known.length === 0 ? undefined : shown);
    } catch {
      put(image, place, undefined);
    }
  };
  total('A', 'current', false);
  total('PhV', 'voltage', true);
}

function refuseNonsense(image: ModelImage, offset: number, values: ArrayLike<number>): void {
  const percent = image.place('WMaxLimPct');
  if (percent === undefined || percent.offset < offset) return;
  const written = values[percent.offset - offset];
  const scale = scaleOf(percent, image.registers);
  if (written === undefined || typeof scale !== 'number') return;
  if (written * 10 ** scale > 100) throw new ModbusException(ILLEGAL_VALUE);
}

function show(source: PointSource, value: number | undefined): void {
  const { terms, conversion, image } = source;
  const states = STATES[conversion];
  if (states !== undefined) {
    showState(source, value, states);
    return;
  }
  const sign = value === undefined ? 1 : Math.sign(INVERSE[conversion]?.(value) ?? value) || 1;
  const carrier = terms.findIndex(({ factor }) => terms.length === 1 || factor === sign);
  terms.forEach(({ place, factor }, index) => {
    if (value === undefined) put(image, place, undefined);
    else if (index !== Math.max(0, carrier)) {
      put(image, place, conversion === 'energy' ? undefined : 0);
    } else put(image, place, (INVERSE[conversion]?.(value) ?? value) * factor);
  });
}

function showState(
  { terms, conversion, image }: PointSource,
  value: number | undefined,
  [running, standing, faulty]: readonly [number, number, number],
): void {
  const place = terms[0]?.place;
  if (place === undefined) return;
  if (value === undefined) {
    put(image, place, undefined);
    return;
  }
  const now = image.number(place.path);
  if (conversion.startsWith('running')) put(image, place, value === 0 ? standing : running);
  else if (value !== 0) put(image, place, faulty);
  else if (now === faulty) put(image, place, standing);
}

/** Shows a value in the point's unit; undefined = not implemented. */
function put(image: ModelImage, place: PlacedPoint, value: number | undefined): void {
  const { type, size } = place.definition;
  try {
    const registers =
      value === undefined
        ? absentRegisters(type, size)
        : encodeRaw(type, rawOf(image, place, value), size);
    image.registers.set(registers, place.offset);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new DriverSunspecError('bad-map', `model ${image.found.id}.${place.path}: ${reason}`);
  }
}

function rawOf(image: ModelImage, place: PlacedPoint, value: number): number {
  const { type } = place.definition;
  if (type === 'float32' || type === 'float64') return value;
  const scale = scaleOf(place, image.registers);
  return Math.round(timesPowerOfTen(value, typeof scale === 'number' ? -scale : 0)) + 0;
}
