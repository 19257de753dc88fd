import { allSteps, controlStep, optionalStep, type ControlSteps } from './control-step.js';
import type { ModelImage } from './model-image.js';
import { implementedPoint, type SunspecControl } from './sunspec-control.js';

/** What a battery set point is made of. */
export interface BatteryPowerOptions {
  readonly image: ModelImage;
  readonly terminal: 'ac' | 'dc';
  /** Greatest power of charging and of discharging, W. */
  readonly ratings: () => { readonly charge: number; readonly discharge: number } | undefined;
  readonly reversionSeconds: number;
}

/** Bits of `StorCtl_Mod`: charging and discharging are both bounded. */
const BOTH_BOUNDED = 3;
const CHARGE_BIT = 1;
const DISCHARGE_BIT = 2;
/** `ChaGriSet`: charging from the grid is allowed. */
const FROM_GRID = 1;
const HUNDRED = 100;

const bounds = ({ ratings }: BatteryPowerOptions): ReturnType<SunspecControl['bounds']> => {
  const found = ratings();
  return found === undefined ? undefined : { minimum: -found.discharge + 0, maximum: found.charge };
};

const lossText = (reversionPoint: string | undefined, seconds: number): string =>
  reversionPoint === undefined
    ? 'keeps the set point: it has no reversion time'
    : `returns to its own operation after ${seconds} s`;

/**
 * Battery power by model 124, in percent of `WChaMax`. `InWRte` bounds charging and `OutWRte`
 * discharging, and a negative bound forces the other direction: with InWRte = p and OutWRte = -p
 * only p is left, whatever its sign, and both bounds change in one write.
 */
export function storageRateControl(options: BatteryPowerOptions): SunspecControl {
  const { image, terminal, reversionSeconds } = options;
  const reversionPoint = implementedPoint(image, 'InOutWRte_RvrtTms');
  // What a person or another program had set is put back; read before the first write.
  const fromGridBefore = image.number('ChaGriSet');
  const rates = (inPercent: number, outPercent: number) =>
    controlStep(
      image,
      { point: 'OutWRte', scaled: outPercent },
      { point: 'InWRte', scaled: inPercent },
    );
  return {
    id: 'batteryPower',
    terminal,
    image,
    reversionPoint,
    risk: 'both',
    bounds: () => bounds(options),
    steps: (value): ControlSteps => {
      const full = image.number('WChaMax');
      if (full === undefined || full <= 0) return { reason: 'WChaMax is not known' };
      const percent = Math.min(HUNDRED, Math.max(-HUNDRED, (value / full) * HUNDRED));
      return allSteps([
        ...optionalStep(image, { point: 'InOutWRte_RvrtTms', raw: reversionSeconds }),
        ...(value > 0 ? optionalStep(image, { point: 'ChaGriSet', raw: FROM_GRID }) : []),
        rates(percent, -percent),
        controlStep(image, { point: 'StorCtl_Mod', raw: BOTH_BOUNDED }),
      ]);
    },
    release: () =>
      allSteps([
        controlStep(image, { point: 'StorCtl_Mod', raw: 0 }),
        rates(HUNDRED, HUNDRED),
        ...(fromGridBefore === undefined || fromGridBefore === FROM_GRID
          ? []
          : [controlStep(image, { point: 'ChaGriSet', raw: fromGridBefore })]),
      ]),
    inForce: () => {
      const full = image.number('WChaMax');
      const mode = image.number('StorCtl_Mod') ?? 0;
      if (full === undefined || mode === 0) return undefined;
      const watts = (point: string): number | undefined => {
        const percent = image.number(point);
        return percent === undefined ? undefined : (percent / HUNDRED) * full;
      };
      const most = (mode & CHARGE_BIT) === 0 ? Infinity : (watts('InWRte') ?? Infinity);
      const least = (mode & DISCHARGE_BIT) === 0 ? -Infinity : -(watts('OutWRte') ?? Infinity);
      // Bounds that leave room are no set point.
      return Math.abs(most - least) < full * 0.001 ? most + 0 : undefined;
    },
    fallback: () => (reversionPoint === undefined ? 'last' : 'own'),
    onLoss: lossText(reversionPoint, reversionSeconds),
  };
}

/** `WSetMod` of model 704. */
const MODE_PERCENT = 0;
const MODE_WATTS = 1;

/**
 * Active power by model 704, at the AC terminal: in watts, or in percent of the maximum power where
 * the device does not implement watts. What the device gives is positive there.
 * @param reference the power that 100 % means.
 */
export function activePowerControl(
  options: BatteryPowerOptions,
  reference: () => number | undefined,
): SunspecControl {
  const { image, reversionSeconds } = options;
  const reversionPoint = implementedPoint(image, 'WSetRvrtTms');
  const inWatts = implementedPoint(image, 'WSet') !== undefined;
  const setPoint = (value: number) => {
    if (inWatts) return controlStep(image, { point: 'WSet', scaled: -value });
    const full = reference();
    if (full === undefined || full <= 0) return 'the maximum power of the device is not known';
    const percent = Math.min(HUNDRED, Math.max(-HUNDRED, (-value / full) * HUNDRED));
    return controlStep(image, { point: 'WSetPct', scaled: percent });
  };
  return {
    id: 'batteryPower',
    terminal: 'ac',
    image,
    reversionPoint,
    risk: 'both',
    bounds: () => bounds(options),
    steps: (value) =>
      allSteps([
        ...optionalStep(image, { point: 'WSetEnaRvrt', raw: 0 }),
        ...optionalStep(image, { point: 'WSetRvrtTms', raw: reversionSeconds }),
        ...optionalStep(image, { point: 'WSetMod', raw: inWatts ? MODE_WATTS : MODE_PERCENT }),
        setPoint(value),
        controlStep(image, { point: 'WSetEna', raw: 1 }),
      ]),
    release: () => allSteps([controlStep(image, { point: 'WSetEna', raw: 0 })]),
    inForce: () => {
      if (image.number('WSetEna') !== 1) return undefined;
      if (image.number('WSetMod') !== MODE_PERCENT) {
        const watts = image.number('WSet');
        return watts === undefined ? undefined : -watts + 0;
      }
      const full = reference();
      const percent = image.number('WSetPct');
      return full === undefined || percent === undefined
        ? undefined
        : -(percent / HUNDRED) * full + 0;
    },
    fallback: () => (reversionPoint === undefined ? 'last' : 'own'),
    onLoss: lossText(reversionPoint, reversionSeconds),
  };
}
