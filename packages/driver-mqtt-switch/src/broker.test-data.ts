import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { MqttTransport } from '@microgrid/devices';
import { connectMqtt, type MqttLink, type MqttPresence } from '@microgrid/mqtt';
import { map, Observable } from 'rxjs';

/** aedes in a process of its own: it is published for module imports only. */
const PROGRAM = `
import { createServer } from 'node:net';
import { Aedes } from 'aedes';
const broker = await Aedes.createBroker();
const server = createServer(broker.handle);
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(JSON.stringify({ port: server.address().port }) + '\\n');
});
process.stdin.resume().on('end', () => process.exit(0));
`;

/** A running broker on loopback. */
export interface Broker {
  readonly url: string;
  kill(): Promise<void>;
}

/** Starts a broker on a free port. */
export async function startBroker(): Promise<Broker> {
  const args = ['--input-type=module', '--eval', PROGRAM];
  const child = spawn(process.execPath, args, {
    stdio: ['pipe', 'pipe', 'inherit'],
    cwd: __dirname,
  });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const { port } = JSON.parse(line.toString()) as { port: number };
  return {
    url: `mqtt://127.0.0.1:${port}`,
    kill: async () => {
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    },
  };
}

/** A client of a broker, and the port that drivers are given. */
export interface BrokerClient {
  readonly link: MqttLink;
  readonly transport: MqttTransport;
}

/** Connects a client. @param presence its will, as a device has one */
export function connectClient(
  url: string,
  clientId: string,
  presence?: MqttPresence,
): BrokerClient {
  const link = connectMqtt({
    url,
    clientId,
    reconnectMs: 20,
    reconnectMaxMs: 100,
    ...(presence === undefined ? {} : { presence }),
  });
  const encoder = new TextEncoder();
  const transport: MqttTransport = {
    connected$: link.state$.pipe(map((state) => state === 'connected')),
    publish: (topic, payload) =>
      link.publish(topic, typeof payload === 'string' ? encoder.encode(payload) : payload),
    subscribe: (filter) =>
      new Observable((observer) =>
        link.onMessage(
          filter,
          (message) => {
            observer.next(message);
          },
          { retained: 'accept' },
        ),
      ),
  };
  return { link, transport };
}
