import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** aedes in a process of its own, so that it can be killed as a broker is killed. */
const PROGRAM = `
import { createServer } from 'node:net';
import { Aedes } from 'aedes';
const broker = await Aedes.createBroker();
const server = createServer(broker.handle);
server.listen(Number(process.argv[1]), '127.0.0.1', () => {
  process.stdout.write(JSON.stringify({ port: server.address().port }) + '\\n');
});
process.stdin.resume().on('end', () => process.exit(0));
`;

/** A running broker. */
export interface BrokerProcess {
  readonly url: string;
  readonly port: number;
  /** SIGSTOP: it answers no more but the connection stands. */
  pause(): void;
  /** SIGKILL: no farewell, no flush. */
  kill(): Promise<void>;
}

/** Starts aedes on loopback. @param port 0 for any free one. */
export async function startBroker(port = 0): Promise<BrokerProcess> {
  const child: ChildProcess = spawn(
    process.execPath,
    ['--input-type=module', '--eval', PROGRAM, String(port)],
    { stdio: ['pipe', 'pipe', 'inherit'], cwd: __dirname },
  );
  if (child.stdout === null) throw new Error('the broker has no stdout');
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const address = JSON.parse(line.toString()) as { port: number };
  return {
    url: `mqtt://127.0.0.1:${address.port}`,
    port: address.port,
    pause: () => {
      child.kill('SIGSTOP');
    },
    kill: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    },
  };
}
