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
      'devices[0].driver: got "@acme/meter", expected one that drivers lists (none yet); add it there',
    ],
    ['profile: eastron-sdm630', 'driver: ../meter', 'expected the name of a package'],
    ['profile: eastron-sdm630,', '', 'devices[0].profile: got nothing, expected either profile'],
  ])('refuses %p → %p with path, value and expectation', (from, to, expected) => {
    expect(message(GOOD.replace(from, to))).toContain(expected);
  });

  it('refuses a key given twice and text that is no mapping', () => {
    expect(message(`${GOOD}gateway: other`)).toContain('gateway.yaml:13');
    expect(message('hello')).toContain('expected a mapping');
  });
});
