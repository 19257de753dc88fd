import { catalog } from '@microgrid/catalog';
import { isRegisterPoint, pointDefinition, type Profile } from '@microgrid/devices';
import { Command } from 'commander';
import type { CommandContext } from '../command-context.js';
import { CODED_DRIVERS, deviceSource, type DeviceSource } from './device-source.js';
import { safetyLines } from './safety-text.js';
import { textTable } from './text-table.js';

interface ProfilesOptions {
  readonly json?: boolean;
}

/** One line of the list. */
interface ListedProfile {
  readonly id: string;
  readonly kind: 'profile' | 'driver';
  readonly manufacturer: string;
  readonly models: readonly string[];
  readonly roles: readonly string[];
  readonly points: number;
  readonly controls: readonly string[];
  readonly confidence: string;
}

const publicPoints = ({ points }: Profile): Profile['points'] =>
  points.filter(({ internal }) => internal !== true);

function listed(): ListedProfile[] {
  const profiles = catalog.map((profile): ListedProfile => ({
    id: profile.id,
    kind: 'profile',
    manufacturer: profile.manufacturer,
    models: profile.models,
    roles: profile.roles,
    points: publicPoints(profile).length,
    controls: profile.controls.map(({ id }) => id),
    confidence: profile.confidence,
  }));
  const drivers = [...new Set(CODED_DRIVERS.values())].map(({ manifest }): ListedProfile => ({
    id: manifest.name,
    kind: 'driver',
    manufacturer: manifest.discovery?.manufacturers?.join(', ') ?? 'any',
    models: [],
    roles: manifest.families,
    points: manifest.capabilities.points.length,
    controls: manifest.capabilities.controls,
    confidence: 'verified',
  }));
  return [...drivers, ...profiles];
}

/** `microgrid device profiles`. */
export function profilesCommand({ io }: CommandContext): Command {
  return new Command('profiles')
    .description(
      'lists the profiles of the catalogue and the drivers in code; with a name shows one',
    )
    .argument('[profile]', 'profile of the catalogue, sunspec, eredes-han, or a profile file')
    .option('--json', 'as JSON')
    .action((name: string | undefined, { json }: ProfilesOptions) => {
      if (name === undefined) {
        const all = listed();
        io.stdout.write(json === true ? `${JSON.stringify(all, null, 2)}\n` : listText(all));
        return;
      }
      const source = deviceSource(name);
      const shown = source.profile ?? {
        ...source.driver.manifest,
        safety: source.driver.safety,
      };
      const text = json === true ? JSON.stringify(shown, null, 2) : profileLines(source).join('\n');
      io.stdout.write(`${text}\n`);
    });
}

function listText(all: readonly ListedProfile[]): string {
  const lines = textTable(
    [
      { title: 'profile' },
      { title: 'maker' },
      { title: 'role' },
      { title: 'points', align: 'right' },
      { title: 'confidence' },
      { title: 'controls' },
    ],
    all.map((one) => [
      one.id,
      one.manufacturer.length > 30 ? `${one.manufacturer.slice(0, 29)}…` : one.manufacturer,
      one.roles[0] ?? '',
      String(one.points),
      one.confidence,
      one.controls.length === 0 ? '-' : one.controls.join(', '),
    ]),
  );
  return `${lines.join('\n')}\n`;
}

function profileLines(source: DeviceSource): string[] {
  const { profile } = source;
  return profile === undefined ? driverLines(source) : fileLines(profile, source);
}

function driverLines({ driver }: DeviceSource): string[] {
  const { manifest, safety } = driver;
  const { points, controls } = manifest.capabilities;
  return [
    `${manifest.name}: a driver in code, version ${manifest.version}`,
    `roles       ${manifest.families.join(', ')}`,
    '',
    ...textTable(
      [{ title: 'point' }, { title: 'unit' }, { title: 'meaning' }],
      points.map((id) => [id, pointDefinition(id)?.unit ?? '', pointDefinition(id)?.meaning ?? '']),
    ),
    ...controls.flatMap((id) => {
      const facts = safety[id];
      const lines = facts === undefined ? [] : safetyLines(facts, '');
      return ['', `control ${id}`, ...lines.map(pair)];
    }),
  ];
}

const pair = ([name, sentence]: readonly [string, string]): string =>
  `  ${name.padEnd(14)}${sentence.trimEnd()}`;

function fileLines(profile: Profile, { driver }: DeviceSource): string[] {
  const { transport, deny = [], believed = [], quirks = [], sources } = profile;
  const line = [
    transport.kinds.join(', '),
    `unit ${transport.unit}`,
    ...(transport.port === undefined ? [] : [`port ${transport.port}`]),
    ...(transport.baudRate === undefined ? [] : [`${transport.baudRate} bit/s`]),
    ...(transport.oneClient === true ? ['one client only'] : []),
  ];
  return [
    `${profile.id}: ${profile.manufacturer} ${profile.models.join(', ')}`,
    `roles       ${profile.roles.join(', ')}; ${profile.phases === 1 ? 'single phase' : 'three phases'}`,
    `wire        ${line.join('; ')}`,
    `confidence  ${profile.confidence}`,
    `recognised  ${recognised(profile)}`,
    '',
    ...pointLines(profile),
    ...profile.controls.flatMap((control) => {
      const facts = (driver.safety as Readonly<Record<string, (typeof driver.safety)['switch']>>)[
        control.id
      ];
      const lines = facts === undefined ? [] : safetyLines(facts, control.unit);
      const unsure = (control.believed ?? []).map((text) => ['believed', text] as const);
      return ['', `control ${control.id} (${control.unit})`, ...[...lines, ...unsure].map(pair)];
    }),
    ...section(
      'never written',
      deny.map(({ table, address, count, why }) => `${table} ${address}+${count}: ${why}`),
    ),
    ...section('believed, not verified', believed),
    ...section('good to know', quirks),
    ...section(
      'sources',
      sources.map(({ title, reference }) =>
        reference === undefined ? title : `${title} (${reference})`,
      ),
    ),
  ];
}

function recognised({ identity }: Profile): string {
  const rules = identity?.match ?? [];
  if (rules.length === 0) return 'by nothing it says: scan cannot tell it from others';
  return rules.map(({ table, address, meaning }) => `${table} ${address}: ${meaning}`).join('; ');
}

function pointLines(profile: Profile): string[] {
  return textTable(
    [
      { title: 'point' },
      { title: 'unit' },
      { title: 'where' },
      { title: 'rate' },
      { title: 'meaning' },
    ],
    publicPoints(profile).map((point) => {
      const where = isRegisterPoint(point)
        ? `${point.table} ${point.address} ${point.encoding}`
        : `sum of ${point.sum.map((term) => term.point).join(', ')}`;
      const meaning = pointDefinition(point.id)?.meaning ?? '';
      const unsure =
        point.confidence === undefined || point.confidence === profile.confidence
          ? ''
          : ` [${point.confidence}]`;
      const doubts = (point.believed ?? []).map((text) => ` (believed: ${text})`).join('');
      const rate = isRegisterPoint(point) ? point.rate : '';
      return [point.id, point.unit, where, rate, `${meaning}${unsure}${doubts}`];
    }),
  );
}

const section = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : ['', title, ...lines.map((line) => `  ${line}`)];
