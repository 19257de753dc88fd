import type { PointCandidate, PointSource } from './point-source.js';
import type { ModelImage } from './model-image.js';
import type { PlacedPoint } from './model-layout.js';

type Element = 'pv' | 'charging' | 'discharging' | 'storage' | 'other';

interface DcPort {
  readonly element: Element;
  /** Path of its group, as in `module[0].`. */
  readonly prefix: string;
}

/** Port types of model 714. */
const PORT_PV = 0;
const PORT_STORAGE = 1;

/** Modules of a hybrid whose model 160 does not name them: two strings, charging, discharging. */
const UNNAMED: readonly Element[] = ['pv', 'pv', 'charging', 'discharging'];

function prefixes(image: ModelImage, group: string): string[] {
  const marker = '.DCW';
  return image.layout.points
    .filter(({ path }) => path.startsWith(`${group}[`) && path.endsWith(marker))
    .map(({ path }) => path.slice(0, -marker.length + 1));
}

function modulesOf160(image: ModelImage, hybrid: boolean): DcPort[] {
  const all = prefixes(image, 'module');
  return all.map((prefix, index) => {
    const name = image.text(`${prefix}IDStr`);
    if (name !== undefined) return { prefix, element: elementNamed(name) };
    const unnamed = hybrid && all.length === UNNAMED.length ? UNNAMED[index] : undefined;
    return { prefix, element: unnamed ?? 'pv' };
  });
}

/** Fronius names the modules of a battery `StCha 3` and `StDisCha 4`. */
function elementNamed(name: string): Element {
  if (/dis.?cha/i.test(name)) return 'discharging';
  if (/cha/i.test(name)) return 'charging';
  return /bat/i.test(name) ? 'other' : 'pv';
}

function portsOf714(image: ModelImage): DcPort[] {
  return prefixes(image, 'Prt').map((prefix) => {
    const type = image.number(`${prefix}PrtTyp`);
    if (type === PORT_PV) return { prefix, element: 'pv' };
    return { prefix, element: type === PORT_STORAGE ? 'storage' : 'other' };
  });
}

type Term = PointSource['terms'][number];

/**
 * What the DC side brings. Model 160 counts each module's power without a sign, so a battery has one
 * module for each direction; in model 714 what a port gives is positive.
 */
export function dcCandidates(image: ModelImage, hybrid: boolean): PointCandidate[] {
  const modern = image.found.id === 714;
  const ports = modern ? portsOf714(image) : modulesOf160(image, hybrid);
  const terms = (elements: Partial<Record<Element, 1 | -1>>, name: string): Term[] =>
    ports.flatMap(({ element, prefix }) => {
      const factor = elements[element];
      const place = image.place(`${prefix}${name}`);
      return factor === undefined || place === undefined ? [] : [{ place, factor }];
    });
  const candidate = (
    point: PointCandidate['point'],
    conversion: PointSource['conversion'],
    wanted: Term[],
  ): PointCandidate[] => {
    return wanted.length === 0 ? [] : [{ point, sources: [{ image, terms: wanted, conversion }] }];
  };
  const [given, taken] = modern ? ['DCWhInj', 'DCWhAbs'] : ['DCWH', 'DCWH'];
  const [charging, discharging]: Element[] = modern
    ? ['storage', 'storage']
    : ['charging', 'discharging'];
  return [
    ...candidate('pvPower', 'same', terms({ pv: -1 }, 'DCW')),
    ...candidate(
      'batteryPower',
      'same',
      terms({ charging: 1, discharging: -1, storage: -1 }, 'DCW'),
    ),
    ...candidate('pvEnergy', 'energy', terms({ pv: 1 }, given)),
    ...candidate('batteryChargeEnergy', 'energy', terms({ [charging ?? '']: 1 }, taken)),
    ...candidate('batteryDischargeEnergy', 'energy', terms({ [discharging ?? '']: 1 }, given)),
  ];
}

/** Places that a list of candidates reads in one model. */
export function placesIn(image: ModelImage, candidates: readonly PointCandidate[]): PlacedPoint[] {
  return candidates.flatMap(({ sources }) =>
    sources
      .filter((source) => source.image === image)
      .flatMap(({ terms }) => terms.map(({ place }) => place)),
  );
}
