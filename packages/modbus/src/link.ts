/** An open byte stream to a device or line. */
export interface Link {
  /** Sends bytes; failures are reported to the sink. */
  write(bytes: Buffer): void;
  /** Releases the socket or port and resolves when that is done; nothing is reported after. */
  close(): Promise<void>;
}

/** What a link tells the bus. */
export interface LinkSink {
  /** Bytes `[0, length)` came in; valid during the call only. */
  onBytes(bytes: Buffer, length: number): void;
  /** The stream ended or failed; called once, at once. */
  onLost(error: Error | undefined): void;
}

/** Makes links, one after another, to the same place. */
export interface Dialer {
  /** True where a late reply cannot reach a later request, so that no silence must part them. */
  readonly fencesRequests?: boolean;
  /** How messages name the place, for example `192.168.1.20:502`. */
  readonly name: string;
  /**
   * Makes one attempt. When the signal fires before it succeeded, it must release what it holds and
   * reject.
   */
  dial(sink: LinkSink, signal: AbortSignal): Promise<Link>;
}
