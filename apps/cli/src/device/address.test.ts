import { isCommandError } from '../command-error.js';
import { parseAddress, unitOf } from './address.js';

describe('addresses', () => {
  it.each([
    ['tcp://10.0.0.5:502/1', { wire: 'tcp', host: '10.0.0.5', port: 502, unit: 1 }],
    ['tcp://[fe80::1]:1502/126', { wire: 'tcp', host: 'fe80::1', port: 1502, unit: 126 }],
    ['tcp://meter.local:502?unit=7', { wire: 'tcp', host: 'meter.local', port: 502, unit: 7 }],
    ['rtu+tcp://10.0.0.5:8080/1', { wire: 'rtuOverTcp', host: '10.0.0.5', port: 8080, unit: 1 }],
    [
      'rtu+udp://10.0.0.5:8899/247',
      { wire: 'rtuOverUdp', host: '10.0.0.5', port: 8899, unit: 247 },
    ],
    [
      'rtu:///dev/ttyUSB0?baud=19200&parity=even&stop=2&unit=3',
      { wire: 'rtu', path: '/dev/ttyUSB0', baudRate: 19_200, parity: 'even', stopBits: 2, unit: 3 },
    ],
    [
      'rtu:///dev/ttyUSB0?baud=9600&parity=none/1',
      { wire: 'rtu', path: '/dev/ttyUSB0', baudRate: 9600, parity: 'none', unit: 1 },
    ],
    ['rtu:///dev/pts/3?unit=2', { wire: 'rtu', path: '/dev/pts/3', unit: 2 }],
  ])('%s', (text, expected) => {
    expect(parseAddress(text)).toEqual({ text, ...expected });
  });

  it('of a line has no unit, and a device file may end in a number', () => {
    expect(parseAddress('tcp://10.0.0.5:502')).not.toHaveProperty('unit');
    expect(parseAddress('rtu:///dev/pts/3')).toMatchObject({ path: '/dev/pts/3' });
    expect(() => unitOf(parseAddress('tcp://10.0.0.5:502'))).toThrow(
      'names no unit; add it, as in /1',
    );
  });

  it.each([
    ['10.0.0.5', 'no scheme'],
    ['http://10.0.0.5/1', 'no scheme http'],
    ['tcp://10.0.0.5/1', 'names no port (usual is :502)'],
    ['tcp://:502/1', 'names no host'],
    ['tcp://10.0.0.*:502/1', 'a single one'],
    ['tcp://10.0.0.5:0/1', 'port is "0", expected 1 to 65535'],
    ['tcp://10.0.0.5:99999/1', 'port is "99999"'],
    ['tcp://10.0.0.5:502/256', 'unit is "256", expected 0 to 255'],
    ['tcp://10.0.0.5:502/one', 'unit is "one"'],
    ['tcp://10.0.0.5:502/1?unit=2', 'the unit twice'],
    ['tcp://10.0.0.5:502/1?baud=9600', 'baud=9600'],
    ['rtu://dev/ttyUSB0', 'three slashes'],
    ['rtu:///dev/ttyUSB0?baud=fast', 'baud is "fast"'],
    ['rtu:///dev/ttyUSB0?parity=mark', 'parity is mark'],
    ['rtu:///dev/ttyUSB0?unit=1/2', 'the unit twice'],
    ['rtu:///dev/ttyUSB0?unit=1&unit=2', 'unit twice'],
  ])('%s is refused: %s', (text, why) => {
    expect(() => parseAddress(text)).toThrow(why);
    try {
      parseAddress(text);
    } catch (error) {
      expect(isCommandError(error) && error.code).toBe('usage');
    }
  });
});
