import { connect } from 'node:net';
import type { Dialer, Link, LinkSink } from './link.js';

/** Longer than any frame; several coalesced replies still fit. */
const receiveBytes = 4096;
const keepAliveMs = 15_000;

/** Makes TCP links with TCP_NODELAY and keep-alive. */
export class TcpDialer implements Dialer {
  readonly name: string;

  constructor(
    private readonly host: string,
    private readonly port: number,
  ) {
    this.name = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  }

  dial(sink: LinkSink, signal: AbortSignal): Promise<Link> {
    return new Promise((resolve, reject) => {
      let lost: ((error: Error | undefined) => void) | undefined;
      const socket = connect({
        host: this.host,
        port: this.port,
        noDelay: true,
        keepAlive: true,
        keepAliveInitialDelay: keepAliveMs,
        // One buffer for all reads of this socket: no stream buffering, no allocation per reply.
        onread: {
          buffer: Buffer.allocUnsafeSlow(receiveBytes),
          callback: (length, buffer) => {
            sink.onBytes(buffer as Buffer, length);
            return true;
          },
        },
      });
      const closed = new Promise<void>((done) => socket.once('close', done));
      const onAbort = () => {
        socket.destroy();
        reject(signal.reason as Error);
      };
      signal.addEventListener('abort', onAbort, { once: true });
      socket.once('connect', () => {
        signal.removeEventListener('abort', onAbort);
        lost = (error) => {
          lost = undefined;
          socket.destroy();
          sink.onLost(error);
        };
        resolve({
          write: (bytes) => {
            socket.write(bytes);
          },
          close: () => {
            lost = undefined;
            socket.destroy();
            return closed;
          },
        });
      });
      socket.on('error', (error) => {
        reject(error);
        lost?.(error);
      });
      socket.once('end', () => lost?.(undefined));
      socket.once('close', () => {
        signal.removeEventListener('abort', onAbort);
        lost?.(undefined);
      });
    });
  }
}
