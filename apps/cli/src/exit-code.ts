/** Done, and everything asked for holds. */
export const EXIT_OK = 0;
/** A property does not hold, or a check found something. */
export const EXIT_FOUND = 1;
/** Wrong command line or input, or an output that cannot be written. */
export const EXIT_BAD_INPUT = 2;
/** An answer is not known: a limit ended the work before it. */
export const EXIT_UNKNOWN = 3;
/** Interrupted: 128 + SIGINT. */
export const EXIT_INTERRUPTED = 130;
