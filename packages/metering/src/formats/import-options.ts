/** What to do with a direction a file does not carry. */
export type AbsentDirection = 'zero' | 'refuse';

/** How every format is read. */
export interface ImportOptions {
  /** Name of the file, for messages. */
  readonly file: string;
  /** Keeps the good rows and lists the bad ones; default false: the first bad row is thrown. */
  readonly lenient?: boolean;
  /**
   * Metering point of files that name none; where a file names them, the one wanted (others are
   * left out and noted).
   */
  readonly meteringPoint?: string;
  /** IANA zone of local times; default the format's own. */
  readonly timeZone?: string;
  /**
   * What a direction is that the file carries for a point nowhere: `zero` says that the point has
   * no such register (noted), `refuse` is the default.
   */
  readonly absentDirection?: AbsentDirection;
}
