import type { ResolvedFallback } from '@microgrid/devices';
import { allSteps, controlStep, optionalStep, type ControlSteps } from './control-step.js';
import type { ModelImage } from './model-image.js';
import { implementedPoint, type SunspecControl } from './sunspec-control.js';

/** What a limit of AC output is made of. */
export interface ExportLimitOptions {
  readonly image: ModelImage;
  /** The power that 100 % means, W; undefined while the device has not told it. */
  readonly reference: () => number | undefined;
  readonly reversionSeconds: number;
  /** Watts after reversion, where the device can be told (model 704); undefined = no limit. */
  readonly fallbackWatts: number | undefined;
}

/** Names of the points of a limit, by model. */
interface LimitPoints {
  readonly percent: string;
  readonly reversion: string;
  readonly enable: string;
  readonly percentAfter?: string;
  readonly enableAfter?: string;
}

const POINTS: Readonly<Record<number, LimitPoints>> = {
  123: { percent: 'WMaxLimPct', reversion: 'WMaxLimPct_RvrtTms', enable: 'WMaxLim_Ena' },
  704: {
    percent: 'WMaxLimPct',
    reversion: 'WMaxLimPctRvrtTms',
    enable: 'WMaxLimPctEna',
    percentAfter: 'WMaxLimPctRvrt',
    enableAfter: 'WMaxLimPctEnaRvrt',
  },
};

const HUNDRED = 100;

/**
 * Limit of AC output by model 123 or 704, in percent of the device's maximum power. When it reverts,
 * model 123 returns to full output, model 704 to what `WMaxLimPctEnaRvrt` says.
 */
export function exportLimitControl(options: ExportLimitOptions): SunspecControl | undefined {
  const { image, reference, reversionSeconds, fallbackWatts } = options;
  const points = POINTS[image.found.id];
  if (points === undefined) return undefined;
  const reversionPoint = implementedPoint(image, points.reversion);
  const percentOf = (watts: number): number | undefined => {
    const full = reference();
    if (full === undefined || full <= 0) return undefined;
    return Math.min(HUNDRED, Math.max(0, (watts / full) * HUNDRED));
  };
  const after = (point: string | undefined): string | undefined =>
    point === undefined ? undefined : implementedPoint(image, point);
  const enableAfter = after(points.enableAfter);
  const percentAfter = after(points.percentAfter);
  // A limit after reversion needs both points; without them the device decides.
  const limited =
    fallbackWatts !== undefined && enableAfter !== undefined && percentAfter !== undefined;
  const fallback = (): ResolvedFallback => {
    if (reversionPoint === undefined) return 'last';
    return limited ? fallbackWatts : 'unlimited';
  };
  return {
    id: 'exportLimit',
    terminal: 'ac',
    image,
    reversionPoint,
    risk: 'export',
    bounds: () => {
      const maximum = reference();
      return maximum === undefined || maximum <= 0 ? undefined : { minimum: 0, maximum };
    },
    steps: (value): ControlSteps => {
      const percent = percentOf(value);
      if (percent === undefined) return { reason: 'the maximum power of the device is not known' };
      const percentLater = limited ? (percentOf(fallbackWatts) ?? 0) : HUNDRED;
      return allSteps([
        ...(limited
          ? [controlStep(image, { point: percentAfter, scaled: percentLater, round: 'down' })]
          : []),
        ...(enableAfter === undefined
          ? []
          : [controlStep(image, { point: enableAfter, raw: limited ? 1 : 0 })]),
        ...optionalStep(image, { point: points.reversion, raw: reversionSeconds }),
        // Rounded down: a limit is never exceeded by its rounding.
        controlStep(image, { point: points.percent, scaled: percent, round: 'down' }),
        controlStep(image, { point: points.enable, raw: 1 }),
      ]);
    },
    release: () => allSteps([controlStep(image, { point: points.enable, raw: 0 })]),
    inForce: () => {
      const full = reference();
      const percent = image.number(points.percent);
      if (image.number(points.enable) !== 1 || full === undefined || percent === undefined) {
        return undefined;
      }
      return (percent / HUNDRED) * full;
    },
    fallback,
    onLoss: lossText(reversionPoint, reversionSeconds, limited ? fallbackWatts : undefined),
  };
}

function lossText(
  reversionPoint: string | undefined,
  seconds: number,
  fallbackWatts: number | undefined,
): string {
  if (reversionPoint === undefined) return 'keeps the limit: it has no reversion time';
  if (fallbackWatts !== undefined) return `limits itself to ${fallbackWatts} W after ${seconds} s`;
  return `returns to full output after ${seconds} s`;
}
