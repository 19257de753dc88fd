import { memoryLog, memoryStore, virtualClock } from '@microgrid/devices/testing';
import {
  ModbusError,
  openTcpBus,
  startTcpServer,
  type ModbusBus,
  type TcpServer,
  type UnitHandler,
} from '@microgrid/modbus';
import { NEVER } from 'rxjs';
import { eredesHanConfig } from './config.js';
import { directBus } from './direct-bus.test-data.js';
import { driver } from './eredes-han-driver.js';
import { isEredesHanError } from './eredes-han-error.js';
import { bytesToHex } from './hex.js';
import { HAN_LINES, probeHanLine, type HanLine } from './probe-line.js';
import { emiTwin } from './twin/emi-twin.js';

const START = Date.UTC(2026, 2, 2, 10, 0, 0);

async function served(handler: UnitHandler): Promise<{ bus: ModbusBus; server: TcpServer }> {
  const server = await startTcpServer({ port: 0, units: new Map([[1, handler]]) });
  return { bus: openTcpBus({ host: '127.0.0.1', port: server.port }), server };
}

describe('over Modbus TCP', () => {
  const clock = virtualClock(START);
  const config = eredesHanConfig.parse({ phases: 3, meteringPoint: 'PT01' });
  const twin = emiTwin(config, { clock });
  let bus: ModbusBus;
  let server: TcpServer;
  beforeAll(async () => {
    ({ bus, server } = await served(twin.handler));
  });
  afterAll(async () => {
    await bus.close();
    await server.close();
  });
  const ask = async (functionCode: number, data: readonly number[]): Promise<string> => {
    const request = { functionCode, data: Uint8Array.from(data), reply: 'byteCount' as const };
    return bytesToHex(await bus.request(1, request));
  };

  it('two registers are eight bytes, and one of five bytes is padded', async () => {
    twin.set({ importEnergy: 12_345_000, exportEnergy: 678_000 });
    expect(await ask(4, [0x00, 0x16, 0, 2])).toBe('08' + '00003039' + '000002a6');
    expect(await ask(4, [0x00, 0x04, 0, 1])).toBe('06' + '43312e303000');
    expect(await ask(4, [0x00, 0x0b, 0, 2])).toBe('06' + '00' + '00000000' + '00');
  });

  it('entries are asked for by functions 0x44 and 0x45, and refused by the exceptions of the port', async () => {
    await expect(ask(0x44, [0, 1])).rejects.toMatchObject({ exceptionCode: 0x83 });
    clock.advance(31 * 60_000);
    const newest = await ask(0x44, [0, 1]);
    expect(newest).toBe('15' + '07ea0302010a1e0000800000' + '00' + '00000000' + '00000000');
    expect(await ask(0x45, [0, 0, 0, 0, 2, 1])).toBe(newest);
    expect(await ask(0x44, [3, 1])).toBe('11' + newest.slice(2, 2 + 34));
    await expect(ask(0x45, [0, 0, 0, 0, 9, 1])).rejects.toMatchObject({ exceptionCode: 0x83 });
    await expect(ask(0x44, [0, 7])).rejects.toMatchObject({ exceptionCode: 0x84 });
    await expect(ask(0x03, [0, 1, 0, 1])).rejects.toMatchObject({ exceptionCode: 1 });
    twin.port.denied.add(0x16);
    await expect(ask(4, [0x00, 0x16, 0, 2])).rejects.toMatchObject({ exceptionCode: 0x81 });
    twin.port.denied.clear();
  });

  it('the meter takes a new address and nothing else, which the driver never does', async () => {
    const write = (data: readonly number[]) =>
      bus.request(1, { functionCode: 6, data: Uint8Array.from(data), reply: { length: 4 } });
    await expect(write([0, 0x08, 0, 1])).rejects.toMatchObject({ exceptionCode: 0x81 });
    expect(bytesToHex(await write([0, 0x07, 0, 9]))).toBe('00070009');
    expect(twin.port.unit).toBe(9);
    expect(twin.writes).toBe(2);
  });

  it('is probed by reads alone, and found by who it says it is', async () => {
    const before = twin.writes;
    const context = {
      device: 'meter',
      transport: bus,
      clock,
      log: memoryLog().log,
      store: memoryStore(),
      signal: new AbortController().signal,
    };
    expect(await driver.probe(context, {})).toEqual({
      manufacturer: 'Sagemcom',
      model: 'EMI 0x1002 (2021)',
      serial: '0000000001',
      firmware: 'C1.00/A2.10/M3.01',
    });
    expect(twin.writes).toBe(before);
    const other = await served({ read: () => new Uint16Array(125), write: () => undefined });
    expect(await driver.probe({ ...context, transport: other.bus }, {})).toBeUndefined();
    await other.bus.close();
    await other.server.close();
  });
});

describe('probing a serial line', () => {
  const silent = (): ModbusBus => ({
    ...directBus(() => undefined),
    state$: NEVER,
    request: () => Promise.reject(new ModbusError('timeout', 'silent')),
  });

  it('tries 8N1 and 8N2 at both rates, closes what is silent and leaves open what answers', async () => {
    const opened: HanLine[] = [];
    const closed: HanLine[] = [];
    const open = (line: HanLine): ModbusBus => {
      opened.push(line);
      const answers = line.stopBits === 2 && line.baudRate === 9600;
      const bus = answers ? directBus(() => Uint8Array.from([2, 0, 0])) : silent();
      return {
        ...bus,
        close: async () => {
          closed.push(line);
          await Promise.resolve();
        },
      };
    };
    const { line } = await probeHanLine(open);
    expect(line).toEqual({ baudRate: 9600, parity: 'none', stopBits: 2 });
    expect(opened).toEqual(HAN_LINES.slice(0, 2));
    expect(closed).toEqual(HAN_LINES.slice(0, 1));
  });

  it('takes a refused clock for an answer, and names every setting when none answers', async () => {
    const refuses = (): ModbusBus => ({
      ...silent(),
      request: () =>
        Promise.reject(new ModbusError('exception', 'denied', { exceptionCode: 0x81 })),
    });
    expect((await probeHanLine(refuses)).line).toEqual(HAN_LINES[0]);
    const failure: unknown = await probeHanLine(silent).catch((error: unknown) => error);
    expect(isEredesHanError(failure)).toBe(true);
    expect(String(failure)).toMatch(/9600 8N1: timeout; 9600 8N2: timeout; 19200 8N1/);
  });
});
