import type { ResolvedFallback } from '@microgrid/devices';
import type { ControlSteps } from './control-step.js';
import type { ModelImage } from './model-image.js';

/** One control of a SunSpec device as its model has it. All values in watts, house signs. */
export interface SunspecControl {
  readonly id: 'exportLimit' | 'batteryPower';
  readonly terminal: 'ac' | 'dc';
  /** The model that is written. */
  readonly image: ModelImage;
  /** What may be commanded; undefined while the device has not told its rating. */
  bounds(): { readonly minimum: number; readonly maximum: number } | undefined;
  /** Reversion first, set point next, enable last. */
  steps(value: number): ControlSteps;
  /** What hands control back. */
  release(): ControlSteps;
  /** The set point that the registers read last say is in force; undefined = none. */
  inForce(): number | undefined;
  /** Name of the point that holds the reversion time; undefined = the device has none. */
  readonly reversionPoint: string | undefined;
  /** What the device does when the reversion time is over. */
  fallback(): ResolvedFallback;
  /** The same for people. */
  readonly onLoss: string;
  /** What is at risk when the set point is lost. */
  readonly risk: 'export' | 'both';
}

/** The point, where the device implements it. */
export function implementedPoint(image: ModelImage, point: string): string | undefined {
  return image.point(point).raw === undefined ? undefined : point;
}
