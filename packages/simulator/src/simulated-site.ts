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
import { plantRatings } from './plant-ratings.js';
import { speakingTwin, type DeviceSpeech, type TwinSources } from './device-speech.js';
import { DriverSiteTwin } from './driver-site-twin.js';
import { MeterTwin } from './meter-twin.js';
import { faultyView, type PlantedFault } from './planted-fault.js';
import { RelayTwin } from './relay-twin.js';
import type { Shown, SiteTwin, TwinInputs } from './site-twin.js';
import { SunspecTwin } from './sunspec-twin.js';

/** How one device of a site is simulated. */
export interface DeviceSimulation {
  /** What it speaks; default by its kind. */
  readonly speaks?: DeviceSpeech;
  /** What is wrong with it from the start. */
  readonly faults?: readonly PlantedFault[];
}

/** The usual electronics of a device; undefined for what has none, like the house itself. */
function usualTwin(site: SiteConfig, device: DeviceConfig): SiteTwin | undefined {
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
  readonly twins: ReadonlyMap<string, SiteTwin>;
  private readonly views = new Map<string, (shown: Shown) => Shown>();
  private plant: Site;
  private observed: Observation | undefined;
  /** Twins whose registers show the plant as it is now. */
  private readonly shown = new Set<string>();
  /** Whether a client wrote since the plant was last given the set points. */
  private written = false;

  /** @throws PlantError, SimulatorError `bad-options` for a device that cannot speak as it is told. */
  constructor(
    config: SiteConfig,
    seed: number,
    startMs: EpochMs,
    devices: ReadonlyMap<string, DeviceSimulation>,
    private readonly sources: TwinSources,
  ) {
    this.plant = createSite(config, seed, startMs);
    const twins = new Map<string, SiteTwin>();
    for (const device of config.devices) {
      const { speaks, faults = [] } = devices.get(device.id) ?? {};
      const twin =
        speaks === undefined ? usualTwin(config, device) : this.spoken(config, device, speaks);
      if (twin === undefined) continue;
      twins.set(device.id, twin);
      if (faults.length > 0) this.views.set(device.id, faultyView(faults));
    }
    this.twins = twins;
    this.move(startMs);
  }

  private spoken(config: SiteConfig, device: DeviceConfig, speech: DeviceSpeech): SiteTwin {
    const nowMs = (): EpochMs => this.atMs;
    const clock = { nowMs, monotonicMs: nowMs };
    const path = `${config.id}/${device.id}`;
    const { speaks, twin, sums } = speakingTwin(
      path,
      speech,
      this.sources,
      clock,
      plantRatings(device),
    );
    const meter = config.devices.find(({ kind }) => kind === 'gridMeter')?.id;
    return new DriverSiteTwin(speaks, twin, device.kind, meter, nowMs, sums, speech.unit);
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

  /** Lets the registers of a device show the plant as it is now. */
  private refresh(id: string, twin: SiteTwin): void {
    this.takeSetPoints();
    if (this.shown.has(id)) return;
    const site = this.observe();
    const truth = site[id] ?? {};
    twin.show(this.views.get(id)?.(truth) ?? truth, site);
    this.shown.add(id);
  }

  /** What a Modbus server asks for one device. Registers are written when they are read. */
  handler(id: string, twin: SiteTwin): UnitHandler {
    return {
      read: (table: Table, address: number, count: number) => {
        this.refresh(id, twin);
        return twin.read(table, address, count);
      },
      write: (table, address, values) => {
        twin.write(table, address, values, this.atMs);
        this.written = true;
      },
      custom: (functionCode, data) => {
        if (twin.custom === undefined) return undefined;
        this.refresh(id, twin);
        return twin.custom(functionCode, data);
      },
      ...(twin.identification === undefined ? {} : { identification: twin.identification }),
    };
  }
}
