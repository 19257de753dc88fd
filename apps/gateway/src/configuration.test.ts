import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseGatewayConfig } from './configuration.js';
import { isGatewayError } from './gateway-error.js';

const GOOD = `
schema: microgrid/gateway/1
gateway: gw-home
site: { id: home, timeZone: Europe/Lisbon }
buses:
  - { id: lan, type: tcp, host: 192.0.2.7 }
devices:
  - { id: grid, bus: lan, profile: eastron-sdm630, config: { unit: 1 } }
metering:
  points:
    - { meteringPoint: PT-1, device: grid, maximumWatts: 6900 }
control: {}
`;

function message(text: string): string {
  try {
    parseGatewayConfig(text, 'gateway.yaml');
  } catch (error) {
    if (isGatewayError(error)) return error.message;
    throw error;
  }
  return 'accepted';
}

describe('a gateway’s configuration', () => {
  it('fills in what is documented and listens nowhere by itself', () => {
    const config = parseGatewayConfig(GOOD);
    expect(config.control).toEqual({ tickMs: 1000 });
    expect(config.metering.resolution).toBe('PT15M');
    expect(config.console).toBeUndefined();
    expect(config.uplink).toBeUndefined();
  });

  it('serves its page on loopback unless told otherwise', () => {
    expect(parseGatewayConfig(`${GOOD}console: { port: 8080 }`).console).toEqual({
      host: '127.0.0.1',
      port: 8080,
    });
  });

  it.each(['gateway: *nowhere', 'buses: &all [*all]'])('refuses the alias in %s', (text) => {
    expect(message(text)).toMatch(/^gateway\.yaml: .*(?:alias|circular)/);
  });

  it.each([
    ['bus: lan,', 'bus: wan,', 'gateway.yaml: devices[0].bus: got "wan", expected one of lan'],
    [
      'device: grid,',
      'device: meter,',
      'gateway.yaml: metering.points[0].device: got "meter", expected one of grid',
    ],
    ['Lisbon', 'Lisboa', 'site.timeZone: got "Europe/Lisboa", expected an IANA name such as'],
    ['gateway: gw', 'gatway: gw', 'gatway: got "gw-home", expected no such field'],
    ['maximumWatts: 6900', 'maximumWatts: -1', 'maximumWatts: got -1, expected number >0'],
    [
      'schema: microgrid/gateway/1',
      'schema: microgrid/gateway/2',
      'expected "microgrid/gateway/1"',
    ],
    ['control: {}', 'control: { tickMs: 5 }', 'control.tickMs: got 5, expected number >=100'],
    ['control: {}', 'control: {', 'gateway.yaml:13:1: Flow map'],
    [
      'profile: eastron-sdm630',
      "driver: '@acme/meter'",
      'devices[0].driver: got "@acme/meter", expected one that drivers lists (none yet); add it there, or name one of the house: sunspec, eredes-han, shelly, mqtt-switch',
    ],
    ['profile: eastron-sdm630', 'driver: ../meter', 'expected the name of a package'],
    ['profile: eastron-sdm630,', '', 'devices[0].profile: got nothing, expected either profile'],
  ])('refuses %p → %p with path, value and expectation', (from, to, expected) => {
    expect(message(GOOD.replace(from, to))).toContain(expected);
  });

  it.each([
    [
      'type: tcp,',
      'type: rtu-over-udp,',
      'buses[0].port: got nothing, expected the port of the adapter',
    ],
    [
      'type: tcp,',
      'type: rtu-over-tcp, pipelining: 4,',
      'buses[0].pipelining: got 4, expected 1: RTU',
    ],
    [
      'type: tcp,',
      'type: tcp, pipelining: 65,',
      'buses[0].pipelining: got 65, expected number <=64',
    ],
    [
      'type: tcp,',
      'type: tcp, units: { "1": { cacheMs: -1 } },',
      'buses[0].units.1.cacheMs: got -1, expected number >=0',
    ],
    ['type: tcp,', 'type: tcp, units: { "300": {} },', 'expected a unit id, 0 to 255'],
    [
      'type: tcp,',
      'type: tcp, breaker: true,',
      'buses[0].breaker: got true, expected false or object',
    ],
    [
      'type: tcp,',
      'type: http,',
      'devices[0].bus: got "lan", expected a bus of type tcp, serial, rtu-over-tcp or rtu-over-udp for a profile, and lan is http',
    ],
    [
      'profile: eastron-sdm630',
      'driver: shelly',
      'devices[0].bus: got "lan", expected a bus of type http for shelly, and lan is tcp',
    ],
    [
      'type: tcp, host: 192.0.2.7',
      'type: http, host: "http://192.0.2.7"',
      'buses[0].host: got "http://192.0.2.7", expected a name or address without http://',
    ],
    [
      'type: tcp, host: 192.0.2.7',
      'type: mqtt',
      'buses[0].broker: got nothing, expected the address of a broker, because there is no uplink',
    ],
    [
      'type: tcp, host: 192.0.2.7',
      'type: mqtt, broker: "127.0.0.1:1883"',
      'buses[0].broker: got "127.0.0.1:1883", expected an address such as mqtt://host:1883',
    ],
    [
      'type: tcp,',
      'type: http, passwordFile: a, passwordVariable: B,',
      'buses[0].passwordFile: got "a", expected either passwordFile or passwordVariable',
    ],
    [
      'control: {}',
      'control: {}\ndrivers: [sunspec]',
      'drivers[0]: got "sunspec", expected a package',
    ],
    [
      'maximumWatts: 6900',
      'maximumWatts: 6900, sources: [loadProfile]',
      'metering.points[0].sources: got [',
    ],
    [
      'maximumWatts: 6900',
      'maximumWatts: 6900, sources: [registers, registers]',
      'expected each once',
    ],
    [
      'profile: eastron-sdm630, config: { unit: 1 }',
      'driver: eredes-han, config: { meteringPoint: PT-2 }',
      'devices[0].config.meteringPoint: got "PT-2", expected PT-1, as metering.points[0] says, or nothing',
    ],
  ])('of buses, drivers and sources: refuses %p → %p', (from, to, expected) => {
    expect(message(GOOD.replace(from, to))).toContain(expected);
  });

  it('repeats no password that stands in a broker’s address', () => {
    const text = message(
      GOOD.replace(
        'type: tcp, host: 192.0.2.7',
        'type: mqtt, broker: "mqtt://me:hunter2@10.0.0.1"',
      ),
    );
    expect(text).toContain('expected an address without user and password');
    expect(text).not.toContain('hunter2');
  });

  it('is complete in the documentation’s example', () => {
    const page = readFileSync(join(__dirname, '../../../docs/gateway.md'), 'utf8');
    const [, example = ''] =
      /```yaml\n(schema: microgrid\/gateway\/1\n[\s\S]*?)```/.exec(page) ?? [];
    const { buses, devices, metering } = parseGatewayConfig(example, 'docs/gateway.md');
    expect(new Set(buses.map(({ type }) => type)).size).toBe(6);
    const drivers = devices.map(
      ({ driver, profile, profileFile }) =>
        driver ?? (profile === undefined ? profileFile && 'profileFile' : 'profile'),
    );
    expect(new Set(drivers).size).toBe(7);
    expect(metering.points.some(({ sources }) => sources !== undefined)).toBe(true);
  });

  it('refuses a key given twice and text that is no mapping', () => {
    expect(message(`${GOOD}gateway: other`)).toContain('gateway.yaml:13');
    expect(message('hello')).toContain('expected a mapping');
  });
});
