import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { canonicalCommunity } from './community.js';
import { isCommunityError } from './community-error.js';
import { communityPoints } from './community-points.js';
import { communityJsonSchema } from './json-schema.js';
import { parseCommunity, safeParseCommunity } from './parse-community.js';

const TEXT = `# Three members, four metering points
schema: microgrid/community/1
id: valley
name: The valley
timeZone: Europe/Lisbon
resolution: PT1H
currency: EUR
netting: none
sharingKey:
  type: fixed
  coefficients: { shop: '0.50', home-b: '0.25', home-a: '0.125' }
prices:
  import: '0.25'
  export: '0.05'
  internal:
    type: flat
    price: '0.120'
transformer: { limitKilovoltAmperes: '100.0' }
members:
  - id: shop
    meteringPoints: [{ id: shop, importLimitKilovoltAmperes: '6.90', gateway: gw-01 }]
  - id: home
    name: The Silvas
    validFrom: '2026-01-01'
    meteringPoints:
      - id: home-b
        validFrom: '2025-01-01'
        validTo: '2026-07-01'
      - id: home-a
  - id: plant
    meteringPoints: [{ id: plant }]
gateways:
  - { id: gw-01, publicKey: 'ed25519:11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo' }
`;

/** The first line of the refusal of a text. */
function refusal(text: string): string {
  const result = safeParseCommunity(text, 'community.yaml');
  return result.success ? 'read' : (result.error.message.split('\n')[0] ?? '');
}

/** Eight lists of nine aliases each, every one to the list before: 9^8 items. */
const UNFOLDING = Array.from('bcdefghi', (name, index) => {
  const before = 'abcdefgh'.charAt(index);
  return `${name}: &${name} [${Array.from({ length: 9 }, () => `*${before}`).join(', ')}]`;
}).reduce((text, line) => `${text}\n${line}`, 'a: &a [1]');

describe('parseCommunity', () => {
  test.each([
    ['to nothing', 'id: *nowhere', 'Unresolved alias'],
    ['to what holds it', 'members: &all [*all]', 'circular'],
    ['that unfold without end', UNFOLDING, 'alias'],
  ])('refuses a YAML alias %s as any other fault of the text', (_, text, why) => {
    const result = safeParseCommunity(text, 'community.yaml');
    expect(result).toMatchObject({ success: false, error: { code: 'not-yaml' } });
    expect(refusal(text)).toMatch(/^community\.yaml:1: got /);
    expect(refusal(text)).toContain(why);
  });

  test.each([
    ['id: valley', 'id: 7', 'community.yaml:3: id: got 7, expected an id: a letter or digit'],
    ['resolution: PT1H', 'resolution: 15', 'resolution: got 15, expected one of PT1M, PT5M'],
    ['name: The valley', 'name: 5', 'name: got 5, expected a name of 1 to 200 characters'],
    [
      'name: The valley',
      'name: "a\\u0007"',
      'expected a name of 1 to 200 characters, none of them',
    ],
    ['name: The valley', 'name: "\\ud800"', 'expected a name of 1 to 200 characters, none of them'],
  ])('says what belongs where %s reads %s', (from, to, message) => {
    expect(refusal(TEXT.replace(from, to))).toContain(message);
  });

  test('reads a file into its one form: by id, one spelling of decimals, prices as tariffs', () => {
    const community = parseCommunity(TEXT);
    expect(community.resolution).toBe('PT60M');
    expect(community.members.map(({ id }) => id)).toEqual(['home', 'plant', 'shop']);
    expect(community.members[0]?.meteringPoints.map(({ id }) => id)).toEqual(['home-a', 'home-b']);
    expect(community.sharingKey).toEqual({
      type: 'fixed',
      coefficients: { 'home-a': '0.125', 'home-b': '0.25', shop: '0.5' },
    });
    expect(community.prices.internal).toEqual({ type: 'flat', price: '0.120000' });
    expect(community.prices.import).toEqual({ type: 'flat', price: '0.250000' });
    expect(community.transformer).toEqual({ limitKilovoltAmperes: '100', powerFactor: '1' });
    expect(community.members[2]?.meteringPoints[0]).toEqual({
      id: 'shop',
      gateway: 'gw-01',
      importLimitKilovoltAmperes: '6.9',
      powerFactor: '1',
    });
  });

  test('reads its own canonical form back, byte for byte', () => {
    const community = parseCommunity(TEXT);
    const canonical = canonicalCommunity(community);
    expect(parseCommunity(canonical)).toEqual(community);
    expect(canonicalCommunity(parseCommunity(canonical))).toBe(canonical);
  });

  test('gives the same canonical form whatever the order of members, points and keys', () => {
    const document = JSON.parse(canonicalCommunity(parseCommunity(TEXT))) as {
      members: unknown[];
    } & Record<string, unknown>;
    fc.assert(
      fc.property(
        fc.shuffledSubarray(document.members, { minLength: document.members.length }),
        fc.shuffledSubarray(Object.keys(document), { minLength: Object.keys(document).length }),
        (members, keys) => {
          const turned: Record<string, unknown> = { ...document, members };
          const text = JSON.stringify(Object.fromEntries(keys.map((key) => [key, turned[key]])));
          expect(canonicalCommunity(parseCommunity(text))).toBe(
            canonicalCommunity(parseCommunity(TEXT)),
          );
        },
      ),
      { numRuns: 20, seed: 1 },
    );
  });

  test.each<[string, string, string, string]>([
    [
      'a missing field',
      'currency: EUR\n',
      '',
      'community.yaml:2: currency: got nothing, expected an ISO 4217 code such as EUR',
    ],
    [
      'an unknown field',
      'netting: none',
      'netting: none\nnets: 1',
      'community.yaml:9: nets: got 1, expected no such field',
    ],
    [
      'an unknown time zone',
      'Europe/Lisbon',
      'Europe/Atlantis',
      'community.yaml:5: timeZone: got "Europe/Atlantis", expected an IANA time zone such as Europe/Lisbon',
    ],
    [
      'an unknown resolution',
      'PT1H',
      'PT20M',
      'community.yaml:6: resolution: got "PT20M", expected one of PT1M, PT5M, PT10M, PT15M, PT30M, PT60M',
    ],
    [
      'a price without quotes',
      "import: '0.25'",
      'import: 0.25',
      'community.yaml:13: prices.import: got 0.25, expected a price per kWh in quotes, such as "0.250000"',
    ],
    [
      'a price in a tariff that is wrong',
      "price: '0.120'",
      "price: '0.12o'",
      'community.yaml:17: prices.internal.price: got "0.12o", expected a decimal price per kWh with at most 6 decimals, such as "0.250000"',
    ],
    [
      'a coefficient above 1',
      "'0.25', home-a",
      "'1.25', home-a",
      'community.yaml:11: sharingKey.coefficients.home-b: got "1.25", expected a coefficient from "0" to "1" with at most 12 decimals',
    ],
    [
      'coefficients above 1 together',
      "shop: '0.50'",
      "shop: '0.70'",
      'community.yaml:11: sharingKey.coefficients: got {"shop":"0.70","home-b":"0.25","home-a":"0.125"}, expected coefficients that add up to at most 1; these add up to 1.075',
    ],
    [
      'a coefficient of nobody',
      "shop: '0.50'",
      "shep: '0.50'",
      'community.yaml:11: sharingKey.coefficients.shep: got "0.50", expected a coefficient of a metering point of this community; no point has this id',
    ],
    [
      'a metering point twice',
      '- id: home-a',
      '- id: home-b',
      'community.yaml:29: members[1].meteringPoints[1].id: got "home-b", expected an id that no other metering point has',
    ],
    [
      'a member twice',
      '- id: plant',
      '- id: shop',
      'community.yaml:30: members[2].id: got "shop", expected an id that no other member has',
    ],
    [
      'a member without points',
      '[{ id: plant }]',
      '[]',
      'community.yaml:31: members[2].meteringPoints: got [], expected at least one metering point',
    ],
    [
      'a validity that ends before it begins',
      "validTo: '2026-07-01'",
      "validTo: '2025-01-01'",
      'community.yaml:28: members[1].meteringPoints[0].validTo: got "2025-01-01", expected a day after validFrom, which is 2025-01-01',
    ],
    [
      'a date that does not exist',
      "validTo: '2026-07-01'",
      "validTo: '2026-02-29'",
      'community.yaml:28: members[1].meteringPoints[0].validTo: got "2026-02-29", expected a day that exists, as "YYYY-MM-DD"',
    ],
    [
      'a gateway nobody enrolled',
      'gateway: gw-01',
      'gateway: gw-02',
      'community.yaml:21: members[0].meteringPoints[0].gateway: got "gw-02", expected the id of one of the gateways listed',
    ],
    [
      'a public key of another form',
      'ed25519:11qY',
      'rsa:11qY',
      'community.yaml:33: gateways[0].publicKey: got "rsa:11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo", expected a public key as "ed25519:" and 43 base64url characters',
    ],
    [
      'a negative limit',
      "'6.90'",
      "'-6.90'",
      'community.yaml:21: members[0].meteringPoints[0].importLimitKilovoltAmperes: got "-6.90", expected an apparent power in kVA, "0" or more, with at most 12 decimals',
    ],
    [
      'another schema',
      'community/1',
      'community/2',
      'community.yaml:2: schema: got "microgrid/community/2", expected "microgrid/community/1"',
    ],
    [
      'a key twice',
      'netting: none',
      'netting: none\nnetting: none',
      'community.yaml:9: got Map keys must be unique, expected a YAML 1.2 document with every key once',
    ],
  ])('refuses %s with file, line, path, value and expectation', (_, from, to, message) => {
    expect(TEXT).toContain(from);
    expect(refusal(TEXT.replace(from, to))).toBe(message);
  });

  test('refuses what is no document at all, and lists every problem of one that is', () => {
    expect(refusal('members: [')).toMatch(/^community.yaml:1: got /);
    expect(refusal('')).toBe('community.yaml:1: got null, expected object');
    const result = safeParseCommunity('schema: microgrid/community/1\nid: 7\n', 'c.yaml');
    if (result.success) throw new Error('read');
    expect(isCommunityError(result.error)).toBe(true);
    expect(result.error.problems.map(({ path }) => path)).toEqual([
      'id',
      'name',
      'timeZone',
      'resolution',
      'currency',
      'netting',
      'sharingKey',
      'prices',
      'members',
    ]);
    expect(result.error.problems[0]).toMatchObject({ line: 2, found: '7' });
  });
});

test('communityPoints lists points in id order, with the part of their validity inside the member’s', () => {
  expect(
    communityPoints(parseCommunity(TEXT)).map(({ id, member, validFrom, validTo }) => [
      id,
      member,
      validFrom,
      validTo,
    ]),
  ).toEqual([
    ['home-a', 'home', '2026-01-01', undefined],
    ['home-b', 'home', '2026-01-01', '2026-07-01'],
    ['plant', 'plant', undefined, undefined],
    ['shop', 'shop', undefined, undefined],
  ]);
});

test('the JSON Schema that is shipped is the one the code gives (npm run schema writes it)', () => {
  const shipped = readFileSync(join(__dirname, '../community.schema.json'), 'utf8');
  expect(JSON.parse(shipped)).toEqual(JSON.parse(JSON.stringify(communityJsonSchema())));
});
