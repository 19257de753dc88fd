import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SiteConfig } from '@microgrid/plant';
import { startSimulator, type Simulator } from '@microgrid/simulator';
import {
  checkGatewayConfig,
  type GatewayConfig,
  type GatewayConfigInput,
} from './configuration.js';
import { start } from './gateway.js';
import type { GatewayPorts, Running } from './ports.js';

/** Local midnight of a June day in Lisbon. */
export const MIDNIGHT_MS = Date.UTC(2026, 5, 20, 23);
/** Virtual time between two ticks. */
export const TICK_MS = 10_000;

const SITE: SiteConfig = {
  id: 'home',
  latitudeDegrees: 38.6,
  longitudeDegrees: -7.9,
  localOffsetMinutes: 60,
  clouds: 'clear',
  devices: [
    { kind: 'gridMeter', id: 'grid' },
    { kind: 'house', id: 'house' },
    { kind: 'pv', id: 'pv', array: { peakWatts: 4000 } },
    {
      kind: 'battery',
      id: 'battery',
      store: { capacityMilliwattHours: 8_000_000, maxChargeWatts: 3000, maxDischargeWatts: 3000 },
    },
  ],
};

/** A simulated home on real Modbus sockets and the gateway that runs it, on one virtual clock. */
export class SimulatedHome {
  readonly folder = mkdtempSync(join(tmpdir(), 'microgrid-gateway-'));
  readonly log: { level: string; message: string }[] = [];
  nowMs: number;

  private constructor(
    readonly simulator: Simulator,
    private readonly startMs: number,
  ) {
    this.nowMs = startMs;
  }

  static async start(startMs: number): Promise<SimulatedHome> {
    return new SimulatedHome(await startSimulator({ sites: [SITE], startMs, seed: 3 }), startMs);
  }

  config(changes: Partial<GatewayConfigInput> = {}): GatewayConfig {
    const endpoints = Object.entries(this.simulator.endpoints['home'] ?? {});
    return checkGatewayConfig({
      schema: 'microgrid/gateway/1',
      gateway: 'gw-home',
      site: { id: 'home', timeZone: 'Europe/Lisbon' },
      buses: endpoints.map(([id, { host, port }]) => ({ id, type: 'tcp', host, port })),
      devices: endpoints.map(([id, { profile, unit }]) => ({
        id,
        bus: id,
        profile,
        config: { unit, ...(id === 'grid' ? { role: 'gridMeter', phases: 1 } : {}) },
      })),
      metering: { points: [{ meteringPoint: 'home', device: 'grid', maximumWatts: 6900 }] },
      control: {
        tickMs: TICK_MS,
        policy: { mainFuse: { amperesPerPhase: 30, phases: 1 }, staleAfterMs: 60_000 },
      },
      ...changes,
    });
  }

  gateway(config = this.config(), ports: GatewayPorts = {}): Promise<Running> {
    return start(config, {
      clock: { nowMs: () => this.nowMs, monotonicMs: () => this.nowMs - this.startMs },
      log: (level, message) => this.log.push({ level, message }),
      selfTicking: false,
      baseFolder: this.folder,
      ...ports,
    });
  }

  /** Ticks until an instant; the first tick is now. */
  async runTo(gateway: Running, untilMs: number): Promise<void> {
    for (;;) {
      this.simulator.advanceTo(this.nowMs);
      await gateway.tick();
      if (this.nowMs >= untilMs) return;
      this.nowMs += TICK_MS;
    }
  }
}
