import type { EpochMs } from '@microgrid/units';
import { localDays, type LocalDay } from '@microgrid/units/calendar';
import type { DevicePoller } from './device-poller.js';

interface Counters {
  readonly importMilliwattHours: number;
  readonly exportMilliwattHours: number;
}

/** Energy since local midnight as the page shows it: decimal integers in strings, absent where unknown. */
export interface EnergyToday {
  readonly importMilliwattHours?: string;
  readonly exportMilliwattHours?: string;
  readonly pvMilliwattHours?: string;
  readonly consumptionMilliwattHours?: string;
  readonly selfSufficiencyPercent?: number;
}

/**
 * Differences of lifetime counters since local midnight, or since the gateway started that day. For
 * the page only: what is settled comes from metering.
 */
export class TodaysEnergy {
  private today: LocalDay | undefined;
  private readonly atStart = new Map<string, Counters>();

  constructor(private readonly timeZone: string) {}

  /** Call once a tick, before {@link summary}. */
  observe(nowMs: EpochMs, pollers: readonly DevicePoller[]): void {
    if (this.today === undefined || nowMs >= this.today.endMs || nowMs < this.today.startMs) {
      this.today = localDays(this.timeZone, nowMs, nowMs + 1)[0];
      this.atStart.clear();
    }
    for (const poller of pollers) {
      const { device } = poller.device.description;
      if (this.atStart.has(device)) continue;
      const counters = countersOf(poller);
      if (counters !== undefined) this.atStart.set(device, counters);
    }
  }

  /** What is known of today so far. */
  summary(pollers: readonly DevicePoller[]): EnergyToday {
    const grid = this.sum(pollers, ['gridMeter']);
    const pv = this.sum(pollers, ['pvInverter']);
    const stores = this.sum(pollers, ['batteryInverter', 'hybridInverter']);
    if (grid === undefined) return {};
    const produced = pv?.exportMilliwattHours ?? 0;
    const consumed =
      grid.importMilliwattHours -
      grid.exportMilliwattHours +
      produced +
      (stores === undefined ? 0 : stores.exportMilliwattHours - stores.importMilliwattHours);
    return {
      importMilliwattHours: String(grid.importMilliwattHours),
      exportMilliwattHours: String(grid.exportMilliwattHours),
      ...(pv === undefined ? {} : { pvMilliwattHours: String(produced) }),
      ...(consumed < 0 ? {} : { consumptionMilliwattHours: String(consumed) }),
      ...(consumed <= 0
        ? {}
        : {
            selfSufficiencyPercent: Math.round(
              Math.min(100, Math.max(0, 100 - (100 * grid.importMilliwattHours) / consumed)),
            ),
          }),
    };
  }

  private sum(pollers: readonly DevicePoller[], roles: readonly string[]): Counters | undefined {
    let total: Counters | undefined;
    for (const poller of pollers.filter(({ device }) => roles.includes(device.description.role))) {
      const start = this.atStart.get(poller.device.description.device);
      const now = countersOf(poller);
      if (start === undefined || now === undefined) continue;
      total = {
        importMilliwattHours:
          (total?.importMilliwattHours ?? 0) +
          now.importMilliwattHours -
          start.importMilliwattHours,
        exportMilliwattHours:
          (total?.exportMilliwattHours ?? 0) +
          now.exportMilliwattHours -
          start.exportMilliwattHours,
      };
    }
    return total;
  }
}

/** Both lifetime counters; a direction the device has no counter for does not occur on it. */
function countersOf(poller: DevicePoller): Counters | undefined {
  const { points } = poller.device.description;
  const read = (point: string): number | undefined =>
    points.includes(point) ? poller.reading(point)?.value : 0;
  const importMilliwattHours = read('importEnergy');
  const exportMilliwattHours = read('exportEnergy');
  if (importMilliwattHours === undefined || exportMilliwattHours === undefined) return undefined;
  return { importMilliwattHours, exportMilliwattHours };
}
