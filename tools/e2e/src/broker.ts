import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { FROM_SOURCE, REPOSITORY } from './repository.js';

/** An MQTT broker in a process of its own. */
export interface Broker {
  readonly port: number;
  readonly url: string;
  close(): Promise<void>;
}

/** Starts the demo's broker on loopback. */
export async function startBroker(): Promise<Broker> {
  const child: ChildProcess = fork(join(REPOSITORY, 'tools/demo/src/broker-process.ts'), {
    execArgv: [...FROM_SOURCE],
    cwd: REPOSITORY,
  });
  child.send({});
  const [{ port }] = (await once(child, 'message')) as [{ port: number }];
  return {
    port,
    url: `mqtt://127.0.0.1:${port}`,
    close: async () => {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
  };
}
