import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** aedes in a process of its own: it is published for module imports only. */
const PROGRAM = `
import { createServer } from 'node:net';
import { Aedes } from 'aedes';
const broker = await Aedes.createBroker();
const wanted = process.argv[1];
broker.authenticate = (client, user, password, done) =>
  done(null, wanted === '' || (user ?? '') + ':' + (password ?? '') === wanted);
const server = createServer(broker.handle);
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(JSON.stringify({ port: server.address().port }) + '\\n');
});
process.stdin.resume().on('end', () => process.exit(0));
`;

/** A running broker on loopback. */
export interface LocalBroker {
  readonly url: string;
  kill(): Promise<void>;
}

/**
 * Starts a broker on a free port.
 * @param credentials `user:password` that every client must have; empty = anybody
 */
export async function startLocalBroker(credentials = ''): Promise<LocalBroker> {
  const args = ['--input-type=module', '--eval', PROGRAM, credentials];
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
