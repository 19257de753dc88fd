import { createSocket, type Socket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import type { Dialer, Link, LinkSink } from './link.js';

/**
 * Makes links of datagrams. Each request gets a socket, that is a local port, of its own: what comes
 * for an earlier request, late or twice, finds its port closed.
 */
export class UdpDialer implements Dialer {
  readonly name: string;
  readonly fencesRequests = true;

  constructor(
    private readonly host: string,
    private readonly port: number,
  ) {
    this.name = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  }

  async dial(sink: LinkSink, signal: AbortSignal): Promise<Link> {
    const aborted = new Promise<never>((_resolve, reject) => {
      const onAbort = () => {
        reject(signal.reason as Error);
      };
      signal.addEventListener('abort', onAbort, { once: true });
    });
    const { address, family } = await Promise.race([lookup(this.host), aborted]);
    let socket: Socket | undefined;
    let closed: Promise<void> = Promise.resolve();
    const release = (): void => {
      const old = socket;
      socket = undefined;
      if (old) closed = new Promise((resolve) => old.close(resolve));
    };
    return {
      write: (bytes) => {
        release();
        const own = createSocket(family === 6 ? 'udp6' : 'udp4');
        socket = own;
        own.on('message', (reply, remote) => {
          if (own === socket && remote.port === this.port && remote.address === address) {
            sink.onBytes(reply, reply.length);
          }
        });
        // Nobody listens there now; the request's deadline tells, as for any lost datagram.
        own.on('error', () => undefined);
        own.send(bytes, this.port, address);
      },
      close: () => {
        release();
        return closed;
      },
    };
  }
}
