import { Command, CommanderError } from 'commander';
import manifest from '../package.json' with { type: 'json' };
import { COMMAND_GROUPS } from './command-groups.js';
import type { CommandContext, CommandStreams } from './command-context.js';
import { isCommandError } from './command-error.js';
import { EXIT_BAD_INPUT, EXIT_OK } from './exit-code.js';

const EXIT_CODES = `
Exit codes:
  0    done, and everything asked for holds
  1    a property does not hold, or a check found something
  2    wrong command line or input
  3    an answer is not known: a limit ended the work before it
  130  interrupted`;

/**
 * Runs `microgrid` with arguments (without node and script) and gives the exit code. What a user can
 * mend becomes one message on stderr, without a stack.
 */
export async function main(
  argv: readonly string[],
  io: CommandStreams,
  signal: AbortSignal = new AbortController().signal,
): Promise<number> {
  let code = EXIT_OK;
  const exitWith = (wanted: number): void => {
    code = wanted;
  };
  try {
    await program({ io, signal, exitWith }).parseAsync(argv, { from: 'user' });
    return code;
  } catch (error) {
    // Commander has printed its message, the help or the version itself.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT_OK : EXIT_BAD_INPUT;
    if (!isCommandError(error)) throw error;
    io.stderr.write(`microgrid: ${error.message}\n`);
    return EXIT_BAD_INPUT;
  }
}

function program(context: CommandContext): Command {
  const { io } = context;
  const root = new Command('microgrid')
    .description('Tools of the microgrid platform at the command line.')
    .version(manifest.version)
    .addHelpText('after', EXIT_CODES);
  for (const group of COMMAND_GROUPS) root.addCommand(group(context));
  eachCommand(root, (command) => {
    command.exitOverride().configureOutput({
      writeOut: (text) => void io.stdout.write(text),
      writeErr: (text) => void io.stderr.write(text),
    });
  });
  return root;
}

/** Settings are not inherited by commands that were made apart, so each gets them. */
function eachCommand(command: Command, visit: (command: Command) => void): void {
  visit(command);
  for (const child of command.commands) eachCommand(child, visit);
}
