import type { Log } from './ports.js';

/** One JSON line per message on standard error, which systemd keeps. */
export const standardErrorLog: Log = (level, message, fields) => {
  if (level === 'debug') return;
  process.stderr.write(
    `${JSON.stringify({ at: new Date().toISOString(), level, message, ...fields })}\n`,
  );
};
