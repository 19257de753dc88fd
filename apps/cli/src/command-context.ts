/** Where a command writes, and whence it gets answers; the process's own streams fit. */
export interface CommandStreams {
  /** Answers of a person, line by line; absent: nobody can be asked. */
  readonly stdin?: NodeJS.ReadableStream;
  readonly stdout: NodeJS.WritableStream & { readonly isTTY?: boolean | undefined };
  readonly stderr: NodeJS.WritableStream & { readonly isTTY?: boolean | undefined };
}

/** What every command group is given. */
export interface CommandContext {
  readonly io: CommandStreams;
  /** Aborted by Ctrl-C: a command ends what it does in order and says what it has. */
  readonly signal: AbortSignal;
  /** Sets the exit code of the run; without a call it is `EXIT_OK`. */
  readonly exitWith: (code: number) => void;
}
