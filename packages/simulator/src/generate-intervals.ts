import {
  createSite,
  observe,
  step,
  type Inputs,
  type Observation,
  type SiteConfig,
} from '@microgrid/plant';
import type { EpochMs, MilliwattHours } from '@microgrid/units';

/** What to generate. */
export interface GenerateOptions {
  /** The metering point of a site has the site's id. */
  readonly sites: readonly SiteConfig[];
  readonly seed: number;
  /** First interval's start and last one's end. */
  readonly startMs: EpochMs;
  readonly endMs: EpochMs;
  /** Length of an interval, ms. Default 900,000. */
  readonly resolutionMs?: number;
  /** How often batteries get a new set point, ms. Default 60,000. */
  readonly controlMs?: number;
}

/** Energy of one metering point in one interval. */
export interface GeneratedInterval {
  readonly meteringPoint: string;
  readonly startMs: EpochMs;
  readonly endMs: EpochMs;
  readonly importMilliwattHours: MilliwattHours;
  readonly exportMilliwattHours: MilliwattHours;
}

/** Batteries take what would be exported and give what would be imported. */
function selfConsumption(config: SiteConfig, shown: Observation): Inputs {
  const meter = config.devices.find(({ kind }) => kind === 'gridMeter');
  const stores = config.devices.filter(({ kind }) => kind === 'battery' || kind === 'hybrid');
  const grid = meter === undefined ? 0 : (shown[meter.id]?.['power'] ?? 0);
  return Object.fromEntries(
    stores.map(({ id }) => {
      const now = shown[id]?.['batteryPower'] ?? 0;
      return [id, { batteryPower: now - grid / stores.length }];
    }),
  );
}

function* siteIntervals(
  config: SiteConfig,
  options: GenerateOptions,
): Generator<GeneratedInterval> {
  const { seed, startMs, endMs, resolutionMs = 900_000, controlMs = 60_000 } = options;
  let site = createSite(config, seed, startMs);
  for (let fromMs = startMs; fromMs + resolutionMs <= endMs; fromMs += resolutionMs) {
    const before = site.grid;
    const toMs = fromMs + resolutionMs;
    while (site.atMs < toMs) {
      const nextMs = Math.min(toMs, site.atMs + controlMs);
      site = step(site, nextMs, selfConsumption(config, observe(site)));
    }
    yield {
      meteringPoint: config.id,
      startMs: fromMs,
      endMs: toMs,
      importMilliwattHours: site.grid.importMilliwattHours - before.importMilliwattHours,
      exportMilliwattHours: site.grid.exportMilliwattHours - before.exportMilliwattHours,
    };
  }
}

/**
 * Runs sites without gateways, their batteries for self-consumption, and gives what their grid meters
 * count, ordered by start, then metering point. The same options give the same rows.
 */
export function generateIntervals(options: GenerateOptions): GeneratedInterval[] {
  const rows = options.sites.flatMap((config) => [...siteIntervals(config, options)]);
  const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
  return rows.sort((a, b) => a.startMs - b.startMs || order(a.meteringPoint, b.meteringPoint));
}
