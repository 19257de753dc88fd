import { formatInstant } from '@microgrid/units';
import { amrStatus } from './amr-status.js';
import { clockToEpochMs, decodeClock } from './emi-clock.js';
import { bytesToHex, hexToBytes } from './hex.js';
import { hanIdentity } from './identity.js';
import { decodeEntries } from './load-profile-entry.js';
import { fittingLayout, possibleLayouts } from './load-profile-layout.js';
import { emiRegister } from './emi-register.js';
import { scaledNumber } from './register-value.js';

const LISBON = 'Europe/Lisbon';
const utc = (hex: string, zone = LISBON): string => {
  const clock = decodeClock(hexToBytes(hex));
  return clock === undefined ? 'none' : formatInstant(clockToEpochMs(clock, zone));
};

describe('a clock of twelve bytes', () => {
  //   year month day weekday hour minute second hundredths deviation status
  it.each([
    ['07ea 01 0f 04 0c 1e 2d 00 8000 00', LISBON, '2026-01-15T12:30:45Z'],
    ['07ea 07 0f 03 0c 1e 2d 00 8000 80', LISBON, '2026-07-15T11:30:45Z'],
    // The deviation's sign varies by make, so it says nothing.
    ['07ea 07 0f 03 0c 1e 2d 00 003c 80', LISBON, '2026-07-15T11:30:45Z'],
    ['07ea 07 0f 03 0c 1e 2d 00 ffc4 80', LISBON, '2026-07-15T11:30:45Z'],
    // The doubled hour of autumn: 01:15 in summer time, then 01:15 in winter time.
    ['07ea 0a 19 07 01 0f 00 00 8000 80', LISBON, '2026-10-25T00:15:00Z'],
    ['07ea 0a 19 07 01 0f 00 00 8000 00', LISBON, '2026-10-25T01:15:00Z'],
    // A meter that keeps winter time all year says so by its bit.
    ['07ea 07 0f 03 0c 1e 2d 00 8000 00', LISBON, '2026-07-15T12:30:45Z'],
    ['07ea 07 0f 03 0c 1e 2d 00 8000 80', 'Atlantic/Azores', '2026-07-15T12:30:45Z'],
    ['07ea 01 0f 04 0c 1e 2d 00 8000 00', 'Atlantic/Azores', '2026-01-15T13:30:45Z'],
    ['07e8 02 1d 04 17 3b 3b 00 8000 00', 'Atlantic/Madeira', '2024-02-29T23:59:59Z'],
  ])('%s in %s is %s', (hex, zone, expected) => {
    expect(utc(hex, zone)).toBe(expected);
  });

  it.each([
    '07e9 02 1d 06 17 3b 3b 00 8000 00', // 29 February 2025
    '07ea 0d 01 01 00 00 00 00 8000 00', // month 13
    '07ea 01 01 04 18 00 00 00 8000 00', // 24 o'clock
    'ffff ff ff ff ff ff ff ff ffff ff', // never written
    '0000 00 00 00 00 00 00 00 0000 00',
    '07ea 01 0f 04 0c 1e', // cut off
  ])('%s is none', (hex) => {
    expect(decodeClock(hexToBytes(hex))).toBeUndefined();
  });

  it('that the meter doubts is marked', () => {
    expect(decodeClock(hexToBytes('07ea 01 0f 04 0c 1e 2d 00 8000 02'))?.doubtful).toBe(true);
    expect(decodeClock(hexToBytes('07ea 01 0f 04 0c 1e 2d 00 8000 80'))?.doubtful).toBe(false);
  });
});

describe('an entry', () => {
  // Clock 2026-03-02 10:15:00, status 0, 1000 Wh import, 7 varh, 3 varh, 250 Wh export.
  const CLOCK = '07ea 03 02 01 0a 0f 00 00 8000 00';
  const FIELD = `${CLOCK} 00 000003e8 00000007 00000003 000000fa`;

  it('is laid out by the ids of register 0x0080, clock and status among them', () => {
    const ids = [1, 2, 9, 11, 14, 10, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];
    const bytes = hexToBytes(FIELD);
    const layout = fittingLayout(possibleLayouts(ids), bytes.length);
    expect(layout.entryBytes).toBe(29);
    expect(decodeEntries(bytes, layout, LISBON)).toEqual([
      {
        capturedMs: Date.UTC(2026, 2, 2, 10, 15),
        status: 0,
        doubtful: false,
        values: {
          importIncrement: 1000,
          reactiveQ1Increment: 7,
          reactiveQ4Increment: 3,
          exportIncrement: 250,
        },
        raw: bytesToHex(bytes),
      },
    ]);
  });

  it('may have clock and status although the ids do not list them', () => {
    const bytes = hexToBytes(`${CLOCK} 05 000003e8 000000fa`);
    const layout = fittingLayout(possibleLayouts([9, 10, 0xff]), bytes.length);
    expect(decodeEntries(bytes, layout, LISBON)?.[0]).toMatchObject({
      status: 5,
      values: { importIncrement: 1000, exportIncrement: 250 },
    });
  });

  it('may have columns in any order, unknown ones among them, and a byte of padding', () => {
    const bytes = hexToBytes(`000000fa 00abcdef 10 ${CLOCK} 000003e8 00`);
    const layout = fittingLayout(possibleLayouts([10, 77, 2, 1, 9, 0xff]), bytes.length);
    expect(decodeEntries(bytes, layout, LISBON)?.[0]).toMatchObject({
      capturedMs: Date.UTC(2026, 2, 2, 10, 15),
      status: 0x10,
      values: { importIncrement: 1000, exportIncrement: 250 },
    });
  });

  it('of a length that no layout has is refused', () => {
    expect(() => fittingLayout(possibleLayouts([1, 2, 9, 10]), 25)).toThrow(
      'load profile: an entry has 25 bytes, expected 21 or 29',
    );
  });

  it('without a date is left out, and half of one is no entry', () => {
    const layout = fittingLayout(possibleLayouts([1, 2, 9]), 17);
    const never = 'ff'.repeat(17);
    const one = `${CLOCK} 00 000003e8`;
    expect(decodeEntries(hexToBytes(never + one), layout, LISBON)).toHaveLength(1);
    expect(decodeEntries(hexToBytes(`${one}${one.slice(0, 12)}`), layout, LISBON)).toBeUndefined();
  });
});

describe('the status byte', () => {
  it('of 0 is measured, any bit is estimated and says why', () => {
    expect(amrStatus(0)).toMatchObject({ quality: 'measured', causes: [] });
    for (let status = 1; status < 256; status += 1) {
      expect(amrStatus(status).quality).toBe('estimated');
      expect(amrStatus(status).causes.length).toBeGreaterThan(0);
    }
    expect(amrStatus(0x03)).toMatchObject({ causes: ['power-up', 'power-down'], partial: true });
    expect(amrStatus(0x40)).toMatchObject({ causes: ['clock-changed'], partial: true });
    expect(amrStatus(0x20)).toMatchObject({ causes: ['overflow'], partial: false });
  });

  it('of a meaning no table knows is estimated by its number', () => {
    expect(amrStatus(0x10, [])).toMatchObject({ quality: 'estimated', causes: ['status-bit-4'] });
  });
});

describe('values and names', () => {
  it.each([
    ['voltageL1', '0921', 233.7],
    ['currentL1', '0037', 5.5],
    ['frequency', '01f4', 50],
    ['powerFactor', '03db', 0.987],
    ['importPower', '000004d2', 1234],
    ['importEnergy', 'ffffffff', 4_294_967_295],
    ['activeTariff', '03', 3],
  ])('%s of 0x%s is %s', (name, hex, expected) => {
    const register = emiRegister(name);
    if (register === undefined) throw new Error(name);
    expect(scaledNumber(register, hexToBytes(hex))).toBe(expected);
  });

  it('tell who the meter is', () => {
    expect(
      hanIdentity({
        serialNumber: hexToBytes('31 32 33 34 35 36 37 38 39 30'),
        modelCodesAndYear: hexToBytes('0065 1103 07e5'),
        coreFirmware: hexToBytes('56 31 31 30 00'),
      }),
    ).toEqual({
      manufacturer: 'Janz',
      model: 'EMI 0x1103 (2021)',
      serial: '1234567890',
      firmware: 'V110',
    });
    expect(hanIdentity({})).toEqual({});
  });
});
