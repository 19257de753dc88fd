import { checkGatewayConfig, type GatewayConfig } from '@microgrid/gateway';
import type { Endpoint } from '@microgrid/simulator';
import { gatewayOf } from './community-file.js';
import { TIME_ZONE, type DemoSite } from './neighbourhood.js';

/** Simulated seconds between two decisions. */
export const TICK_MS = 10_000;

/** How often voltages, temperatures and the like are read: nothing here decides by them. */
const LOW_RATE_MS = 300_000;

/** What roles the simulated kinds play where a profile allows several. */
const ROLE_OF_KIND: Readonly<Record<string, string>> = {
  gridMeter: 'gridMeter',
  switchedLoad: 'load',
};

const LABELS: Readonly<Record<string, string>> = {
  gridMeter: 'Grid meter',
  pv: 'PV inverter',
  battery: 'Battery',
  hybrid: 'Hybrid inverter',
  charger: 'Car charger',
  switchedLoad: 'Water heater',
};

/** The configuration a person would have written for one site. */
export function gatewayConfig(
  { site, name, policy, maximumWatts }: DemoSite,
  endpoints: Readonly<Record<string, Endpoint>>,
  uplink: { readonly broker: string; readonly coordinatorKey: string },
): GatewayConfig {
  const devices = Object.entries(endpoints).map(([id, { profile, unit }]) => {
    const kind = site.devices.find((device) => device.id === id)?.kind ?? '';
    const role = ROLE_OF_KIND[kind];
    return {
      id,
      label: LABELS[kind] ?? id,
      bus: `bus-${id}`,
      profile,
      config: {
        unit,
        lowRateMs: LOW_RATE_MS,
        ...(role === undefined ? {} : { role }),
        ...phasesOf(site.phases ?? 1, kind),
      },
    };
  });
  return checkGatewayConfig(
    {
      schema: 'microgrid/gateway/1',
      gateway: gatewayOf(site.id),
      site: { id: site.id, name, timeZone: TIME_ZONE },
      dataFolder: `gateways/${site.id}`,
      buses: Object.entries(endpoints).map(([id, { host, port }]) => ({
        id: `bus-${id}`,
        type: 'tcp',
        host,
        port,
      })),
      devices,
      metering: { points: [{ meteringPoint: site.id, device: 'grid', maximumWatts }] },
      control: { tickMs: TICK_MS, policy },
      uplink,
      console: { port: 0 },
    },
    `gateway of ${site.id}`,
  );
}

/** A three-phase meter or charger on a single-phase connection uses one phase of its own. */
function phasesOf(phases: 1 | 3, kind: string): { phases?: 1 | 3 } {
  return kind === 'gridMeter' || kind === 'charger' ? { phases } : {};
}
