import type { Observable } from 'rxjs';

/** One request to a device that speaks HTTP. */
export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Path and query from `/`; host, port and credentials belong to the transport. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** How long the whole exchange may take, ms; default: the transport's. */
  readonly timeoutMs?: number;
  /** Gives the request up. */
  readonly signal?: AbortSignal;
}

/** What came back, whatever its status. */
export interface HttpResponse {
  /** 100..599. */
  readonly status: number;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A two-way stream of text messages (a WebSocket). */
export interface PushStream {
  /** Each message of the device; errors with a `DevicesError` when the stream breaks; completes when closed. */
  readonly messages$: Observable<string>;
  /** @throws DevicesError (as a rejection) `unreachable` when the stream is not open. */
  send(message: string): Promise<void>;
  close(): Promise<void>;
}

/**
 * One device that speaks HTTP. The owner opened it: address, TLS, authentication (Basic, Digest) and
 * connection limits are its business.
 */
export interface HttpTransport {
  /**
   * Sends a request. Answers of any status resolve.
   * @throws DevicesError (as a rejection) `unreachable`, `timeout` or `aborted`.
   */
  request(request: HttpRequest): Promise<HttpResponse>;
  /**
   * Opens a stream of messages at a path.
   * @throws DevicesError (as a rejection) `unreachable`, `timeout` or `aborted`.
   */
  stream(path: string, options?: { readonly signal?: AbortSignal }): Promise<PushStream>;
}
