import { createSocket } from 'node:dgram';
import { openRtuOverUdpBus } from './tcp-bus.js';
import { crc16 } from './crc16.js';

/** A peer that answers datagrams as a test says. */
async function peer(answer: (request: Buffer, reply: (bytes: Buffer) => void) => void) {
  const socket = createSocket('udp4');
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  const senders: number[] = [];
  socket.on('message', (request, { port }) => {
    senders.push(port);
    answer(request, (bytes) => {
      socket.send(bytes, port, '127.0.0.1');
    });
  });
  return { port: socket.address().port, senders, close: () => socket.close() };
}

function reading(value: number): Buffer {
  const bytes = Buffer.from([1, 3, 2, value >> 8, value & 255, 0, 0]);
  bytes.writeUInt16LE(crc16(bytes, 0, 5), 5);
  return bytes;
}

const one = { table: 'holding', address: 0, count: 1 } as const;

describe('RTU over UDP', () => {
  it('takes no late, repeated or foreign datagram for an answer, and need not wait for them', async () => {
    let number = 0;
    const late: (() => void)[] = [];
    const device = await peer((_request, reply) => {
      number += 1;
      const own = number;
      if (own === 1)
        late.push(() => {
          reply(reading(1111));
        });
      else {
        late.splice(0).forEach((send) => {
          send();
        });
        // As some WiFi adapters do: two bytes before the frame.
        setTimeout(() => {
          reply(Buffer.concat([Buffer.of(0xaa, 0x55), reading(own)]));
          reply(reading(own));
        }, 5);
      }
    });
    const stranger = createSocket('udp4');
    const bus = openRtuOverUdpBus({
      host: '127.0.0.1',
      port: device.port,
      requestTimeoutMs: 40,
      readRetries: 0,
    });
    await expect(bus.read(1, one)).rejects.toMatchObject({ code: 'timeout' });
    const startedMs = performance.now();
    for (const expected of [2, 3, 4]) {
      const read = bus.read(1, one);
      stranger.send(reading(666), device.senders.at(-1) ?? 0, '127.0.0.1');
      expect([...(await read)]).toEqual([expected]);
    }
    // No silence was kept after the timeout.
    expect(performance.now() - startedMs).toBeLessThan(2000);
    expect(new Set(device.senders).size).toBe(4);
    await bus.close();
    stranger.close();
    device.close();
  });

  it('sends a read again that was lost, when asked to, and tells when nobody is there', async () => {
    let lost = 1;
    const device = await peer((_request, reply) => {
      if (lost-- <= 0) reply(reading(7));
    });
    const options = { host: '127.0.0.1', requestTimeoutMs: 30 };
    const bus = openRtuOverUdpBus({ ...options, port: device.port });
    expect([...(await bus.read(1, one))]).toEqual([7]);
    expect(bus.statistics()).toMatchObject({ timeouts: 1, retries: 1, requests: 2 });
    // A write is not sent again.
    lost = 1;
    const write = bus.write(1, { table: 'holding', address: 0, values: [1] });
    await expect(write).rejects.toMatchObject({ code: 'timeout' });
    expect(device.senders).toHaveLength(3);
    device.close();
    await expect(bus.read(1, one)).rejects.toMatchObject({ code: 'timeout' });
    await bus.close();
    await bus.close();
  });
});
