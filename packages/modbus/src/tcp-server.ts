import { MbapServerFraming, RtuServerFraming } from './server-framing.js';
import { checkUnits, type ListenOptions, type ServerOptions } from './server-options.js';
import { startStreamServer, type TcpServer } from './stream-server.js';
import { UnitResponder } from './unit-responder.js';

/** Options of {@link startTcpServer} and {@link startRtuOverTcpServer}. */
export interface TcpServerOptions extends ServerOptions, ListenOptions {
  /** Most clients at once; further connections are closed at once. Default: no limit. */
  readonly maxConnections?: number;
}

/** Requests in a socket come in pieces milliseconds apart, unless their sender gave up. */
const socketSilenceMs = 500;

/**
 * Starts a Modbus TCP server that answers function codes 1-6, 15, 16, 22, 23, 43/14 and the units'
 * own from their handlers, at once and in order. A client whose stream is not Modbus TCP is dropped;
 * the others are not affected.
 *
 * @throws ModbusError (as a rejection) `listen-failed` when the address cannot be listened on,
 * `bad-options` for a port or unit id out of range
 */
export async function startTcpServer(options: TcpServerOptions): Promise<TcpServer> {
  checkUnits(options.units);
  const responder = new UnitResponder(options);
  return startStreamServer({ ...options, responder, framing: () => new MbapServerFraming() });
}

/**
 * Starts a server of RTU frames in TCP connections, as a serial server with devices behind it looks
 * to its clients. Otherwise as {@link startTcpServer}; unit 0 writes to all units and is not
 * answered.
 */
export async function startRtuOverTcpServer(options: TcpServerOptions): Promise<TcpServer> {
  checkUnits(options.units);
  const responder = new UnitResponder(options);
  const framing = () => new RtuServerFraming(socketSilenceMs);
  return startStreamServer({ ...options, responder, framing });
}
