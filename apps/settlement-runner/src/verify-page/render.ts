/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
import type { BundleCheck, BundleVerdict, MemberBundle } from '@microgrid/invoicing/bundle';
import type { StatementLine } from '@microgrid/events';
import { formatKilowattHours, formatMoney } from '@microgrid/units';

const LINE_NAMES: Readonly<Record<string, string>> = {
  supply: 'Energy from the supplier',
  sharedIn: 'Energy from the community',
  sharedOut: 'Energy given to the community',
  surplus: 'Surplus sold',
  ownSurplus: 'Own part of the pool, sold',
  assignedOut: 'Energy given to others to sell',
  rounding: 'Rounding',
};

const CHECK_NAMES: Readonly<Record<string, string>> = {
  'signature run': 'The operator signed this run',
  'signature operator': 'The signing key is the one you expect',
  'run community': 'Statement and run are of one community',
  'run start': 'Statement and run begin alike',
  'run end': 'Statement and run end alike',
  'run merkleRoot': 'The statement names the signed result',
  'run leafCount': 'The statement names its size',
  'sums lines': 'All lines the run proved are there, and no others',
  'sums statement': 'Lines and days add up to the statement',
  'sums intervals': 'The intervals can be read',
  'log signature': 'The operator signed the log of runs',
  'log run': 'The run stands in the log of runs',
  'log earlier runs': 'No earlier run was withdrawn or exchanged',
};

function made(tag: string, text = '', className = ''): HTMLElement {
  const node = document.createElement(tag);
  node.textContent = text;
  if (className !== '') node.className = className;
  return node;
}

/** A line with its mark; what is wrong with it stands under it. */
function row(cells: readonly string[], check: BundleCheck | undefined, kind = ''): HTMLElement[] {
  const line = made('tr');
  const ok = check?.ok === true;
  line.className = `${ok ? 'good' : 'bad'} ${kind}`.trim();
  line.append(made('td', ok ? '✓' : '✗', 'mark'), ...cells.map((cell) => made('td', cell)));
  if (ok) return [line];
  const why = made('tr', '', 'why');
  const reason = document.createElement('td');
  reason.colSpan = cells.length;
  reason.textContent = check?.reason ?? 'not checked';
  why.append(made('td'), reason);
  return [line, why];
}

function table(title: string, heads: readonly string[], rows: readonly HTMLElement[]): HTMLElement {
  const section = made('section');
  const grid = made('table');
  const head = made('tr');
  head.append(made('th'), ...heads.map((text) => made('th', text)));
  const body = made('tbody');
  body.append(...rows);
  const top = made('thead');
  top.append(head);
  grid.append(top, body);
  const scroll = made('div', '', 'scroll');
  scroll.append(grid);
  section.append(made('h2', title), scroll);
  return section;
}

const kWh = (energy: string): string => formatKilowattHours(BigInt(energy));

/** What a line is about, for a person. */
function lineName({ line, charge }: StatementLine): string {
  if (charge === undefined) return LINE_NAMES[line] ?? line;
  const { meteringPoint, charge: id, period, vat, vatPercent } = charge;
  const taxed = vatPercent === undefined ? '' : `VAT ${vatPercent} %`;
  if (line === 'vat') return `${taxed} (${vat ?? ''}), ${meteringPoint}`;
  const about = [id, period, meteringPoint, taxed].filter((text) => text !== undefined);
  return about.filter((text) => text !== '').join(', ');
}

/** How much of what, at which price: the exact amount that the line is rounded from. */
function lineQuantity({ energyMilliwattHours, charge }: StatementLine): string {
  if (charge === undefined) {
    return energyMilliwattHours === '0' ? '' : `${kWh(energyMilliwattHours)} kWh`;
  }
  const { quantity, unit, price, netPico } = charge;
  if (netPico !== undefined) return `of ${formatMoney(BigInt(netPico))}`;
  const much = unit === 'currency' ? `of ${quantity ?? ''}` : `${quantity ?? ''} ${unit ?? ''}`;
  return price === undefined ? much : `${much} × ${price}`;
}

/** Shows a bundle and what was found of it: one mark a line, green or red. */
export function render(
  bundle: MemberBundle,
  { ok, checks }: BundleVerdict,
  { summary, result }: { readonly summary: HTMLElement; readonly result: HTMLElement },
): void {
  const { statement } = bundle;
  const of = (part: BundleCheck['part']): BundleCheck[] =>
    checks.filter((check) => check.part === part);
  const [lines, days] = [of('line'), of('day')];
  const wrong = checks.filter((check) => !check.ok).length;
  const money = (amount: string): string => `${formatMoney(BigInt(amount))} ${statement.currency}`;
  summary.className = ok ? 'good' : 'bad';
  summary.textContent = ok
    ? `Everything holds: ${checks.length} checks, ${statement.member} pays ${money(statement.amountPico)}.`
    : `${wrong} of ${checks.length} checks failed: do not rely on this statement.`;
  result.replaceChildren(
    made(
      'p',
      `${statement.community}, member ${statement.member}, ${statement.start} to ${statement.end}. ${bundle.notice}`,
      'soft',
    ),
    table(
      'Run',
      ['Check'],
      checks
        .filter(({ part }) => part !== 'line' && part !== 'total' && part !== 'day')
        .flatMap((check) => {
          const key = `${check.part} ${check.subject}`;
          return row([CHECK_NAMES[key] ?? key], check);
        }),
    ),
    table(
      'Statement',
      ['Line', 'Quantity', 'Amount'],
      [
        ...statement.lines.flatMap((line, index) =>
          row([lineName(line), lineQuantity(line), money(line.amountPico)], lines[index]),
        ),
        ...row(['Total', '', money(statement.amountPico)], of('total')[0], 'total'),
      ],
    ),
    table(
      'Days',
      ['Day', 'Import kWh', 'Export kWh', 'Shared in kWh', 'Shared out kWh', 'Cost'],
      statement.days.flatMap((day, index) =>
        row(
          [
            day.date,
            kWh(day.importMilliwattHours),
            kWh(day.exportMilliwattHours),
            kWh(day.sharedInMilliwattHours),
            kWh(day.sharedOutMilliwattHours),
            money(day.costPico),
          ],
          days[index],
        ),
      ),
    ),
    made('p', `Operator's key: ${bundle.head.publicKey}`, 'soft key'),
  );
}
