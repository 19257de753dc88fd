import {
  defineDriver,
  missingReading,
  readingOf,
  staleReading,
  type Device,
  type DriverContext,
  type MqttTransport,
  type MqttTwin,
} from '@microgrid/devices';
import type { ReadingV1 } from '@microgrid/events';
import { formatInstant } from '@microgrid/units';
import { Subject, firstValueFrom } from 'rxjs';
import { z } from 'zod';

const STALE_MS = 30_000;
const told = z.object({ power: z.number().nullable(), energyWh: z.number().nullable() });
type Told = z.infer<typeof told>;

const parse = (payload: Uint8Array): Told | undefined => {
  try {
    return told.safeParse(JSON.parse(new TextDecoder().decode(payload))).data;
  } catch {
    return undefined;
  }
};

function open({ device, clock, transport }: DriverContext<MqttTransport>): Device {
  const points = new Subject<readonly ReadingV1[]>();
  let closed = false;
  let last: { readonly value: Told; readonly at: string; readonly ms: number } | undefined;
  const subscription = transport.subscribe('meter/state').subscribe(({ payload, retained }) => {
    const value = parse(payload);
    if (value === undefined || retained) return;
    last = { value, at: formatInstant(clock.nowMs()), ms: clock.monotonicMs() };
  });
  const reading = (point: string, value: number | null | undefined): ReadingV1 => {
    if (last === undefined || value === null || value === undefined) {
      const at = formatInstant(clock.nowMs());
      return missingReading({ device, point, at }, 'the meter has not told');
    }
    const known = readingOf({ device, point, at: last.at }, value);
    return clock.monotonicMs() - last.ms > STALE_MS
      ? staleReading(known, 'the meter is silent')
      : known;
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
    async read() {
      if (closed)
        throw Object.assign(new Error('closed'), { name: 'DevicesError', code: 'closed' });
      await transport.publish('meter/ask', '').catch(() => undefined);
      const wattHours = last?.value.energyWh;
      const readings = [
        reading('power', last?.value.power),
        reading('importEnergy', typeof wattHours === 'number' ? wattHours * 1000 : undefined),
      ];
      points.next(readings);
      return readings;
    },
    command: () => Promise.resolve({ status: 'rejected', reason: 'it has no controls' }),
    release: () => Promise.resolve(),
    close() {
      closed = true;
      subscription.unsubscribe();
      points.complete();
      return Promise.resolve();
    },
  };
}

function twin(): MqttTwin {
  const shown: { power: number | null; energyWh: number | null } = { power: 0, energyWh: 0 };
  return {
    kind: 'mqtt',
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
    connect: (broker) => {
      const subscription = broker.subscribe('meter/ask').subscribe(() => {
        void broker.publish('meter/state', JSON.stringify(shown)).catch(() => undefined);
      });
      return () => {
        subscription.unsubscribe();
      };
    },
  };
}

/** A meter that tells power and energy when it is asked over a broker. */
export const sampleMqttMeter = defineDriver({
  manifest: {
    name: 'sample-mqtt-meter',
    version: '1.0.0',
    contractVersion: 1,
    families: ['meter'],
    transports: ['mqtt'],
    licence: 'Apache-2.0',
    capabilities: { points: ['power', 'importEnergy'], controls: [] },
  },
  config: z.strictObject({}),
  probe: async ({ transport }: DriverContext<MqttTransport>) => {
    const heard = firstValueFrom(transport.subscribe('meter/state'));
    await transport.publish('meter/ask', '');
    return parse((await heard).payload) === undefined ? undefined : { model: 'sample MQTT meter' };
  },
  open: (context) => Promise.resolve(open(context)),
  safety: {},
  twin,
});
