import { createServer, type AddressInfo } from 'node:net';
import { Aedes } from 'aedes';
import { serveParent, type Answer } from './child.js';

/** An MQTT broker on loopback, in a process of its own as on a real site. */
async function listen({ port = 0 }: { readonly port?: number }): Promise<Answer> {
  const broker = await Aedes.createBroker();
  const server = createServer(broker.handle);
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return { answer: { port: (server.address() as AddressInfo).port } };
}

serveParent(listen);
