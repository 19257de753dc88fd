import { connect as connectRaw } from 'mqtt';
import { filter, firstValueFrom, take, toArray } from 'rxjs';
import { startBroker, type BrokerProcess } from '../test/broker-process.js';
import { connectMqtt } from './connect-mqtt.js';
import type { MqttLink, MqttLinkOptions, MqttMessage, MqttState } from './mqtt-link.js';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (payload: Uint8Array): string => new TextDecoder().decode(payload);
const failure = (code: string): Error => expect.objectContaining({ code }) as Error;

let broker: BrokerProcess;
const open: MqttLink[] = [];
const brokers: BrokerProcess[] = [];

async function newBroker(port = 0): Promise<BrokerProcess> {
  const started = await startBroker(port);
  brokers.push(started);
  return started;
}

function link(options: Partial<MqttLinkOptions> & { clientId: string }): MqttLink {
  const made = connectMqtt({ url: broker.url, reconnectMs: 20, reconnectMaxMs: 100, ...options });
  open.push(made);
  return made;
}

const reached = (of: MqttLink, state: MqttState): Promise<MqttState> =>
  firstValueFrom(of.state$.pipe(filter((now) => now === state)));

/** Messages of a filter, awaited one by one. */
function received(
  of: MqttLink,
  topicFilter: string,
  retained: 'refuse' | 'accept' = 'refuse',
): { next(): Promise<MqttMessage> } {
  const queue: MqttMessage[] = [];
  let wake: (() => void) | undefined;
  of.onMessage(
    topicFilter,
    (message) => {
      queue.push(message);
      wake?.();
    },
    { retained },
  );
  return {
    next: async () => {
      for (;;) {
        const message = queue.shift();
        if (message !== undefined) return message;
        await new Promise<void>((resolve) => (wake = resolve));
      }
    },
  };
}

/** Publishes with a client of its own: what strangers may send. */
async function strangerPublishes(
  messages: [topic: string, payload: string, retain: boolean][],
): Promise<void> {
  const client = connectRaw(broker.url, { clientId: 'stranger', reconnectPeriod: 0 });
  await new Promise((resolve) => client.once('connect', resolve));
  for (const [topic, payload, retain] of messages) {
    await client.publishAsync(topic, payload, { qos: 1, retain });
  }
  await client.endAsync();
}

beforeAll(async () => {
  broker = await newBroker();
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()));
});
afterAll(async () => {
  await Promise.all(brokers.map((one) => one.kill()));
});

describe('a link to a real broker', () => {
  test('carries bytes from one client to another, whatever they are', async () => {
    const sender = link({ clientId: 'sender' });
    const receiver = link({ clientId: 'receiver' });
    const inbox = received(receiver, 'site/+/events');
    await Promise.all([reached(sender, 'connected'), reached(receiver, 'connected')]);
    const payload = Uint8Array.from({ length: 256 }, (_, index) => index);
    await sender.publish('site/a/events', payload);
    const message = await inbox.next();
    expect(message.topic).toBe('site/a/events');
    expect(Uint8Array.from(message.payload)).toEqual(payload);
    expect(message.retained).toBe(false);
    expect(sender.statistics().published).toBe(1);
    expect(receiver.statistics().received).toBe(1);
  });

  test('a subscription made while connected works, and ends when told', async () => {
    const one = link({ clientId: 'late-subscriber' });
    await reached(one, 'connected');
    const got: string[] = [];
    const end = one.onMessage('late', (message) => got.push(text(message.payload)));
    const marker = received(one, 'marker');
    for (const payload of ['1', '2']) {
      await one.publish('late', bytes(payload));
      await one.publish('marker', bytes(payload));
      await marker.next();
      end();
    }
    expect(got).toEqual(['1']);
  });

  test('a handler that throws is reported and harms nobody', async () => {
    const errors: unknown[] = [];
    const one = link({ clientId: 'thrower', onError: (error) => errors.push(error) });
    one.onMessage('boom', () => {
      throw new Error('from the handler');
    });
    const inbox = received(one, 'boom');
    await reached(one, 'connected');
    await one.publish('boom', bytes('x'));
    expect(text((await inbox.next()).payload)).toBe('x');
    expect(errors).toEqual([new Error('from the handler')]);
  });

  test('a retained message is refused and counted unless the subscription wants it', async () => {
    await strangerPublishes([['kept/command', 'open the breaker', true]]);
    const careful = link({ clientId: 'careful' });
    const heard: string[] = [];
    careful.onMessage('kept/command', (message) => heard.push(text(message.payload)));
    const marker = received(careful, 'kept/marker');
    const curious = received(link({ clientId: 'curious' }), 'kept/command', 'accept');
    expect((await curious.next()).retained).toBe(true);
    await reached(careful, 'connected');
    await careful.publish('kept/command', bytes('live'));
    await careful.publish('kept/marker', bytes(''));
    await marker.next();
    expect(heard).toEqual(['live']);
    expect(careful.statistics().retainedRefused).toBe(1);
  });

  test('what it publishes is never retained', async () => {
    const one = link({ clientId: 'publisher' });
    await reached(one, 'connected');
    await one.publish('never/kept', bytes('x'));
    const late = link({ clientId: 'late' });
    const inbox = received(late, 'never/#', 'accept');
    await reached(late, 'connected');
    await late.publish('never/marker', bytes('first'));
    expect(text((await inbox.next()).payload)).toBe('first');
  });

  test('presence: online when there, offline by farewell, offline by will when broken off', async () => {
    const watcher = link({ clientId: 'watcher' });
    const seen = received(watcher, 'presence/p', 'accept');
    const next = async (): Promise<string> => text((await seen.next()).payload);
    await reached(watcher, 'connected');
    const presence = { topic: 'presence/p' };
    const polite = link({ clientId: 'p', presence });
    expect(await next()).toBe('{"online":true}');
    await polite.close();
    expect(await next()).toBe('{"online":false}');
    link({ clientId: 'p', presence, reconnectMs: 60_000, reconnectMaxMs: 60_000 });
    expect(await next()).toBe('{"online":true}');
    // A second client of the same id: the broker drops the first without a farewell.
    const rude = connectRaw(broker.url, { clientId: 'p', reconnectPeriod: 0 });
    expect(await next()).toBe('{"online":false}');
    await rude.endAsync(true);
  });

  test('a filter left and taken again at once is still heard', async () => {
    const one = link({ clientId: 'again' });
    const other = link({ clientId: 'sayer' });
    await Promise.all([reached(one, 'connected'), reached(other, 'connected')]);
    for (let round = 0; round < 20; round += 1) {
      one.onMessage('left/+', () => undefined)();
      const stop = one.onMessage('left/+', () => undefined);
      const inbox = received(one, 'left/+');
      stop();
      // What is said before the broker has taken the filter again is not heard.
      const seen = { heard: false };
      const next = inbox.next().then(() => {
        seen.heard = true;
      });
      for (let tries = 0; tries < 200 && !seen.heard; tries += 1) {
        await other.publish('left/x', bytes('hello'));
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
      await next;
    }
  });
});

describe('a broker that goes away', () => {
  test('publishing while down fails at once, and the link comes back with its subscriptions', async () => {
    const own = await newBroker();
    const one = link({ url: own.url, clientId: 'patient' });
    const inbox = received(one, 'echo');
    const states = firstValueFrom(
      one.state$.pipe(
        filter((state) => state === 'connected' || state === 'disconnected'),
        take(2),
        toArray(),
      ),
    );
    await reached(one, 'connected');
    await own.kill();
    await reached(one, 'disconnected');
    const before = performance.now();
    await expect(one.publish('echo', bytes('lost'))).rejects.toThrow(failure('not-connected'));
    expect(performance.now() - before).toBeLessThan(100);
    await newBroker(own.port);
    await reached(one, 'connected');
    await one.publish('echo', bytes('back'));
    expect(text((await inbox.next()).payload)).toBe('back');
    expect(await states).toEqual(['connected', 'disconnected']);
    expect(one.statistics()).toMatchObject({
      connects: 2,
      connectionsLost: 1,
      publishesRefused: 1,
    });
  });

  test('a publish on its way when the broker dies is rejected, not forgotten and not queued', async () => {
    const own = await newBroker();
    const one = link({
      url: own.url,
      clientId: 'cut-off',
      reconnectMs: 60_000,
      reconnectMaxMs: 60_000,
    });
    await reached(one, 'connected');
    own.pause();
    const fate = one.publish('x', bytes('?'));
    const outcome = expect(fate).rejects.toThrow(failure('connection-lost'));
    await own.kill();
    await outcome;
  });

  test('a link opened with no broker there connects when one appears', async () => {
    const gone = await newBroker();
    await gone.kill();
    const one = link({ url: gone.url, clientId: 'early' });
    await reached(one, 'disconnected');
    await newBroker(gone.port);
    await reached(one, 'connected');
    expect(one.statistics().attemptsFailed).toBeGreaterThanOrEqual(1);
  });
});

describe('bounds', () => {
  test('a full queue and a too large payload are refused at once', async () => {
    const one = link({ clientId: 'bounded', maxInFlight: 2, maxPayloadBytes: 10 });
    await reached(one, 'connected');
    const first = [one.publish('q', bytes('1')), one.publish('q', bytes('2'))];
    await expect(one.publish('q', bytes('3'))).rejects.toThrow(failure('queue-full'));
    await Promise.all(first);
    await expect(one.publish('q', bytes('12345678901'))).rejects.toThrow(failure('too-large'));
    await expect(one.publish('q/#', bytes(''))).rejects.toThrow(failure('bad-topic'));
  });

  test('an oversize message from outside is dropped and counted', async () => {
    const one = link({ clientId: 'small', maxPayloadBytes: 10 });
    const inbox = received(one, 'in');
    await reached(one, 'connected');
    await strangerPublishes([
      ['in', 'far too many bytes', false],
      ['in', 'few', false],
    ]);
    expect(text((await inbox.next()).payload)).toBe('few');
    expect(one.statistics().oversizeRefused).toBe(1);
  });

  test('a closed link says so and completes its states', async () => {
    const one = link({ clientId: 'closing' });
    await reached(one, 'connected');
    const all = firstValueFrom(one.state$.pipe(toArray()));
    await one.close();
    await one.close();
    expect(await all).toEqual(['connected', 'closed']);
    await expect(one.publish('x', bytes(''))).rejects.toThrow(failure('closed'));
  });

  test.each([
    [{ url: 'http://broker' }, 'url'],
    [{ clientId: '' }, 'clientId'],
    [{ maxInFlight: 0 }, 'maxInFlight'],
    [{ keepAliveSeconds: 1.5 }, 'keepAliveSeconds'],
    [{ reconnectMs: 100, reconnectMaxMs: 50 }, 'reconnectMaxMs'],
  ])('the option %j is refused by name', (wrong, name) => {
    expect(() => connectMqtt({ url: 'mqtt://127.0.0.1:1', clientId: 'x', ...wrong })).toThrow(
      new RegExp(`^${name}: got `),
    );
  });
});
