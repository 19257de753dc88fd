import fc from 'fast-check';
import { memoryLog, memoryStore, virtualClock } from '@microgrid/devices/testing';
import { ModbusError, type ModbusBus, type ReadRequest } from '@microgrid/modbus';
import { sunspecConfig } from './config.js';
import { MODEL_IDS } from './model-registry.js';
import { SunspecDevice } from './sunspec-device.js';

const scale = Number(process.env['MICROGRID_TEST_SCALE'] ?? '1');

/** A bus with one device of some registers, exception 2 outside; writes are an error. */
function busWith(registers: readonly number[], base: number) {
  const counted = { requests: 0 };
  const bus = {
    read: (_: number, { address, count }: ReadRequest) => {
      counted.requests += 1;
      expect(count).toBeLessThanOrEqual(125);
      expect(address + count).toBeLessThanOrEqual(0x1_0000);
      const start = address - base;
      if (start < 0 || start + count > registers.length) {
        return Promise.reject(new ModbusError('exception', 'outside', { exceptionCode: 2 }));
      }
      return Promise.resolve(Uint16Array.from(registers.slice(start, start + count)));
    },
    write: () => Promise.reject(new Error('a write')),
    identityChanged: () => undefined,
  };
  return { bus: bus as unknown as ModbusBus, counted };
}

const word = fc.oneof(
  fc.constantFrom(0, 1, 2, 3, 10, 100, 0xffff, 0x8000, 0xfffe, 0xfff6, 0x7fc0),
  fc.integer({ min: 0, max: 0xffff }),
);
const model = fc.record({
  id: fc.constantFrom(...MODEL_IDS, 64_001),
  /** How far the stated length is off. */
  off: fc.constantFrom(0, 0, 0, 0, 1, -1),
  body: fc.array(word, { minLength: 1, maxLength: 220 }),
});

describe('a device of random registers', () => {
  it('neither crashes nor hangs the driver, is never written to, and gives finite values or none', async () => {
    const runs = 250 * scale;
    let found = 0;
    let values = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(model, { maxLength: 8 }),
        fc.constantFrom<readonly number[]>([], [0xffff, 0]),
        fc.constantFrom('gridMeter', 'pvInverter', 'hybridInverter', undefined),
        async (models, end, role) => {
          const registers = [
            0x5375,
            0x6e53,
            ...models.flatMap(({ id, off, body }) => [id, Math.max(0, body.length + off), ...body]),
            ...end,
          ];
          const { bus, counted } = busWith(registers, 40_000);
          const clock = virtualClock(Date.UTC(2026, 5, 21));
          const { signal } = new AbortController();
          const { log } = memoryLog();
          const context = {
            device: 'dut',
            transport: bus,
            clock,
            log,
            store: memoryStore(),
            signal,
          };
          const device = new SunspecDevice(context, sunspecConfig.parse({ unit: 1, role }));
          await device.begin();
          for (let poll = 0; poll < 3; poll += 1) {
            clock.advance(40_000);
            for (const { value, quality, cause } of await device.read()) {
              if (value === undefined) expect([quality, typeof cause]).toEqual(['bad', 'string']);
              else expect(Number.isFinite(value)).toBe(true);
              values += value === undefined ? 0 : 1;
            }
          }
          const { controls, limits } = device.description;
          for (const { minimum, maximum } of controls) {
            expect(Number(maximum)).toBeGreaterThanOrEqual(Number(minimum));
          }
          for (const limit of Object.values(limits)) expect(limit).toBeGreaterThanOrEqual(0);
          found += device.description.points.length > 0 ? 1 : 0;
          await device.close();
          expect(counted.requests).toBeLessThan(2000);
        },
      ),
      { numRuns: runs },
    );
    console.log(`${runs} random devices, ${found} of them with points, ${values} values`);
    expect(found).toBeGreaterThan(runs / 20);
    expect(values).toBeGreaterThan(runs / 10);
  });
});
