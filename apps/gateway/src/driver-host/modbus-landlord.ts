import type { BusState, ModbusBus, RequestOptions } from '@microgrid/modbus';
import type { Subscription } from 'rxjs';
import type { BusAnswer, BusCall, BusNews } from './modbus-lease.js';

/** Answers the requests that a driver's worker makes on one bus. */
export class ModbusLandlord {
  private state: BusState = 'connecting';
  private readonly watching: Subscription;

  constructor(private readonly bus: ModbusBus) {
    this.watching = bus.state$.subscribe((state) => {
      this.state = state;
    });
  }

  /** Looks at the bus no more. */
  end(): void {
    this.watching.unsubscribe();
  }

  /** How the bus does, as seen from a unit. */
  news(unit: number): BusNews {
    const { bus, state } = this;
    return { statistics: bus.statistics(), status: bus.unitStatus(unit), state };
  }

  async serve(call: BusCall, signal: AbortSignal): Promise<BusAnswer> {
    const options: RequestOptions = { ...call.options, signal };
    const value = await this.run(call, options);
    return { value, news: this.news(call.unit) };
  }

  identityChanged(unit: number): void {
    this.bus.identityChanged(unit);
  }

  // The bus checks every request itself: what a stranger's driver says is not trusted.
  private run({ method, unit, request }: BusCall, options: RequestOptions): Promise<unknown> {
    const { bus } = this;
    switch (method) {
      case 'read':
        return bus.read(unit, request as never, options);
      case 'write':
        return bus.write(unit, request as never, options);
      case 'maskWrite':
        return bus.maskWrite(unit, request as never, options);
      case 'readWrite':
        return bus.readWrite(unit, request as never, options);
      case 'identify':
        return bus.identify(unit, options);
      case 'request':
        return bus.request(unit, request as never, options);
    }
  }
}
