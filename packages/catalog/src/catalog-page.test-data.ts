import { POINTS, isPointName, type Profile, type ProfileControl } from '@microgrid/devices';

/** What begins and ends the part of docs/catalog.md that is written by `npm run generate`. */
export const BEGIN = '<!-- begin of what `npm run generate -w packages/catalog` writes -->';
export const END = '<!-- end of what `npm run generate -w packages/catalog` writes -->';

const row = (cells: readonly string[]): string =>
  `| ${cells.map((cell) => (cell === '' ? '–' : cell.replaceAll('|', '/'))).join(' | ')} |`;

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  return [row(head), row(head.map(() => '---')), ...rows.map(row)];
}

const code = (text: string): string => `\`${text}\``;

function duration(ms: number | undefined): string {
  if (ms === undefined) return '';
  if (ms % 60_000 === 0) return `${ms / 60_000} min`;
  return ms % 1000 === 0 ? `${ms / 1000} s` : `${ms} ms`;
}

type Quantity = NonNullable<ProfileControl['maximum']>;

function quantity(value: Quantity | undefined): string {
  if (value === undefined) return '';
  if (typeof value === 'number') return String(value);
  const factor = value.factor ?? 1;
  if (factor === 1) return value.point;
  return factor === -1 ? `-${value.point}` : `${factor} × ${value.point}`;
}

function identity(profile: Profile): string {
  const match = profile.identity?.match ?? [];
  return match.length === 0 ? '' : match.map(({ meaning }) => meaning).join('; ');
}

function overview(catalog: readonly Profile[]): string[] {
  const rows = catalog.map((profile) => [
    `[${code(profile.id)}](#${profile.id})`,
    `${profile.manufacturer} ${profile.models[0] ?? ''}`,
    profile.roles.join(', '),
    String(profile.points.filter(({ internal }) => internal !== true).length),
    profile.controls.map(({ id }) => code(id)).join(', '),
    identity(profile) === '' ? '' : 'yes',
    profile.confidence,
  ]);
  const head = [
    'profile',
    'first device',
    'roles',
    'points',
    'controls',
    'recognised',
    'confidence',
  ];
  return table(head, rows);
}

function points(profile: Profile): string {
  const published = profile.points.filter(({ internal }) => internal !== true);
  const named = published.map(({ id, confidence }) => {
    const unit = isPointName(id) ? POINTS[id].unit : '';
    return `${code(id)} ${unit}${confidence === 'believed' ? '\\*' : ''}`;
  });
  return `Points: ${named.join(', ')}.`;
}

function bounds({ unit, states, minimum, maximum, allowZero }: ProfileControl): string {
  if (states !== undefined) return states.map(({ value, name }) => `${value} ${name}`).join('; ');
  if (unit === 'bool') return 'on, off';
  return `${allowZero === true ? '0 or ' : ''}${quantity(minimum)} to ${quantity(maximum)} ${unit}`;
}

function fallback({ fallback: stated }: ProfileControl): string {
  if (stated === undefined) return '';
  const { value, configurable } = stated;
  const text = typeof value === 'string' ? value : quantity(value);
  return configurable === true ? `${text} (may be set)` : text;
}

function controls(profile: Profile): string[] {
  if (profile.controls.length === 0) return ['Nothing of it is ever written.'];
  const head = [
    'control',
    'values',
    'registers are',
    'refreshed after',
    'expires after',
    'on loss',
    'fallback',
    'safe value',
    'at risk',
    'shows after',
    'dwell',
    'writes a day',
  ];
  const rows = profile.controls.map((control) => [
    `${code(control.id)}${control.terminal === undefined ? '' : ` (${control.terminal})`}`,
    bounds(control),
    control.storage,
    duration(
      control.refreshMs ?? (control.expiryMs === undefined ? undefined : control.expiryMs / 2),
    ),
    duration(control.expiryMs),
    control.onLoss,
    fallback(control),
    quantity(control.safeValue),
    control.risk ?? '',
    duration(control.responseMs),
    duration(control.minimumDwellMs ?? (control.storage === 'volatile' ? undefined : 300_000)),
    String(control.writesPerDay ?? (control.storage === 'volatile' ? '' : 24)),
  ]);
  return table(head, rows);
}

/** Everything that is believed of a profile, of its points and of its controls. */
export function beliefs(profile: Profile): string[] {
  const all = [
    ...(profile.believed ?? []),
    ...profile.points.flatMap(({ believed }) => believed ?? []),
    ...profile.controls.flatMap(({ believed }) => believed ?? []),
  ];
  return [...new Set(all)];
}

function wire({ transport }: Profile): string {
  const facts = [
    transport.kinds.join(', '),
    `unit ${transport.unit}`,
    transport.port === undefined ? '' : `port ${transport.port}`,
    transport.baudRate === undefined
      ? ''
      : `${transport.baudRate} baud 8${(transport.parity ?? 'none').charAt(0).toUpperCase()}${transport.stopBits ?? 1}`,
    transport.oneClient === true ? 'one client' : '',
    transport.connectDelayMs === undefined
      ? ''
      : `waits ${duration(transport.connectDelayMs)} after connecting`,
    transport.requestDelayMs === undefined
      ? ''
      : `${duration(transport.requestDelayMs)} between requests`,
    transport.oneValuePerRead === true
      ? 'one value in a read'
      : `at most ${transport.registersPerRead ?? 125} registers in a read`,
  ];
  return `Wire: ${facts.filter((fact) => fact !== '').join(', ')}.`;
}

function section(profile: Profile): string[] {
  const recognised = identity(profile);
  const same = (profile.sameDeviceAs ?? []).map((id) => `[${code(id)}](#${id})`);
  const denied = (profile.deny ?? []).map(({ why }) => why);
  return [
    `### ${profile.id}`,
    '',
    `${profile.manufacturer}: ${profile.models.join('; ')}. Confidence: ${profile.confidence}.`,
    ...(same.length === 0 ? [] : [`The same unit in another role: ${same.join(', ')}.`]),
    recognised === '' ? 'It cannot be recognised.' : `Recognised by ${recognised}.`,
    wire(profile),
    '',
    points(profile),
    '',
    ...controls(profile),
    '',
    ...(denied.length === 0 ? [] : [`Never written: ${denied.join('; ')}.`, '']),
    ...(profile.quirks ?? []).map((quirk) => `- ${quirk}`),
    ...(profile.quirks === undefined ? [] : ['']),
    'Believed and not verified:',
    '',
    ...beliefs(profile).map((belief) => `- ${belief}`),
    '',
    `Sources: ${profile.sources.map(({ title, reference }) => (reference === undefined ? title : `${title} (${reference})`)).join('; ')}.`,
    '',
  ];
}

/** The part of docs/catalog.md that shows every profile. */
export function catalogPage(catalog: readonly Profile[]): string {
  const lines = [
    BEGIN,
    '<!-- prettier-ignore-start -->',
    '',
    `## All ${catalog.length} profiles`,
    '',
    ...overview(catalog),
    '',
    ...catalog.flatMap(section),
    '<!-- prettier-ignore-end -->',
    END,
  ];
  return lines.join('\n');
}

/** The page with its generated part replaced. */
export function withCatalogPage(page: string, catalog: readonly Profile[]): string {
  const begin = page.indexOf(BEGIN);
  const end = page.indexOf(END);
  if (begin === -1 || end === -1) throw new Error('docs/catalog.md: the marks are missing');
  return page.slice(0, begin) + catalogPage(catalog) + page.slice(end + END.length);
}
