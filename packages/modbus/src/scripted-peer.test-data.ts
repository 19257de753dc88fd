import { createServer, type Server, type Socket } from 'node:net';
import { MbapReader } from './mbap-framing.js';

/** One request as a scripted peer received it. */
export interface PeerRequest {
  readonly id: number;
  readonly unit: number;
  readonly pdu: Buffer;
  readonly socket: Socket;
  /** Number of this request since the peer started, from 0. */
  readonly number: number;
}

/** A TCP peer that answers byte for byte what a test tells it to. */
export class ScriptedPeer {
  readonly sockets = new Set<Socket>();
  requests = 0;
  accepted = 0;

  private constructor(
    private readonly server: Server,
    readonly port: number,
  ) {}

  static async start(answer: (request: PeerRequest) => void, port = 0): Promise<ScriptedPeer> {
    const server = createServer({ noDelay: true });
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    const address = server.address();
    const peer = new ScriptedPeer(
      server,
      typeof address === 'object' && address ? address.port : 0,
    );
    server.on('connection', (socket) => {
      peer.accepted += 1;
      peer.sockets.add(socket);
      const reader = new MbapReader();
      const onFrame = (id: number, unit: number, bytes: Buffer, start: number, end: number) => {
        const pdu = Buffer.from(bytes.subarray(start, end));
        answer({ id, unit, pdu, socket, number: peer.requests++ });
      };
      socket.on('data', (bytes: Buffer) => reader.receive(bytes, bytes.length, { onFrame }));
      socket.on('error', () => socket.destroy());
      socket.on('close', () => peer.sockets.delete(socket));
    });
    return peer;
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

/** A Modbus TCP frame; `size` overrides the header's length field. */
export function mbap(id: number, unit: number, pdu: readonly number[] | Buffer): Buffer {
  const bytes = Buffer.alloc(7 + pdu.length);
  bytes.writeUInt16BE(id, 0);
  bytes.writeUInt16BE(pdu.length + 1, 4);
  bytes[6] = unit;
  bytes.set(pdu, 7);
  return bytes;
}

/** The PDU that answers a register read with `values`. */
export function registersPdu(functionCode: number, values: readonly number[]): number[] {
  return [functionCode, values.length * 2, ...values.flatMap((value) => [value >> 8, value & 255])];
}
