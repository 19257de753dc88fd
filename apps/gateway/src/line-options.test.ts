import { findProfile } from '@microgrid/catalog';
import type { ModbusBusConfig } from './bus-configuration.js';
import { lineOptions, type LineDevice } from './line-options.js';

const tcp: ModbusBusConfig = { id: 'lan', type: 'tcp', host: '192.0.2.7' };
const rs485: ModbusBusConfig = { id: 'rs485', type: 'serial', path: '/dev/ttyUSB0' };
const on = (unit: number, transport: Partial<LineDevice['transport']>): LineDevice => ({
  device: `d${unit}`,
  unit,
  transport: { kinds: ['tcp'], unit, ...transport },
});

describe('the options of a line', () => {
  it('are those of the catalogue’s profiles where the configuration says nothing', () => {
    const transport = findProfile('solis-hybrid')?.transport;
    if (transport === undefined) throw new Error('no such profile');
    expect(transport.requestDelayMs).toBeGreaterThan(0);
    const { options } = lineOptions(tcp, [{ device: 'solis', unit: 1, transport }]);
    expect(options.units?.[1]?.requestDelayMs).toBe(transport.requestDelayMs);
  });

  it('take the most cautious of several devices, each with its own unit', () => {
    const devices = [
      on(1, { connectDelayMs: 500, pipelining: 4, port: 1502 }),
      on(2, { connectDelayMs: 1000, oneClient: true, requestDelayMs: 50 }),
      on(2, { requestDelayMs: 80, pipelining: 2 }),
    ];
    expect(lineOptions(tcp, devices)).toMatchObject({
      port: 1502,
      options: {
        connectDelayMs: 1000,
        oneClient: true,
        units: { 1: { pipelining: 4 }, 2: { requestDelayMs: 80, pipelining: 2 } },
      },
    });
  });

  it('are overridden by the bus, and the bus by the unit', () => {
    const bus: ModbusBusConfig = {
      ...tcp,
      port: 5020,
      connectDelayMs: 0,
      oneClient: false,
      requestDelayMs: 20,
      breaker: { failures: 5 },
      cacheMs: 200,
      units: { '2': { requestDelayMs: 70, breaker: false }, '9': { pipelining: 8 } },
    };
    const profile = { connectDelayMs: 900, requestDelayMs: 300, oneClient: true, port: 502 };
    const { options, port } = lineOptions(bus, [on(1, profile), on(2, profile)]);
    expect(port).toBe(5020);
    expect(options).toEqual({
      connectDelayMs: 0,
      oneClient: false,
      requestDelayMs: 20,
      breaker: { failures: 5 },
      cacheMs: 200,
      units: { 2: { requestDelayMs: 70, breaker: false }, 9: { pipelining: 8 } },
    });
  });

  it('of a serial line are the profile’s, never quicker than the line, and never pipelined', () => {
    const devices = [on(1, { baudRate: 19_200, parity: 'even', requestDelayMs: 1, pipelining: 4 })];
    expect(lineOptions(rs485, devices, (baudRate) => (baudRate === 19_200 ? 2 : 99))).toEqual({
      port: 0,
      baudRate: 19_200,
      parity: 'even',
      stopBits: 1,
      options: { units: { 1: { requestDelayMs: 2 } } },
    });
  });

  it('are asked for where profiles on one serial line differ', () => {
    const devices = [on(1, { baudRate: 9600 }), on(2, { baudRate: 19_200 })];
    expect(() => lineOptions(rs485, devices)).toThrow(
      'bus rs485: baudRate: got nothing, expected one value, because the profiles of its devices differ (d1: 9600, d2: 19200)',
    );
    expect(lineOptions({ ...rs485, baudRate: 9600 }, devices).baudRate).toBe(9600);
    // Behind a gateway in the network the lines are its own affair.
    expect(lineOptions(tcp, devices).port).toBe(502);
  });
});
