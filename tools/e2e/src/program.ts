import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { eventually } from './eventually.js';
import { FROM_SOURCE, REPOSITORY } from './repository.js';

/** How a program ended. */
export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

const running = new Set<Program>();

/** A program in a process of its own, with what it printed. */
export class Program {
  /** Lines of standard output so far. */
  readonly lines: string[] = [];
  /** Lines of standard error so far. */
  readonly errors: string[] = [];
  /** Resolves when it has ended and everything it printed was read. */
  readonly ended: Promise<Ending>;
  private ending: Ending | undefined;

  private constructor(private readonly process: ChildProcess) {
    for (const [stream, lines] of [
      [process.stdout, this.lines],
      [process.stderr, this.errors],
    ] as const) {
      if (stream !== null)
        createInterface({ input: stream }).on('line', (line) => lines.push(line));
    }
    this.ended = new Promise((resolve) => {
      process.once('close', (code, signal) => {
        this.ending = { code, signal };
        running.delete(this);
        resolve(this.ending);
      });
    });
    running.add(this);
  }

  /** Starts a command from the root of the repository, as the leader of a process group. */
  static start(command: string, args: readonly string[]): Program {
    const stdio = ['ignore', 'pipe', 'pipe'] as const;
    return new Program(
      spawn(command, args, { cwd: REPOSITORY, stdio: [...stdio], detached: true }),
    );
  }

  /** Starts a TypeScript module of the repository. */
  static startSource(module: string, args: readonly string[] = []): Program {
    return Program.start(process.execPath, [...FROM_SOURCE, module, ...args]);
  }

  get pid(): number {
    return this.process.pid ?? 0;
  }

  get alive(): boolean {
    return this.ending === undefined;
  }

  /** Everything it printed, for a message. */
  get output(): string {
    return [...this.lines, ...this.errors].join('\n');
  }

  /** The first line of standard output that fits; fails when it ends or the time is up before. */
  line(what: string, fits: (line: string) => boolean, timeoutMs = 60_000): Promise<string> {
    return eventually(
      `${what} from\n${this.output}`,
      () => {
        const found = this.lines.find(fits);
        if (found === undefined && !this.alive) {
          throw new Error(`it ended without ${what}:\n${this.output}`);
        }
        return found;
      },
      timeoutMs,
    );
  }

  /** Sends a signal to it alone and resolves when it has ended. */
  stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<Ending> {
    this.process.kill(signal);
    return this.ended;
  }

  /** Sends a signal to its group, as the terminal's Ctrl-C does, and resolves when it has ended. */
  stopGroup(signal: NodeJS.Signals): Promise<Ending> {
    if (this.alive) process.kill(-this.pid, signal);
    return this.ended;
  }
}

/** Ends whatever a test has left running. */
export async function stopPrograms(): Promise<void> {
  await Promise.all([...running].map((program) => program.stopGroup('SIGKILL')));
}

/** Runs a command to its end; fails with everything it printed unless it ends with `expected`. */
export async function run(
  command: string,
  args: readonly string[],
  expected = 0,
): Promise<Program> {
  const program = Program.start(command, args);
  const { code, signal } = await program.ended;
  if (code === expected) return program;
  throw new Error(
    `${command} ${args.join(' ')} ended with ${code ?? signal ?? '?'}, expected ${expected}:\n${program.output}`,
  );
}
