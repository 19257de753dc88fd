import { createServer } from 'node:net';
import type { FaultPlan } from './fault.js';
import type { Responder } from './responder.js';
import { ServerClient } from './server-client.js';
import type { ServerFraming } from './server-framing.js';
import { checkListenPort, listenFailed, type ListenOptions } from './server-options.js';

/** A running server on a TCP port. */
export interface TcpServer {
  /** The port it listens on. */
  readonly port: number;
  /** Number of clients connected now. */
  readonly connections: number;
  /** Drops every client and stops listening; resolves when all is released. Idempotent. */
  close(): Promise<void>;
}

/** What a server of TCP connections is made of. */
export interface StreamServerOptions extends ListenOptions {
  readonly responder: Responder;
  /** Makes the framing of one client. */
  readonly framing: () => ServerFraming;
  readonly maxConnections?: number | undefined;
  readonly faults?: FaultPlan | undefined;
  readonly onError?: ((error: unknown) => void) | undefined;
}

/**
 * Listens on TCP and answers every client.
 *
 * @throws ModbusError (as a rejection) `listen-failed` or `bad-options`
 */
export async function startStreamServer(options: StreamServerOptions): Promise<TcpServer> {
  const { host = '127.0.0.1', port, responder, framing, maxConnections, faults } = options;
  checkListenPort(port);
  const clients = new Set<ServerClient>();
  let accepted = 0;
  let requests = 0;
  const next = (): number => requests++;
  const server = createServer({ noDelay: true, keepAlive: true }, (socket) => {
    const plan = faults && { plan: faults, client: accepted, next };
    accepted += 1;
    const client = new ServerClient(socket, framing(), responder, plan);
    clients.add(client);
    socket.once('close', () => clients.delete(client));
  });
  if (maxConnections !== undefined) server.maxConnections = maxConnections;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => {
      reject(listenFailed(`${host}:${port}`, cause));
    });
    server.listen(port, host, resolve);
  });
  // Later errors (no file descriptors left for a client) must not end the process.
  server.on('error', (error) => options.onError?.(error));
  const address = server.address();
  const closed = new Promise<void>((resolve) => server.once('close', resolve));
  return {
    port: typeof address === 'object' && address ? address.port : port,
    get connections() {
      return clients.size;
    },
    close() {
      server.close();
      for (const client of clients) client.drop();
      return closed;
    },
  };
}
