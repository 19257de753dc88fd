import { scaleOf, timesPowerOfTen } from './decoded-model.js';
import type { ModelImage } from './model-image.js';
import { encodeRaw } from './point-type.js';

/** Names of the points of one function that reverts. */
interface ReversionPoints {
  readonly model: number;
  readonly seconds: string;
  readonly enable: string;
  /** Values after reversion by point: a number in the point's unit, or another point to copy. */
  readonly after: Readonly<Record<string, number | string>>;
  /** Other points whose writing starts the time anew. */
  readonly setPoints: readonly string[];
}

const FUNCTIONS: readonly ReversionPoints[] = [
  {
    model: 123,
    seconds: 'WMaxLimPct_RvrtTms',
    enable: 'WMaxLim_Ena',
    after: { WMaxLim_Ena: 0 },
    setPoints: ['WMaxLimPct'],
  },
  {
    model: 124,
    seconds: 'InOutWRte_RvrtTms',
    enable: 'StorCtl_Mod',
    after: { StorCtl_Mod: 0, OutWRte: 100, InWRte: 100 },
    setPoints: ['OutWRte', 'InWRte'],
  },
  {
    model: 704,
    seconds: 'WMaxLimPctRvrtTms',
    enable: 'WMaxLimPctEna',
    after: { WMaxLimPct: 'WMaxLimPctRvrt', WMaxLimPctEna: 'WMaxLimPctEnaRvrt' },
    setPoints: ['WMaxLimPct'],
  },
  {
    model: 704,
    seconds: 'WSetRvrtTms',
    enable: 'WSetEna',
    after: { WSetEna: 'WSetEnaRvrt' },
    setPoints: ['WSet', 'WSetPct', 'WSetMod'],
  },
];

/** A function of a simulated device that ends by itself when its set point is not repeated. */
export class Reversion {
  private startedMs = 0;

  constructor(
    readonly image: ModelImage,
    private readonly points: ReversionPoints,
  ) {}

  /** Any write of its points starts the time anew. */
  written(offset: number, count: number, nowMs: number): void {
    const { seconds, enable, setPoints } = this.points;
    const touched = [seconds, enable, ...setPoints].some((point) => {
      const place = this.image.place(point);
      return (
        place !== undefined &&
        place.offset < offset + count &&
        offset < place.offset + place.definition.size
      );
    });
    if (touched) this.startedMs = nowMs;
  }

  /** Ends the function where its time is over. */
  lapse(nowMs: number): void {
    const { image, points } = this;
    const seconds = image.number(points.seconds) ?? 0;
    const inForce = (image.number(points.enable) ?? 0) !== 0;
    if (!inForce || seconds === 0 || nowMs - this.startedMs < seconds * 1000) return;
    for (const [point, after] of Object.entries(points.after)) {
      const value = typeof after === 'number' ? after : (image.number(after) ?? 0);
      const place = image.place(point);
      if (place === undefined) continue;
      const scale = scaleOf(place, image.registers);
      if (typeof scale !== 'number') continue;
      const raw = Math.round(timesPowerOfTen(value, -scale));
      image.registers.set(encodeRaw(place.definition.type, raw, 1), place.offset);
    }
  }
}

/** The functions of one model that revert. */
export function reversionsOf(image: ModelImage): Reversion[] {
  return FUNCTIONS.filter(({ model }) => model === image.found.id).map(
    (points) => new Reversion(image, points),
  );
}
