import {
  defineDriver,
  missingReading,
  readingOf,
  type Device,
  type DriverContext,
  type HttpTransport,
  type HttpTwin,
} from '@microgrid/devices';
import type { ReadingV1 } from '@microgrid/events';
import { formatInstant } from '@microgrid/units';
import { Subject } from 'rxjs';
import { z } from 'zod';

const answer = z.object({ power: z.number().nullable(), energyWh: z.number().nullable() });

/** Asks once; what is no answer is a cause. */
async function ask(
  { transport }: DriverContext<HttpTransport>,
  signal?: AbortSignal,
): Promise<z.infer<typeof answer> | string> {
  try {
    const request = { method: 'GET', path: '/status' } as const;
    const { status, body } = await transport.request({
      ...request,
      ...(signal === undefined ? {} : { signal }),
    });
    if (status !== 200) return `status ${status}`;
    const parsed = answer.safeParse(JSON.parse(body));
    return parsed.success ? parsed.data : 'not an answer of such a meter';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function open(context: DriverContext<HttpTransport>): Device {
  const { device, clock, signal: stopping } = context;
  const points = new Subject<readonly ReadingV1[]>();
  let closed = false;
  const assertOpen = (): void => {
    if (closed) throw Object.assign(new Error('closed'), { name: 'DevicesError', code: 'closed' });
  };
  return {
    description: {
      kind: 'deviceDescription',
      version: 1,
      device,
      role: 'meter',
      phases: 1,
      points: ['power', 'importEnergy'],
      controls: [],
      limits: {},
    },
    points$: points.asObservable(),
    safety: () => ({}),
    async read(signal = stopping) {
      assertOpen();
      const at = formatInstant(clock.nowMs());
      const found = await ask(context, signal);
      const reading = (point: string, value: number | null | undefined): ReadingV1 =>
        value === null || value === undefined
          ? missingReading({ device, point, at }, typeof found === 'string' ? found : 'absent')
          : readingOf({ device, point, at }, value);
      const told = typeof found === 'string' ? undefined : found;
      const wattHours = told?.energyWh;
      const readings = [
        reading('power', told?.power),
        reading('importEnergy', typeof wattHours === 'number' ? wattHours * 1000 : undefined),
      ];
      points.next(readings);
      return readings;
    },
    command: () => Promise.resolve({ status: 'rejected', reason: 'it has no controls' }),
    release: () => Promise.resolve(),
    close() {
      closed = true;
      points.complete();
      return Promise.resolve();
    },
  };
}

function twin(): HttpTwin {
  const shown: { power: number | null; energyWh: number | null } = { power: 0, energyWh: 0 };
  return {
    kind: 'http',
    writes: 0,
    set: (values) => {
      for (const [point, value] of Object.entries(values)) {
        if (point === 'power') shown.power = value ?? null;
        else if (point === 'importEnergy') {
          shown.energyWh = value === undefined ? null : Math.round(value / 1000);
        } else throw new Error(`${point}: such a meter has none`);
      }
    },
    setPoints: () => ({}),
    handle: ({ path }) =>
      path === '/status'
        ? { status: 200, headers: {}, body: JSON.stringify(shown) }
        : { status: 404, headers: {}, body: '' },
  };
}

/** A meter that tells power and energy as JSON. */
export const sampleHttpMeter = defineDriver({
  manifest: {
    name: 'sample-http-meter',
    version: '1.0.0',
    contractVersion: 1,
    families: ['meter'],
    transports: ['http'],
    licence: 'Apache-2.0',
    capabilities: { points: ['power', 'importEnergy'], controls: [] },
  },
  config: z.strictObject({}),
  probe: async (context: DriverContext<HttpTransport>) =>
    typeof (await ask(context)) === 'string' ? undefined : { model: 'sample HTTP meter' },
  open: (context) => Promise.resolve(open(context)),
  safety: {},
  twin,
});
