import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** Somebody on the wire between a client and a server. */
export interface ManInTheMiddle {
  readonly port: number;
  /** Changes what goes up from now on; undefined lets everything through. */
  tamper: ((bytes: Buffer) => Buffer) | undefined;
  close(): Promise<void>;
}

/** Passes TCP connections on to a port of loopback. */
export async function standBetween(serverPort: number): Promise<ManInTheMiddle> {
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const up = connect(serverPort, '127.0.0.1');
    for (const [socket, other] of [
      [client, up],
      [up, client],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
    }
    client.on('data', (bytes) => up.write(man.tamper?.(bytes) ?? bytes));
    up.on('data', (bytes) => client.write(bytes));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const man: ManInTheMiddle = {
    port: (server.address() as AddressInfo).port,
    tamper: undefined,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        for (const socket of sockets) socket.destroy();
      }),
  };
  return man;
}

/** Changes the first digit of every import in a message; the message keeps its length. */
export function changeImports(bytes: Buffer): Buffer {
  // Latin-1 maps each byte to one character and back.
  const text = bytes.toString('latin1');
  const changed = text.replaceAll(
    /("importMilliwattHours":)(\d)/g,
    (_, name: string, digit: string) => `${name}${(Number(digit) % 9) + 1}`,
  );
  return Buffer.from(changed, 'latin1');
}
