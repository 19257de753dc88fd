import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { Duplex } from 'node:stream';
import { ServerClient } from './server-client.js';
import { RtuServerFraming } from './server-framing.js';
import {
  checkListenPort,
  checkUnits,
  listenFailed,
  type ListenOptions,
  type ServerOptions,
} from './server-options.js';
import { UnitResponder } from './unit-responder.js';

/** Options of {@link startRtuOverUdpServer}. */
export interface UdpServerOptions extends ServerOptions, ListenOptions {}

/** A running server on a UDP port. */
export interface UdpServer {
  /** The port it listens on. */
  readonly port: number;
  /** Stops listening; resolves when all is released. Idempotent. */
  close(): Promise<void>;
}

/** Senders remembered; a client may use a port for every request. */
const mostPeers = 256;
/** A request is one datagram, but a client may send it in two. */
const silenceMs = 100;

/**
 * Starts a server of RTU frames in UDP datagrams, as WiFi adapters of inverters have it.
 *
 * @throws ModbusError (as a rejection) `listen-failed` or `bad-options`
 */
export async function startRtuOverUdpServer(options: UdpServerOptions): Promise<UdpServer> {
  const { host = '127.0.0.1', port, units, faults } = options;
  checkListenPort(port);
  checkUnits(units);
  const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
  await new Promise<void>((resolve, reject) => {
    socket.once('error', (cause) => {
      reject(listenFailed(`${host}:${port}`, cause));
    });
    socket.bind(port, host, resolve);
  });
  socket.on('error', (error) => options.onError?.(error));
  const responder = new UnitResponder(options);
  const peers = new Map<string, Duplex>();
  let known = 0;
  let requests = 0;
  const next = (): number => requests++;
  const peerOf = (remote: RemoteInfo): Duplex => {
    const key = `${remote.address} ${remote.port}`;
    const peer = peers.get(key) ?? peerStream(socket, remote);
    if (!peers.has(key)) {
      const plan = faults && { plan: faults, client: known, next };
      known += 1;
      new ServerClient(peer, new RtuServerFraming(silenceMs), responder, plan);
    }
    // The one heard from last is the last to be forgotten.
    peers.delete(key);
    peers.set(key, peer);
    const [oldest] = peers;
    if (peers.size > mostPeers && oldest) {
      peers.delete(oldest[0]);
      oldest[1].destroy();
    }
    return peer;
  };
  socket.on('message', (bytes, remote) => peerOf(remote).push(bytes));
  const closed = new Promise<void>((resolve) => socket.once('close', resolve));
  let isClosed = false;
  return {
    port: socket.address().port,
    close() {
      if (!isClosed) socket.close();
      isClosed = true;
      for (const peer of peers.values()) peer.destroy();
      return closed;
    },
  };
}

/** Datagrams of one sender as a stream; every write is one datagram. */
function peerStream(socket: Socket, remote: RemoteInfo): Duplex {
  return new Duplex({
    read: () => undefined,
    write: (bytes: Buffer, _encoding, done) => {
      socket.send(bytes, remote.port, remote.address, () => {
        // A client that is gone is its own business.
        done();
      });
    },
  });
}
