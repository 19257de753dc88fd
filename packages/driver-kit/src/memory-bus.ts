import type { TwinUnitHandler } from '@microgrid/devices';
import {
  ModbusError,
  type BusState,
  type BusStatistics,
  type CustomRequest,
  type DeviceIdentification,
  type ModbusBus,
  type ReadRequest,
  type RequestOptions,
  type UnitStatus,
  type WriteRequest,
} from '@microgrid/modbus';
import { BehaviorSubject, Observable } from 'rxjs';

/** What goes wrong with every request, until it is changed. `deaf`: writes are confirmed and ignored. */
export type LineFault = 'none' | 'silent' | 'unreachable' | 'hangs' | 'deaf';

/** One write as it was asked for. */
export interface SeenWrite {
  readonly table: 'holding' | 'coil';
  readonly address: number;
  readonly values: readonly number[];
}

const HANG_MS = 50;

function exceptionOf(error: unknown): ModbusError {
  const code = error instanceof Error && 'code' in error ? Number(error.code) : Number.NaN;
  const exceptionCode = Number.isInteger(code) ? code : 4;
  return new ModbusError('exception', `exception ${exceptionCode}`, { exceptionCode });
}

/** A Modbus bus that ends in a twin's handler, without a wire: nothing takes time but a hang. */
export class MemoryBus implements ModbusBus {
  fault: LineFault = 'none';
  requests = 0;
  readonly writes: SeenWrite[] = [];
  readonly state = new BehaviorSubject<BusState>('connected');
  /** Subscriptions to the state now. */
  listeners = 0;
  readonly state$ = new Observable<BusState>((observer) => {
    const subscription = this.state.subscribe(observer);
    this.listeners += 1;
    return () => {
      this.listeners -= 1;
      subscription.unsubscribe();
    };
  });

  constructor(
    private readonly unit: number,
    private readonly handler: TwinUnitHandler,
  ) {}

  read(
    unit: number,
    request: ReadRequest<'holding' | 'input'>,
    options?: RequestOptions,
  ): Promise<Uint16Array>;
  read(
    unit: number,
    request: ReadRequest<'coil' | 'discrete'>,
    options?: RequestOptions,
  ): Promise<boolean[]>;
  read(
    unit: number,
    request: ReadRequest,
    options?: RequestOptions,
  ): Promise<Uint16Array | boolean[]>;
  read(
    unit: number,
    { table, address, count }: ReadRequest,
    options?: RequestOptions,
  ): Promise<Uint16Array | boolean[]> {
    return this.ask(unit, options, () => {
      const values = this.handler.read(table, address, count);
      return table === 'coil' || table === 'discrete'
        ? Array.from(values, Boolean)
        : Uint16Array.from(values as ArrayLike<number>);
    });
  }

  write(unit: number, { table, address, values }: WriteRequest, options?: RequestOptions) {
    return this.ask(unit, options, () => {
      this.put(table, address, Array.from(values, Number));
    });
  }

  private put(table: 'holding' | 'coil', address: number, values: readonly number[]): void {
    this.writes.push({ table, address, values });
    if (this.fault === 'deaf') return;
    if (table === 'coil') this.handler.write(table, address, values.map(Boolean));
    else this.handler.write(table, address, Uint16Array.from(values));
  }

  maskWrite(
    unit: number,
    { address, and, or }: { address: number; and: number; or: number },
    options?: RequestOptions,
  ): Promise<void> {
    return this.ask(unit, options, () => {
      const old = Number(this.handler.read('holding', address, 1)[0]);
      this.put('holding', address, [(old & and) | (or & ~and & 0xffff)]);
    });
  }

  readWrite(
    unit: number,
    { read, write }: Parameters<ModbusBus['readWrite']>[1],
    options?: RequestOptions,
  ): Promise<Uint16Array> {
    return this.ask(unit, options, () => {
      this.put('holding', write.address, Array.from(write.values));
      const values = this.handler.read('holding', read.address, read.count);
      return Uint16Array.from(values as ArrayLike<number>);
    });
  }

  identify(unit: number, options?: RequestOptions): Promise<DeviceIdentification> {
    return this.ask(unit, options, () => {
      const { identification } = this.handler;
      if (identification === undefined) throw Object.assign(new Error(), { code: 1 });
      const bytes = new TextEncoder();
      const objects = new Map(
        [...identification].map(([id, text]) => [
          id,
          typeof text === 'string' ? bytes.encode(text) : text,
        ]),
      );
      const text = (id: number): string => new TextDecoder('latin1').decode(objects.get(id));
      return { vendorName: text(0), productCode: text(1), revision: text(2), objects };
    });
  }

  request(
    unit: number,
    { functionCode, data }: CustomRequest,
    options?: RequestOptions,
  ): Promise<Uint8Array> {
    return this.ask(unit, options, () => {
      const reply = this.handler.custom?.(functionCode, data);
      if (reply === undefined) throw Object.assign(new Error(), { code: 1 });
      return Uint8Array.from(reply);
    });
  }

  private async ask<T>(
    unit: number,
    options: RequestOptions | undefined,
    answer: () => T,
  ): Promise<T> {
    this.requests += 1;
    await Promise.resolve();
    if (this.state.value === 'closed') throw new ModbusError('closed', 'memory bus: closed');
    if (options?.signal?.aborted === true) throw new ModbusError('aborted', 'memory bus: given up');
    if (this.fault === 'unreachable') throw new ModbusError('connect-failed', 'memory bus: away');
    if (this.fault === 'hangs') return hang(options?.signal);
    if (this.fault === 'silent' || unit !== this.unit) {
      throw new ModbusError('timeout', `memory bus: unit ${unit} does not answer`);
    }
    try {
      return answer();
    } catch (error) {
      throw exceptionOf(error);
    }
  }

  unitStatus(): UnitStatus {
    return { state: 'good', failures: 0, disabledBlocks: [] };
  }

  identityChanged(): void {
    // Nothing is remembered here.
  }

  statistics(): BusStatistics {
    const { requests } = this;
    return {
      requests,
      replies: requests,
      exceptions: 0,
      timeouts: 0,
      abandoned: 0,
      lateReplies: 0,
      unknownReplies: 0,
      foreignUnits: 0,
      foreignFunctions: 0,
      wrongLengths: 0,
      crcErrors: 0,
      discardedBytes: 0,
      connects: 1,
      connectFailures: 0,
      connectionLosses: 0,
      resets: 0,
      sharedReads: 0,
      cachedReads: 0,
      retries: 0,
      rejected: 0,
      queued: 0,
      inFlight: 0,
    };
  }

  close(): Promise<void> {
    this.state.next('closed');
    this.state.complete();
    return Promise.resolve();
  }
}

function hang(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_, reject) => {
    const giveUp = (): void => {
      clearTimeout(timer);
      reject(new ModbusError('aborted', 'memory bus: given up'));
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', giveUp);
      reject(new ModbusError('timeout', 'memory bus: no answer'));
    }, HANG_MS);
    signal?.addEventListener('abort', giveUp, { once: true });
  });
}
