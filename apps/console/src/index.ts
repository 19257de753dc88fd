export { ConsoleError, isConsoleError, type ConsoleErrorCode } from './console-error.js';
export {
  HISTORY_VERSION,
  parseHistory,
  type ConsoleHistory,
  type ConsoleSample,
} from './history.js';
export {
  parseState,
  safeParseState,
  STATE_VERSION,
  type ConsoleDecision,
  type ConsoleDevice,
  type ConsoleFlows,
  type ConsoleSetPoint,
  type ConsoleState,
} from './state.js';
