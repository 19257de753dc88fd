import {
  checkCoordinatorConfig,
  start as startCoordinator,
  type Running,
} from '@microgrid/coordinator';
import { formatInstant } from '@microgrid/units';
import { serveParent } from './child.js';
import { gatewayOf } from './community-file.js';

/** What the demo asks of its coordinator, which runs in a process of its own as on a real server. */
export type CoordinatorRequest =
  | {
      readonly start: { readonly broker: string; readonly folder: string; readonly atMs: number };
    }
  | { readonly tickMs: number }
  | { readonly status: true }
  | { readonly close: { readonly startMs: number; readonly endMs: number } };

/** The limit that comes down on the first day: from 18:00 to 20:00, for the home with the car. */
function limitOfTheDay(midnightMs: number) {
  const at = (hours: number): string => formatInstant(midnightMs + hours * 3_600_000);
  return {
    audience: gatewayOf('home-4'),
    start: at(18),
    end: at(20),
    importLimitWatts: 4500,
    reason: 'evening peak on the transformer',
  };
}

let nowMs = 0;
let running: Running | undefined;
let told = 0;

async function answer(request: CoordinatorRequest): Promise<object> {
  if ('start' in request) {
    const { broker, folder, atMs } = request.start;
    nowMs = atMs;
    const config = checkCoordinatorConfig({
      schema: 'microgrid/coordinator/1',
      coordinator: 'coordinator',
      communityFile: 'community.yaml',
      dataFolder: 'coordinator',
      broker: { url: broker },
      signals: { repeatMs: 6 * 3_600_000, limits: [limitOfTheDay(atMs)] },
      closeAfterMs: 3_600_000,
      http: { port: 0 },
    });
    running = await startCoordinator(config, {
      nowMs: () => nowMs,
      log: (level, message) => {
        if (level === 'warn' || level === 'error') console.error(`coordinator: ${message}`);
      },
      selfTicking: false,
      baseFolder: folder,
    });
    return { publicKey: running.publicKey, httpUrl: running.httpUrl };
  }
  if (running === undefined) throw new Error('start it first');
  if ('tickMs' in request) {
    nowMs = request.tickMs;
    await running.tick();
    const fresh = running.sent().slice(told);
    told += fresh.length;
    return { sent: fresh.map(({ id, audience }) => ({ id, audience })) };
  }
  if ('status' in request) return running.status();
  await running.settled();
  return running.closePeriod(request.close.startMs, request.close.endMs);
}

serveParent(
  async (request: CoordinatorRequest) => ({ answer: await answer(request) }),
  () => running?.close(),
);
