import type { Driver, DriverContext, DriverTwin } from '@microgrid/devices';
import {
  memoryLog,
  memoryStore,
  virtualClock,
  type MemoryLog,
  type MemoryStore,
  type VirtualClock,
} from '@microgrid/devices/testing';
import type { KitOptions } from './kit-options.js';
import { samplesOf, stepOf } from './point-samples.js';

/** Id of the device under test. */
export const DEVICE = 'device-under-test';
/** Id of the gateway that commands it. */
export const GATEWAY = 'kit-gateway';

/** A day in June, so that no clock change is near. */
const START_MS = Date.UTC(2026, 5, 21, 10);
/** Virtual time after which every point has been read again. */
const SLOWEST_POINT_MS = 600_000;

/** A driver and how it is to be checked. */
export class KitCase {
  readonly slowestPointMs: number;

  constructor(
    readonly driver: Driver<unknown>,
    readonly options: KitOptions,
  ) {
    this.slowestPointMs = options.slowestPointMs ?? SLOWEST_POINT_MS;
  }

  /** What the twin can show and the driver then reads as a value, right or wrong. */
  samples: ReadonlyMap<string, number> | undefined;
  private calibrating: Promise<void> | undefined;

  /** Finds the samples, once for all checks. */
  calibrated(calibrate: (kit: KitCase) => Promise<ReadonlyMap<string, number>>): Promise<void> {
    this.calibrating ??= calibrate(this).then(
      (samples) => {
        this.samples = samples;
      },
      // What is wrong here is said by the check it belongs to.
      () => undefined,
    );
    return this.calibrating;
  }

  get config(): unknown {
    return this.options.config ?? {};
  }

  /** A clock and a twin of its own for one check. */
  world(): KitWorld {
    return new KitWorld(this);
  }

  stepOf(point: string): number {
    return this.options.resolutions?.[point] ?? stepOf(point);
  }
}

/** What one check runs in: its own clock, twin, store and log. */
export class KitWorld {
  readonly clock: VirtualClock = virtualClock(START_MS);
  readonly store: MemoryStore = memoryStore();
  readonly logs: MemoryLog = memoryLog();
  readonly stopping = new AbortController();
  readonly twin: DriverTwin;
  /** What the twin shows. */
  readonly shown: ReadonlyMap<string, number>;

  constructor(readonly kit: KitCase) {
    this.twin = kit.driver.twin(kit.config, { clock: this.clock });
    this.shown = this.show();
  }

  private show(): Map<string, number> {
    const { options, driver } = this.kit;
    const known =
      options.values === undefined ? this.kit.samples : new Map(Object.entries(options.values));
    if (known !== undefined) {
      this.twin.set(Object.fromEntries(known));
      return new Map(known);
    }
    const shown = new Map<string, number>();
    for (const point of driver.manifest.capabilities.points) {
      const value = samplesOf(point).find((sample) => this.canShow(point, sample));
      if (value !== undefined) shown.set(point, value);
    }
    return shown;
  }

  /** Shows a value, or tells that the device cannot. */
  canShow(point: string, value: number | undefined): boolean {
    try {
      this.twin.set({ [point]: value });
      return true;
    } catch {
      return false;
    }
  }

  context(transport: unknown): DriverContext<unknown> {
    const { clock, store, logs, stopping } = this;
    const { log } = logs;
    return {
      device: DEVICE,
      gateway: GATEWAY,
      transport,
      clock,
      store,
      log,
      signal: stopping.signal,
    };
  }
}
