import type { PointName } from '@microgrid/devices';
import { decodePoint, decodeThousandths, scaleOf, type DecodedPoint } from './decoded-model.js';
import type { ModelImage } from './model-image.js';
import type { PlacedPoint } from './model-layout.js';
import type { Conversion } from './model-map.js';

/** Where a published point's value comes from: one SunSpec point or the sum of several of one model. */
export interface PointSource {
  readonly image: ModelImage;
  readonly terms: readonly { readonly place: PlacedPoint; readonly factor: 1 | -1 }[];
  readonly conversion: Conversion;
}

/** One point that a device may publish, the best source first. */
export interface PointCandidate {
  readonly point: PointName;
  readonly sources: readonly PointSource[];
}

/** A value, or the reason why there is none. */
export type SourceValue =
  | { readonly value: number; readonly cause?: undefined }
  | { readonly value?: undefined; readonly cause: string };

/** Operating states of models 101-113 in which an inverter converts: MPPT and THROTTLED. */
const RUNNING_101 = [4, 5];
const FAULT_101 = 7;
/** The same of model 701: RUNNING and THROTTLED. */
const RUNNING_701 = [3, 4];
const FAULT_701 = 6;

const truth = (value: boolean): number => (value ? 1 : 0);

const CONVERSIONS: Readonly<Record<Conversion, (value: number) => number>> = {
  same: (value) => value,
  negated: (value) => -value,
  magnitude: Math.abs,
  energy: (value) => value,
  // SunSpec's unit is percent, but many devices give the plain ratio.
  ratio: (value) => (Math.abs(value) > 1 ? value / 100 : value),
  negatedRatio: (value) => -(Math.abs(value) > 1 ? value / 100 : value),
  running101: (value) => truth(RUNNING_101.includes(value)),
  faulted101: (value) => truth(value === FAULT_101),
  running701: (value) => truth(RUNNING_701.includes(value)),
  faulted701: (value) => truth(value === FAULT_701),
};

/** Whether the source is a lifetime counter. */
export const isCounter = ({ conversion }: PointSource): boolean => conversion === 'energy';

/** What a counter counts by, in mWh. */
export function counterStep({ image, terms }: PointSource): number {
  const scales = terms.map(({ place }) => scaleOf(place, image.registers));
  const steps = scales.map((scale) => (typeof scale === 'number' ? 10 ** (scale + 3) : 1000));
  return Math.max(...steps);
}

function termValue(source: PointSource, place: PlacedPoint): DecodedPoint {
  const { registers } = source.image;
  return isCounter(source) ? decodeThousandths(place, registers) : decodePoint(place, registers);
}

/**
 * The source with the terms that have a value now. Strings that are not fitted have none, and those
 * that count at first belong to the sum for good: it would jump otherwise.
 */
export function fitted(source: PointSource): PointSource {
  const terms = source.terms.filter(
    ({ place }) => typeof termValue(source, place).value === 'number',
  );
  return terms.length === 0 ? source : { ...source, terms };
}

/**
 * The value of a source in the house's unit and sign. A sum leaves out strings that are not fitted,
 * but a sum of counters needs all of its terms: it would jump otherwise.
 */
export function sourceValue(source: PointSource): SourceValue {
  let sum = 0;
  let found = 0;
  let missing: string | undefined;
  let faulty: string | undefined;
  for (const { place, factor } of source.terms) {
    const decoded = termValue(source, place);
    if (typeof decoded.value === 'number') {
      sum += decoded.value * factor;
      found += 1;
      continue;
    }
    const cause = `${place.path}: ${(decoded.absence ?? 'not a number').replaceAll('-', ' ')}`;
    if (decoded.absence === 'not-implemented') missing ??= cause;
    else faulty ??= cause;
  }
  const cause = faulty ?? (found === 0 || isCounter(source) ? missing : undefined);
  if (cause !== undefined) return { cause };
  if (isCounter(source) && !Number.isSafeInteger(sum)) return { cause: 'too large' };
  return { value: CONVERSIONS[source.conversion](sum) + 0 };
}
