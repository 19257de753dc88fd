import { createServer } from 'node:net';
import { ModbusError } from './modbus-error.js';
import { ServerClient } from './server-client.js';
import type { Table } from './table.js';
import type { UnitHandler } from './unit-handler.js';

/** One request as the server's access log sees it, after it was answered. */
export interface Access {
  /** Unit id of the request. */
  readonly unit: number;
  /** Function code of the request. */
  readonly functionCode: number;
  /** Table; absent for a function code the server does not know or a malformed request. */
  readonly table?: Table;
  /** First register or bit; absent as `table` is. */
  readonly address?: number;
  /** Number of registers or bits; absent as `table` is. */
  readonly count?: number;
  /** What was written; absent for reads. */
  readonly values?: Uint16Array | boolean[];
  /** The exception answered; absent when the request was served. */
  readonly exceptionCode?: number;
}

/** Options of {@link startTcpServer}. */
export interface TcpServerOptions {
  /** Address to listen on. Default `127.0.0.1`: Modbus has no authentication. */
  readonly host?: string;
  /** Port to listen on, 0..65535; 0 takes a free one. */
  readonly port: number;
  /** Units by id, 0..255. The map may be changed while the server runs. */
  readonly units: ReadonlyMap<number, UnitHandler>;
  /** What a request for a unit that is not in the map gets. Default `exception` (code 11). */
  readonly unknownUnit?: 'exception' | 'silence';
  /** Most clients at once; further connections are closed at once. Default: no limit. */
  readonly maxConnections?: number;
  /** Called after each request; must not throw. */
  readonly onAccess?: (access: Access) => void;
  /** Called with what a handler threw, unless it was a `ModbusException`; must not throw. */
  readonly onError?: (error: unknown) => void;
}

/** A running server. */
export interface TcpServer {
  /** The port it listens on. */
  readonly port: number;
  /** Number of clients connected now. */
  readonly connections: number;
  /** Drops every client and stops listening; resolves when all is released. Idempotent. */
  close(): Promise<void>;
}

/**
 * Starts a Modbus TCP server that answers function codes 1-6, 15 and 16 from the units' handlers,
 * at once and in order. A client whose stream is not Modbus TCP is dropped; the others are not
 * affected.
 *
 * @throws ModbusError (as a rejection) `listen-failed` when the address cannot be listened on,
 * `bad-options` for a port or unit id out of range
 */
export async function startTcpServer(options: TcpServerOptions): Promise<TcpServer> {
  const { host = '127.0.0.1', port, units, maxConnections } = options;
  if (!Number.isInteger(port) || port < 0 || port > 0xffff) {
    throw new ModbusError('bad-options', `port: ${port}, expected an integer in 0..65535`);
  }
  for (const unit of units.keys()) {
    if (!Number.isInteger(unit) || unit < 0 || unit > 255) {
      throw new ModbusError('bad-options', `unit: ${unit}, expected an integer in 0..255`);
    }
  }
  const clients = new Set<ServerClient>();
  const server = createServer({ noDelay: true, keepAlive: true }, (socket) => {
    const client = new ServerClient(socket, options);
    clients.add(client);
    socket.once('close', () => clients.delete(client));
  });
  if (maxConnections !== undefined) server.maxConnections = maxConnections;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => {
      const message = `${host}:${port}: cannot listen (${cause.message}); free the port or take 0`;
      reject(new ModbusError('listen-failed', message, { cause }));
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
