import type {
  BusState,
  BusStatistics,
  DeviceIdentification,
  ModbusBus,
  RequestOptions,
  UnitStatus,
} from '@microgrid/modbus';
import { BehaviorSubject } from 'rxjs';
import type { RpcPeer } from './rpc-peer.js';

/** What the gateway tells about its bus with each answer. */
export interface BusNews {
  readonly statistics: BusStatistics;
  readonly status: UnitStatus;
  readonly state: BusState;
}

/** One request as it crosses the border; the signal goes beside it. */
export interface BusCall {
  readonly device: string;
  readonly method: 'read' | 'write' | 'maskWrite' | 'readWrite' | 'identify' | 'request';
  readonly unit: number;
  readonly request?: unknown;
  readonly options: Omit<RequestOptions, 'signal'>;
}

/** What comes back. */
export interface BusAnswer {
  readonly value: unknown;
  readonly news: BusNews;
}

/**
 * The gateway's bus inside a worker. Every request goes through the gateway's one scheduler; what is
 * asked without waiting (state, statistics, status of a unit) is what came with the last answer.
 */
export class ModbusLease implements ModbusBus {
  private readonly state: BehaviorSubject<BusState>;
  private latest: BusStatistics;
  private readonly units = new Map<number, UnitStatus>();
  readonly state$;

  constructor(
    private readonly peer: RpcPeer,
    private readonly device: string,
    first: BusNews,
  ) {
    this.state = new BehaviorSubject<BusState>(first.state);
    this.state$ = this.state.asObservable();
    this.latest = first.statistics;
  }

  private async call(
    method: BusCall['method'],
    unit: number,
    request: unknown,
    options: RequestOptions = {},
  ): Promise<never> {
    const { signal, ...plain } = options;
    const call: BusCall = { device: this.device, method, unit, request, options: plain };
    const { value, news } = (await this.peer.call('modbus', call, signal)) as BusAnswer;
    this.latest = news.statistics;
    this.units.set(unit, news.status);
    if (news.state !== this.state.value) this.state.next(news.state);
    return value as never;
  }

  read(unit: number, request: unknown, options?: RequestOptions): Promise<never> {
    return this.call('read', unit, request, options);
  }

  write(unit: number, request: unknown, options?: RequestOptions): Promise<void> {
    return this.call('write', unit, request, options);
  }

  maskWrite(unit: number, request: unknown, options?: RequestOptions): Promise<void> {
    return this.call('maskWrite', unit, request, options);
  }

  readWrite(unit: number, request: unknown, options?: RequestOptions): Promise<Uint16Array> {
    return this.call('readWrite', unit, request, options);
  }

  identify(unit: number, options?: RequestOptions): Promise<DeviceIdentification> {
    return this.call('identify', unit, undefined, options);
  }

  request(
    unit: number,
    request: { readonly reply: unknown },
    options?: RequestOptions,
  ): Promise<Uint8Array> {
    if (typeof request.reply === 'function') {
      const error = new Error(
        "reply: got a function, expected 'byteCount' or { length }: a function cannot cross to the gateway's thread",
      );
      return Promise.reject(Object.assign(error, { name: 'ModbusError', code: 'bad-request' }));
    }
    return this.call('request', unit, request, options);
  }

  unitStatus(unit: number): UnitStatus {
    return this.units.get(unit) ?? { state: 'untried', failures: 0, disabledBlocks: [] };
  }

  identityChanged(unit: number): void {
    this.peer.emit('identityChanged', { device: this.device, unit });
  }

  statistics(): BusStatistics {
    return this.latest;
  }

  /** Nothing: the bus is the gateway's. */
  close(): Promise<void> {
    return Promise.resolve();
  }
}
