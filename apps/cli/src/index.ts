export type { CommandContext, CommandStreams } from './command-context.js';
export { CommandError, isCommandError, type CommandErrorCode } from './command-error.js';
export {
  EXIT_BAD_INPUT,
  EXIT_FOUND,
  EXIT_INTERRUPTED,
  EXIT_OK,
  EXIT_UNKNOWN,
} from './exit-code.js';
export { main } from './program.js';
