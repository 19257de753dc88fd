import { scaleOf, timesPowerOfTen } from './decoded-model.js';
import type { ModelImage } from './model-image.js';
import { encodeRaw, type PointType } from './point-type.js';

/** One write of a set point: a point, or neighbouring points that change together. */
export interface ControlStep {
  /** Names of the points, as in `OutWRte+InWRte`. */
  readonly points: string;
  readonly address: number;
  readonly registers: readonly number[];
}

/** Steps in their order, or why they are not known. */
export type ControlSteps = readonly ControlStep[] | { readonly reason: string };

/** A value for one point: `raw` as it stands in the register, or `scaled` by the live scale factor. */
export type StepValue =
  | { readonly point: string; readonly raw: number }
  | {
      readonly point: string;
      readonly scaled: number;
      /** Towards zero (`down`) never exceeds what was asked for. Default nearest. */
      readonly round?: 'down' | 'nearest';
    };

/** Largest magnitudes that a point can hold besides its sentinel. */
const RANGES: Partial<Record<PointType, readonly [least: number, most: number]>> = {
  int16: [-0x7fff, 0x7fff],
  uint16: [0, 0xfffe],
  int32: [-0x7fff_ffff, 0x7fff_ffff],
  uint32: [0, 0xffff_fffe],
};

/** A scaled value beyond the range of its point is brought to the end of the range. */
function rawOf(image: ModelImage, value: StepValue): number | string {
  const place = image.place(value.point);
  if (place === undefined) return `${value.point} is not there`;
  if ('raw' in value) return value.raw;
  const scale = scaleOf(place, image.registers);
  if (typeof scale === 'string') return `${value.point}: ${scale}`;
  const exact = timesPowerOfTen(value.scaled, -scale);
  // The tolerance keeps 55 % of 0.01 % steps at 5500.
  const magnitude = Math.abs(exact);
  const whole = value.round === 'down' ? Math.floor(magnitude + 1e-6) : Math.round(magnitude);
  const [least, most] = RANGES[place.definition.type] ?? [-Infinity, Infinity];
  return Math.min(most, Math.max(least, Math.sign(exact) * whole)) + 0;
}

/**
 * Makes one write of values for points that lie one after another.
 * @returns the step, or the sentence that says why it cannot be made.
 */
export function controlStep(
  image: ModelImage,
  ...values: readonly [StepValue, ...StepValue[]]
): ControlStep | string {
  const registers: number[] = [];
  for (const value of values) {
    const raw = rawOf(image, value);
    if (typeof raw === 'string') return raw;
    const place = image.place(value.point);
    if (place === undefined) return `${value.point} is not there`;
    registers.push(...encodeRaw(place.definition.type, raw, place.definition.size));
  }
  const first = image.place(values[0].point);
  return {
    points: values.map(({ point }) => point).join('+'),
    address: image.found.address + (first?.offset ?? 0),
    registers,
  };
}

/** The steps, or the first reason why one cannot be made. */
export function allSteps(steps: readonly (ControlStep | string)[]): ControlSteps {
  const reason = steps.find((step) => typeof step === 'string');
  if (reason !== undefined) return { reason };
  return steps.filter((step) => typeof step !== 'string');
}

/** A step only where the device implements the point. */
export function optionalStep(image: ModelImage, value: StepValue): (ControlStep | string)[] {
  return image.point(value.point).raw === undefined ? [] : [controlStep(image, value)];
}
