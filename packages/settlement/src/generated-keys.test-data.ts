import type { Draw } from './draw.test-data.js';
import {
  betaFiles,
  coefficientCsv,
  coefficientTexts,
  cupsOf,
  pairCsv,
  type GeneratedFile,
  type GeneratedTime,
} from './generated-contract-files.test-data.js';

/** A sharing key as a file of a community has it. */
export type KeyFile = Readonly<Record<string, unknown>> & { readonly type: string };

/** Which keys may be drawn. */
export interface KeyChoice {
  /** Whether energies may be stated afterwards; they hold for the period and its readings alone. */
  readonly energies: boolean;
}

const DAY_TYPES = ['workingDay', 'saturday', 'sunday', 'holiday'];
const SEASONS = [
  { from: '01-01', to: '03-31' },
  { from: '02-29', to: '06-30' },
  { from: '11-01', to: '02-28' },
  { from: '10-25', to: '10-25' },
];
const HOURS = [
  { from: '00:00', to: '01:00' },
  { from: '01:00', to: '10:00' },
  { from: '10:00', to: '11:00' },
  { from: '10:15', to: '24:00' },
  { from: '22:00', to: '24:00' },
];

/** The ways of each mechanism. */
const MECHANISMS: readonly (readonly object[])[] = [
  [undefined, 'highest', 'middle', 'lastAsk'].map((price) => ({
    mechanism: 'poolCrossing',
    ...(price && { options: { price } }),
  })),
  [{ mechanism: 'payAsBid' }, { mechanism: 'payAsBid', options: { sellers: 'ask' } }],
  [
    { mechanism: 'midMarketRate' },
    { mechanism: 'midMarketRate', options: { divider: '1/3', offers: 'accepted' } },
  ],
  [
    { mechanism: 'supplyDemandRatio', options: { compensation: '0.5' } },
    { mechanism: 'supplyDemandRatio', options: { offers: 'accepted' } },
  ],
  [
    { mechanism: 'doubleAuction' },
    { mechanism: 'doubleAuction', options: { pricing: 'discriminatory', k: '0.3' } },
  ],
  [{ mechanism: 'huang' }],
  [
    { mechanism: 'muda', options: { price: '0.1' } },
    { mechanism: 'muda', options: { seed: 'of the day' } },
  ],
];

/** Draws keys of a community; the files they name and the names in them come to light beside them. */
export class KeyDraw {
  /** Texts of the files that drawn keys name; those of energies are made once readings are known. */
  readonly files = new Map<string, string>();
  /** The name of each point in Spanish files. */
  readonly cups = new Map<string, string>();
  private count = 0;

  constructor(
    private readonly draw: Draw,
    private readonly time: GeneratedTime,
    /** Of all points. */
    private readonly ids: readonly string[],
    /** Those that only take or only give, so that `equal` gives them no part on the other side. */
    private readonly oneSided: ReadonlySet<string>,
    private readonly choice: KeyChoice,
  ) {}

  /** A key for the top of a contract. */
  any(): KeyFile {
    return this.draw.weighted<KeyFile>(
      [10, () => this.pool(this.ids, 2)],
      [1, () => this.exPost(this.ids)],
      [8, () => this.whole(this.ids, 2)],
    );
  }

  /** Any key of points that take; some say themselves whose injection it is. */
  private whole(ids: readonly string[], depth: number): KeyFile {
    const { draw } = this;
    const inner = depth === 0 ? 0 : 1;
    const deeper = (): KeyFile => this.whole(ids, depth - 1);
    return draw.weighted<KeyFile>(
      [depth === 2 ? 0 : 2, () => this.pool(ids, 0)],
      [5, () => this.pairs(ids)],
      [5, () => this.twoSided(ids)],
      [4, () => this.market(ids)],
      [2 * inner, () => this.steps([() => this.pairs(ids), () => this.pool(ids, 1)])],
      [2 * inner, () => this.steps([deeper, deeper])],
      [
        2 * inner,
        () => ({
          type: 'priority',
          groups: this.groups(ids, (points) => this.whole(points, depth - 1)),
        }),
      ],
      [2 * inner, () => this.byCalendar(deeper)],
    );
  }

  private byCalendar(key: () => KeyFile): KeyFile {
    const rows = Array.from({ length: 1 + this.draw.whole(1) }, () => ({
      ...this.conditions(),
      key: key(),
    }));
    return { type: 'calendar', rows: [...rows, { key: key() }] };
  }

  /** A key that shares out a pool, whoever made it. */
  pool(ids: readonly string[], depth: number): KeyFile {
    const { draw } = this;
    const inner = depth === 0 ? 0 : 1;
    const deeper = (points: readonly string[]): KeyFile => this.pool(points, depth - 1);
    return draw.weighted<KeyFile>(
      [3, () => ({ type: 'proportional' })],
      [6, () => this.fixed(ids)],
      [2, () => this.exPost(ids)],
      [3 * inner, () => ({ type: 'priority', groups: this.groups(ids, deeper) })],
      [3 * inner, () => ({ type: 'nested', groups: this.shares(this.groups(ids, deeper)) })],
      [2 * inner, () => this.steps([() => this.fixed(ids), () => this.pool(ids, depth - 1)])],
      [inner, () => this.steps(Array.from({ length: 1 + draw.whole(2) }, () => () => deeper(ids)))],
      [2 * inner, () => this.byCalendar(() => deeper(ids))],
    );
  }

  private steps(steps: readonly (() => KeyFile)[]): KeyFile {
    return { type: 'combined', steps: this.draw.shuffled(steps).map((step) => step()) };
  }

  private fixed(ids: readonly string[]): KeyFile {
    const { draw } = this;
    const sum = draw.pick([undefined, undefined, 'at-most-1', 'exactly-1', 'renormalise']);
    const equal =
      (sum ?? 'renormalise') === 'renormalise' && ids.some((id) => !this.oneSided.has(id));
    const coefficients = draw.weighted<unknown>(
      [4, () => this.constants(ids, sum)],
      [2, () => ({ calendar: this.calendar(ids, sum) })],
      [2, () => ({ file: this.put(coefficientCsv(draw, this.time, ids, sum === 'exactly-1')) })],
      [1, () => ({ file: this.beta(ids) })],
      [equal ? 1 : 0, () => 'equal'],
    );
    return { type: 'fixed', coefficients, ...(sum && { sum }) };
  }

  /** Coefficients that may add up to what the sum allows; points without are left out or say 0. */
  private constants(ids: readonly string[], sum: string | undefined): Record<string, string> {
    const { draw } = this;
    const texts = coefficientTexts(draw, ids.length, sum === 'exactly-1' || draw.once(2));
    const named = ids.map((id, index) => [id, texts[index] ?? '0'] as const);
    const some = named.filter(([, text]) => Number(text) > 0 || draw.once(2));
    return Object.fromEntries(draw.shuffled(some));
  }

  private calendar(ids: readonly string[], sum: string | undefined): object[] {
    const { draw } = this;
    const row = (): object => ({
      ...this.conditions(),
      coefficients: this.constants(ids, sum),
    });
    return [
      ...Array.from({ length: 1 + draw.whole(2) }, row),
      { coefficients: this.constants(ids, sum) },
    ];
  }

  private conditions(): object {
    const { draw } = this;
    return draw.some(2, {
      dayTypes: () => [draw.pick(DAY_TYPES), draw.pick(DAY_TYPES)],
      seasons: () => [draw.pick(SEASONS)],
      hours: () => [draw.pick(HOURS)],
    });
  }

  private beta(ids: readonly string[]): string {
    const { draw } = this;
    for (const id of ids) this.cups.set(id, cupsOf(this.ids.indexOf(id)));
    const cups = ids.map((id) => this.cups.get(id) ?? '');
    const cau = `${cupsOf(1000)}A${String(100 + this.count++)}`;
    // A year of hours takes longer to read than a hundred other communities to settle.
    const files = betaFiles(draw, this.time, cups, cau, ids.length < 4 && draw.once(25));
    for (const { name, text } of files) this.files.set(name, text);
    return files[0]?.name ?? '';
  }

  private exPost(ids: readonly string[]): KeyFile {
    const { draw } = this;
    if (!this.choice.energies || draw.once(2)) {
      const file = this.put(coefficientCsv(draw, this.time, ids, false));
      return { type: 'exPost', file, values: 'coefficient' };
    }
    return { type: 'exPost', file: `k${this.count++}-energy.csv`, values: 'energy' };
  }

  /** Points cut into groups; a few are in none. */
  private groups(ids: readonly string[], key: (points: readonly string[]) => KeyFile): object[] {
    const { draw } = this;
    const in3 = draw.parts(
      ids.filter(() => !draw.once(5)),
      3,
    );
    const parts = in3.length === 0 ? [[ids[0] ?? '']] : in3;
    return parts.map((points, index) => ({
      id: `g${index}`,
      points: draw.shuffled(points),
      key: key(points),
    }));
  }

  private shares(groups: readonly object[]): object[] {
    const { draw } = this;
    const shares = coefficientTexts(draw, groups.length, draw.once(2));
    return groups.map((group, index) => ({ ...group, share: shares[index] ?? '0' }));
  }

  private pairs(ids: readonly string[]): KeyFile {
    const { draw } = this;
    const sum = draw.pick([undefined, 'exactly-1', 'renormalise']);
    const producers = this.ids.filter(() => draw.once(2));
    if (producers.length > 0 && draw.once(3)) {
      const file = this.put(pairCsv(draw, this.time, producers, ids, sum === 'exactly-1'));
      return { type: 'pairs', coefficients: { file }, ...(sum && { sum }) };
    }
    const rows = producers.map((id) => [id, this.constants(ids, sum)] as const);
    return { type: 'pairs', coefficients: Object.fromEntries(rows), ...(sum && { sum }) };
  }

  private twoSided(ids: readonly string[]): KeyFile {
    const scarce = this.draw.once(4) ? this.pairs(ids) : this.pool(ids, 1);
    return { type: 'twoSided', scarce, abundant: this.pool(this.ids, 1) };
  }

  private market(ids: readonly string[]): KeyFile {
    const { draw } = this;
    const limits = (of: readonly string[]): Record<string, string> =>
      Object.fromEntries(
        of.filter(() => draw.once(2)).map((id) => [id, priceText(draw, -20, 400)]),
      );
    return {
      type: 'market',
      ...draw.pick(draw.pick(MECHANISMS)),
      bids: limits(ids),
      asks: limits(this.ids),
    };
  }

  private put({ name, text }: GeneratedFile): string {
    const named = `k${this.count++}-${name}`;
    this.files.set(named, text);
    return named;
  }
}

/** A price per kWh between two numbers of thousandths. */
export function priceText(draw: Draw, least: number, most: number): string {
  return ((least + draw.whole(most - least)) / 1000).toFixed(3);
}
