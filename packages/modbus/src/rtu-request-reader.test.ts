import fc from 'fast-check';
import { crc16 } from './crc16.js';
import { RtuRequestReader } from './rtu-request-reader.js';

const scale = Number(process.env['MICROGRID_TEST_SCALE'] ?? 1);
jest.setTimeout(30_000 * scale);

function frame(unit: number, pdu: readonly number[]): Buffer {
  const bytes = Buffer.from([unit, ...pdu, 0, 0]);
  bytes.writeUInt16LE(crc16(bytes, 0, bytes.length - 2), bytes.length - 2);
  return bytes;
}

const byte = fc.integer({ min: 0, max: 255 });
const pdu = fc.oneof(
  fc
    .tuple(fc.constantFrom(1, 2, 3, 4, 5, 6), byte, byte, byte, byte)
    .map((parts): number[] => [...parts]),
  fc
    .array(byte, { minLength: 2, maxLength: 40 })
    .map((data) => [16, 0, 1, 0, data.length, data.length, ...data]),
  fc.tuple(byte, byte).map(([low, high]) => [22, 0, 4, 0, low, 0, high]),
  fc
    .array(byte, { minLength: 2, maxLength: 20 })
    .map((data) => [23, 0, 0, 0, 1, 0, 2, 0, 1, data.length, ...data]),
  fc.constant([43, 14, 1, 0]),
  // A function of its own: only the checksum tells where it ends.
  fc.array(byte, { minLength: 1, maxLength: 12 }).map((data) => [0x44, ...data]),
);

describe('requests on an RTU line', () => {
  it('are found in any cut of the stream, one after another', () => {
    let found = 0;
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 247 }), pdu), { minLength: 1, maxLength: 5 }),
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 5 }),
        (requests, cuts) => {
          const stream = Buffer.concat(requests.map(([unit, data]) => frame(unit, data)));
          const ends = cuts.map((cut) => Math.floor(cut * stream.length)).sort((a, b) => a - b);
          const reader = new RtuRequestReader(1e9);
          const seen: [number, number[]][] = [];
          let from = 0;
          for (const end of [...ends, stream.length]) {
            const part = stream.subarray(from, end);
            reader.receive(part, part.length, {
              onFrame: (_id, unit, bytes, start, stop) => {
                seen.push([unit, [...bytes.subarray(start, stop)]]);
              },
            });
            from = end;
          }
          // A checksum of 16 bits can fit by chance inside a frame of unknown length.
          const isChance = requests.some(
            ([unit, data]) => data[0] === 0x44 && fitsEarly(unit, data),
          );
          if (isChance) return;
          expect(seen).toEqual(requests);
          found += seen.length;
        },
      ),
      { numRuns: 500 * scale },
    );
    expect(found).toBeGreaterThan(700);
  });

  it('are found behind noise, replies of other units and frames that were given up', () => {
    const right = frame(9, [3, 0, 1, 0, 2]);
    const before: Record<string, Buffer> = {
      'a stray byte': Buffer.of(0),
      'a header of a long write': Buffer.of(1, 16, 0, 0, 0, 100, 200),
      'a reply of another unit': frame(2, [3, 4, 1, 2, 3, 4]),
      'a frame with a wrong checksum': Buffer.from([
        ...frame(9, [6, 0, 1, 0, 2]).subarray(0, 7),
        1,
      ]),
    };
    for (const [name, noise] of Object.entries(before)) {
      const units: [string, number][] = [];
      const reader = new RtuRequestReader(1e9);
      const stream = Buffer.concat([noise, right]);
      reader.receive(stream, stream.length, {
        onFrame: (_id, unit) => {
          units.push([name, unit]);
        },
      });
      expect(units.filter(([, unit]) => unit === 9)).toEqual([[name, 9]]);
    }
  });
});

function fitsEarly(unit: number, data: readonly number[]): boolean {
  const bytes = frame(unit, data);
  for (let size = 4; size < bytes.length; size += 1) {
    if (crc16(bytes, 0, size - 2) === bytes.readUInt16LE(size - 2)) return true;
  }
  return false;
}
