import type { Table, UnitHandler } from '@microgrid/modbus';
import {
  createSite,
  observe,
  step,
  type DeviceConfig,
  type Observation,
  type Site,
  type SiteConfig,
} from '@microgrid/plant';
import type { EpochMs } from '@microgrid/units';
import { ChargerTwin } from './charger-twin.js';
import { MeterTwin } from './meter-twin.js';
import { RelayTwin } from './relay-twin.js';
import { SunspecTwin } from './sunspec-twin.js';
import type { Twin, TwinInputs } from './twin.js';

/** The electronics of a device; undefined for what has none, like the house itself. */
function twinOf(site: SiteConfig, device: DeviceConfig): Twin | undefined {
  switch (device.kind) {
    case 'gridMeter':
      return new MeterTwin(site.phases ?? 1);
    case 'pv':
    case 'battery':
    case 'hybrid':
      return new SunspecTwin(device, `${site.id}/${device.id}`.slice(0, 32));
    case 'charger':
      return new ChargerTwin(device.maxAmperes ?? 16);
    case 'switchedLoad':
      return new RelayTwin();
    case 'house':
      return undefined;
  }
}

/** One site: its plant, and the electronics of its devices with what clients wrote into them. */
export class SimulatedSite {
  readonly twins: ReadonlyMap<string, Twin>;
  private plant: Site;
  private observed: Observation | undefined;
  /** Twins whose registers show the plant as it is now. */
  private readonly shown = new Set<string>();
  /** Whether a client wrote since the plant was last given the set points. */
  private written = false;

  constructor(config: SiteConfig, seed: number, startMs: EpochMs) {
    this.plant = createSite(config, seed, startMs);
    const twins = new Map<string, Twin>();
    for (const device of config.devices) {
      const twin = twinOf(config, device);
      if (twin !== undefined) twins.set(device.id, twin);
    }
    this.twins = twins;
    this.move(startMs);
  }

  /** Where simulated time stands. */
  get atMs(): EpochMs {
    return this.plant.atMs;
  }

  /** What every device shows now; computed when asked for. */
  observe(): Observation {
    this.takeSetPoints();
    this.observed ??= observe(this.plant);
    return this.observed;
  }

  private move(toMs: EpochMs): void {
    const inputs: Record<string, TwinInputs> = {};
    for (const [id, twin] of this.twins) {
      const own = twin.inputs();
      if (Object.keys(own).length > 0) inputs[id] = own;
    }
    this.plant = step(this.plant, toMs, inputs);
    this.written = false;
    this.observed = undefined;
    this.shown.clear();
  }

  /** Set points are in force at once, all of one instant together; power follows as time moves on. */
  private takeSetPoints(): void {
    if (this.written) this.move(this.atMs);
  }

  /** Moves on in time, stopping wherever a device falls back by itself. */
  advanceTo(toMs: EpochMs): void {
    while (this.atMs < toMs) {
      let nextMs = toMs;
      for (const twin of this.twins.values()) {
        nextMs = Math.min(nextMs, Math.max(this.atMs, Math.ceil(twin.deadlineMs)));
      }
      this.move(nextMs);
      let fellBack = false;
      for (const twin of this.twins.values()) {
        if (twin.deadlineMs > nextMs) continue;
        twin.lapse?.(nextMs);
        fellBack = true;
      }
      // Registers and plant agree again, also when nothing follows.
      if (fellBack) this.move(nextMs);
    }
  }

  /** What a Modbus server asks for one device. Registers are written when they are read. */
  handler(id: string, twin: Twin): UnitHandler {
    return {
      read: (table: Table, address: number, count: number) => {
        this.takeSetPoints();
        if (!this.shown.has(id)) {
          twin.show(this.observe()[id] ?? {});
          this.shown.add(id);
        }
        return twin.read(table, address, count);
      },
      write: (table, address, values) => {
        twin.write(table, address, values, this.atMs);
        this.written = true;
      },
    };
  }
}
