import { ModbusError, type ModbusBus } from '@microgrid/modbus';
import { NEVER } from 'rxjs';

/** What a direct bus asks. */
export type Answer = (functionCode: number, data: Uint8Array) => Uint8Array | undefined;

interface WithCode {
  readonly code: number;
}

const isException = (error: unknown): error is WithCode =>
  error instanceof Error && error.name === 'ModbusException';

/**
 * A bus without a wire: requests of own functions are answered at once. For generated cases, where
 * thousands of entries are read; the wire itself is tested over TCP and a serial line.
 */
export function directBus(answer: Answer): ModbusBus & { requests: number; down: boolean } {
  const unused = (): never => {
    throw new Error('only custom requests are made');
  };
  return {
    requests: 0,
    down: false,
    read: unused,
    write: unused,
    maskWrite: unused,
    readWrite: unused,
    identify: unused,
    unitStatus: unused,
    identityChanged: unused,
    statistics: unused,
    state$: NEVER,
    async request(unit, { functionCode, data }) {
      this.requests += 1;
      await Promise.resolve();
      if (this.down) throw new ModbusError('timeout', `unit ${unit}: no answer`);
      try {
        const reply = answer(functionCode, data);
        if (reply !== undefined) return reply;
        throw new ModbusError('exception', 'illegal function', { exceptionCode: 1 });
      } catch (error) {
        if (!isException(error)) throw error;
        throw new ModbusError('exception', 'exception', { exceptionCode: error.code });
      }
    },
    async close() {
      await Promise.resolve();
    },
  };
}
