import type { SiteConfig } from '@microgrid/plant';
import { startSimulator } from '@microgrid/simulator';
import { serveParent } from './child.js';

/** The plant behind Modbus sockets, in a process of its own: the wires are real. */
export type SimulatorRequest =
  | {
      readonly start: {
        readonly atMs: number;
        readonly seed: number;
        readonly sites: readonly SiteConfig[];
      };
    }
  | { readonly toMs: number };

let simulator: Awaited<ReturnType<typeof startSimulator>> | undefined;

async function answer(request: SimulatorRequest): Promise<object> {
  if ('start' in request) {
    const { atMs, seed, sites } = request.start;
    simulator = await startSimulator({ sites, startMs: atMs, seed, host: '127.0.0.1' });
    return { endpoints: simulator.endpoints };
  }
  simulator?.advanceTo(request.toMs);
  return {};
}

serveParent(answer);
