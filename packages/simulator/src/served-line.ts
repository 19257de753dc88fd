import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import {
  startRtuOverTcpServer,
  startRtuOverUdpServer,
  startTcpServer,
  type ServerOptions,
} from '@microgrid/modbus';
import { startRtuServer } from '@microgrid/modbus/serial';
import { z } from 'zod';
import { SimulatorError } from './simulator-error.js';

const port = z.int().min(0).max(65_535).default(0);

/**
 * One line on which devices answer: Modbus TCP, RTU frames over TCP or UDP, a serial port, or a
 * pseudo-terminal that the simulator makes (with socat) for a client on the same computer.
 */
export const lineConfig = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('tcp'), port }),
  z.strictObject({ type: z.literal('rtu-over-tcp'), port }),
  z.strictObject({ type: z.literal('rtu-over-udp'), port }),
  z.strictObject({
    type: z.literal('serial'),
    /** Device file of the port, as /dev/ttyUSB0. */
    path: z.string().min(1),
    baudRate: z.int().min(300).max(921_600).default(9600),
    parity: z.enum(['none', 'even', 'odd']).default('none'),
    stopBits: z.union([z.literal(1), z.literal(2)]).default(1),
  }),
  z.strictObject({
    type: z.literal('pty'),
    /** Where the client's end appears. */
    path: z.string().min(1),
  }),
]);
export type LineConfig = z.infer<typeof lineConfig>;

/** A line in service. */
export interface ServedLine {
  readonly type: LineConfig['type'];
  /** Address of a line in the network. */
  readonly host?: string;
  readonly port?: number;
  /** Device file of a serial line, at the client's end. */
  readonly path?: string;
  close(): Promise<void>;
}

/** Time socat may take to make its terminals. */
const PTY_MS = 5000;
const PTY_STEP_MS = 20;

/** A pair of pseudo-terminals joined by socat: the far end is the simulator's. */
async function makePty(path: string): Promise<{ readonly far: string; close(): Promise<void> }> {
  const far = `${path}.simulator`;
  const child = spawn('socat', [`pty,raw,echo=0,link=${path}`, `pty,raw,echo=0,link=${far}`], {
    stdio: 'ignore',
  });
  let failure: Error | undefined;
  child.once('error', (error) => {
    failure = error;
  });
  const ended = once(child, 'exit').catch(() => undefined);
  for (let waited = 0; !(existsSync(path) && existsSync(far)); waited += PTY_STEP_MS) {
    if (failure !== undefined || child.exitCode !== null || waited > PTY_MS) {
      child.kill();
      const why = failure?.message ?? `socat ended with ${child.exitCode ?? 'no answer'}`;
      throw new SimulatorError(
        'bad-options',
        `line ${path}: no pseudo-terminal (${why}), expected socat to be installed and the path free`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, PTY_STEP_MS));
  }
  return {
    far,
    close: async () => {
      child.kill();
      await ended;
    },
  };
}

/**
 * Puts units on a line.
 * @throws (as a rejection) ModbusError `listen-failed`, SimulatorError `bad-options` without socat.
 */
export async function serveLine(
  line: LineConfig,
  host: string,
  options: ServerOptions,
): Promise<ServedLine> {
  switch (line.type) {
    case 'tcp':
    case 'rtu-over-tcp':
    case 'rtu-over-udp': {
      const start = {
        tcp: startTcpServer,
        'rtu-over-tcp': startRtuOverTcpServer,
        'rtu-over-udp': startRtuOverUdpServer,
      }[line.type];
      const server = await start({ ...options, host, port: line.port });
      return { type: line.type, host, port: server.port, close: () => server.close() };
    }
    case 'serial': {
      const { type, ...settings } = line;
      const server = await startRtuServer({ ...options, ...settings });
      return { type, path: line.path, close: () => server.close() };
    }
    case 'pty': {
      const pty = await makePty(line.path);
      try {
        const server = await startRtuServer({ ...options, path: pty.far, baudRate: 115_200 });
        const close = async (): Promise<void> => {
          await server.close();
          await pty.close();
        };
        return { type: 'pty', path: line.path, close };
      } catch (error) {
        await pty.close();
        throw error;
      }
    }
  }
}
