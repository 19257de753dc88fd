import { Subject } from 'rxjs';
import { DevicesError } from '../devices-error.js';
import type { HttpTwin } from '../driver-twin.js';
import type { HttpRequest, HttpResponse, HttpTransport, PushStream } from '../http-transport.js';

/** What goes wrong with every exchange, until it is changed. */
export type HttpFault =
  | { readonly kind: 'none' }
  /** The device answers with this status and does nothing. */
  | { readonly kind: 'status'; readonly status: number }
  /** The device does what it was asked and answers with this body. */
  | { readonly kind: 'body'; readonly body: string }
  /** No answer in time; what was asked is not done. */
  | { readonly kind: 'timeout' }
  /** No connection; streams break. */
  | { readonly kind: 'unreachable' }
  /** No answer at all until the request is given up, or `afterMs` of real time passed. */
  | { readonly kind: 'hang'; readonly afterMs: number };

/** A device's HTTP server without a wire. */
export interface MemoryHttp {
  readonly transport: HttpTransport;
  /** Requests that reached the device. */
  readonly requests: readonly HttpRequest[];
  /** Streams open now. */
  readonly streams: number;
  /** Makes exchanges go wrong, or right again. */
  setFault(fault: HttpFault): void;
}

const unreachable = (): DevicesError => new DevicesError('unreachable', 'no connection');
const aborted = (): DevicesError => new DevicesError('aborted', 'given up');
const late = (): DevicesError => new DevicesError('timeout', 'no answer in time');

function hang(afterMs: number, signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_, reject) => {
    const giveUp = (): void => {
      clearTimeout(timer);
      reject(aborted());
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', giveUp);
      reject(late());
    }, afterMs);
    signal?.addEventListener('abort', giveUp, { once: true });
  });
}

/** Connects a transport straight to a twin. */
export function memoryHttp(twin: HttpTwin): MemoryHttp {
  const requests: HttpRequest[] = [];
  const open = new Set<Subject<string>>();
  let fault: HttpFault = { kind: 'none' };
  const request = async (asked: HttpRequest): Promise<HttpResponse> => {
    if (asked.signal?.aborted === true) throw aborted();
    if (fault.kind === 'hang') return hang(fault.afterMs, asked.signal);
    if (fault.kind === 'timeout') throw late();
    if (fault.kind === 'unreachable') throw unreachable();
    requests.push(asked);
    if (fault.kind === 'status') return { status: fault.status, headers: {}, body: '' };
    const answer = await twin.handle(asked);
    return fault.kind === 'body' ? { ...answer, body: fault.body } : answer;
  };
  const stream = (path: string): Promise<PushStream> => {
    if (fault.kind !== 'none' || twin.connect === undefined) return Promise.reject(unreachable());
    const messages = new Subject<string>();
    open.add(messages);
    // What the device says while it is being connected to is heard by who subscribes then.
    const line = twin.connect(path, (message) => {
      queueMicrotask(() => {
        messages.next(fault.kind === 'body' ? fault.body : message);
      });
    });
    return Promise.resolve({
      messages$: messages.asObservable(),
      send: (message) => {
        if (!open.has(messages)) return Promise.reject(unreachable());
        line.receive(message);
        return Promise.resolve();
      },
      close: () => {
        if (open.delete(messages)) line.close();
        messages.complete();
        return Promise.resolve();
      },
    });
  };
  return {
    transport: { request, stream },
    requests,
    get streams() {
      return open.size;
    },
    setFault(next) {
      fault = next;
      if (next.kind !== 'unreachable') return;
      for (const messages of open) messages.error(unreachable());
      open.clear();
    },
  };
}
