/** Where a command writes; the process's own streams fit. */
export interface CommandStreams {
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
