import type { SiteConfig } from '@microgrid/plant';
import { startSimulator } from '@microgrid/simulator';
import { serveParent, type Answer } from './child.js';

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

async function respond(request: SimulatorRequest): Promise<Answer> {
  if ('start' in request) {
    const { atMs, seed, sites } = request.start;
    simulator = await startSimulator({ sites, startMs: atMs, seed, host: '127.0.0.1' });
    return { answer: { endpoints: simulator.endpoints } };
  }
  // The plant moves while the gateways write their first requests: those wait in the sockets until
  // it has, so none is answered from before.
  return { answer: {}, afterwards: () => simulator?.advanceTo(request.toMs) };
}

serveParent(respond, () => simulator?.close());
