import { ChildProcess } from 'node:child_process';
import { Socket as DatagramSocket } from 'node:dgram';
import { Server, Socket } from 'node:net';

/**
 * Takes sockets and child processes from this thread, so that a driver that forgot to use what it was
 * given says so at once. This finds mistakes; it is no wall against malice.
 */
export function forbidSockets(): void {
  const refuse = (what: string) =>
    function refused(): never {
      throw new Error(
        `${what}: a driver has no sockets, threads or processes of its own; use context.transport`,
      );
    };
  Socket.prototype.connect = refuse('connect');
  Server.prototype.listen = refuse('listen');
  DatagramSocket.prototype.bind = refuse('bind');
  DatagramSocket.prototype.send = refuse('send');
  // The one method behind spawn, exec and fork; Node does not declare it.
  (ChildProcess.prototype as unknown as { spawn: unknown }).spawn = refuse('spawn');
}
