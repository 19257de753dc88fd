import type { SiteConfig } from '@microgrid/plant';
import { startSimulator, type Endpoint, type Simulator } from '@microgrid/simulator';
import { formatInstant } from '@microgrid/units';

/** Simulated time against real time. */
export const SPEED = 60;

/** A load that never rests, so that every lost or doubled second shows. */
const SITE: SiteConfig = {
  id: 'home',
  latitudeDegrees: 38.57,
  longitudeDegrees: -7.91,
  devices: [
    { kind: 'gridMeter', id: 'grid' },
    { kind: 'house', id: 'house' },
    { kind: 'switchedLoad', id: 'oven', watts: 3000, windows: [[0, 1440]] },
  ],
};

/** One simulated home whose time runs by itself, fast, from now on. */
export interface FastHome {
  readonly simulator: Simulator;
  /** Its grid meter, an SDM630. */
  readonly meter: Endpoint;
  /** What tells a gateway to live in the same time. */
  readonly gatewayArguments: readonly string[];
  simulatedNow(): number;
  /** Lets time run. */
  run(): void;
}

/** Starts the home; its time stands until it is told to run. */
export async function startFastHome(seed: number): Promise<FastHome> {
  const sinceMs = Math.floor(Date.now() / 1000) * 1000;
  const simulatedNow = (): number => sinceMs + (Date.now() - sinceMs) * SPEED;
  const simulator = await startSimulator({ sites: [SITE], startMs: simulatedNow(), seed });
  const meter = simulator.endpoints['home']?.['grid'];
  if (meter === undefined) throw new Error('the simulated home has no meter');
  return {
    simulator,
    meter,
    gatewayArguments: ['--speed', String(SPEED), '--since', formatInstant(sinceMs)],
    simulatedNow,
    run: () => {
      simulator.advanceTo(simulatedNow());
      simulator.run(SPEED);
    },
  };
}
