import type { Log, LogLevel } from '../log.js';

/** One line of a log. */
export interface LogLine {
  readonly level: LogLevel;
  readonly message: string;
  readonly fields?: Readonly<Record<string, unknown>>;
}

/** A log that remembers its lines. */
export interface MemoryLog {
  readonly log: Log;
  readonly lines: readonly LogLine[];
}

/** Makes an empty log. */
export function memoryLog(): MemoryLog {
  const lines: LogLine[] = [];
  return {
    lines,
    log: (level, message, fields) => {
      lines.push(fields === undefined ? { level, message } : { level, message, fields });
    },
  };
}
