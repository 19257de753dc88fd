import type { HttpTransport } from '@microgrid/devices';
import { isRecord, parseRecord, type JsonRecord } from './json-record.js';
import { ShellyError } from './shelly-error.js';

/** Who the device shall think is asking; any name does. */
const SOURCE = 'microgrid';

/** JSON-RPC of one device over HTTP: each answer is matched to its request by its id. */
export class RpcClient {
  private lastId = 0;

  constructor(
    private readonly transport: HttpTransport,
    private readonly timeoutMs: number | undefined,
  ) {}

  /**
   * Calls a method.
   * @throws ShellyError (as a rejection), or what the transport throws
   */
  async call(method: string, params: JsonRecord = {}, signal?: AbortSignal): Promise<JsonRecord> {
    this.lastId += 1;
    const id = this.lastId;
    const response = await this.transport.request({
      method: 'POST',
      path: '/rpc',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ id, src: SOURCE, method, params }),
      ...(this.timeoutMs === undefined ? {} : { timeoutMs: this.timeoutMs }),
      ...(signal === undefined ? {} : { signal }),
    });
    if (response.status !== 200) throw statusError(method, response.status);
    return resultOf(method, id, parseRecord(response.body));
  }

  /** A frame that asks for a method without waiting for the answer, for a stream. */
  frame(method: string): string {
    this.lastId += 1;
    return JSON.stringify({ id: this.lastId, src: SOURCE, method });
  }
}

function statusError(method: string, status: number): ShellyError {
  if (status === 401) {
    return new ShellyError('unauthorized', `${method}: status 401, a password is needed or wrong`);
  }
  if (status === 429 || status === 503) {
    return new ShellyError('busy', `${method}: status ${status}, asked too often or too busy`);
  }
  return new ShellyError('http-status', `${method}: status ${status}`);
}

function resultOf(method: string, id: number, frame: JsonRecord | undefined): JsonRecord {
  if (frame === undefined) throw new ShellyError('bad-reply', `${method}: no JSON object`);
  if (frame['id'] !== id)
    throw new ShellyError('bad-reply', `${method}: answer to another request`);
  const { error, result } = frame;
  if (isRecord(error)) {
    const said = typeof error['message'] === 'string' ? error['message'].slice(0, 100) : '';
    if (error['code'] === 401) throw statusError(method, 401);
    throw new ShellyError('rpc-error', `${method}: error ${String(error['code'])} ${said}`.trim());
  }
  if (isRecord(result)) return result;
  throw new ShellyError('bad-reply', `${method}: neither result nor error`);
}
