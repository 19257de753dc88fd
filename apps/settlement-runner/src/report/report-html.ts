import { INTERVAL_QUALITIES } from '@microgrid/events';
import type { Invoice } from '@microgrid/invoicing';
import {
  addAmounts,
  memberTotals,
  NO_AMOUNTS,
  type MemberAmounts,
  type MemberDay,
  type SettledOutline,
} from '@microgrid/settlement';
import { formatInstant, formatKilowattHours, formatMoney, type Pico } from '@microgrid/units';
import { escaped, percent, portion } from './markup.js';
import { REPORT_STYLE } from './report-style.js';
import { stackedBars } from './stacked-bars.js';

/** What a report shows. */
export interface ReportInput {
  readonly settled: SettledOutline;
  readonly days: readonly MemberDay[];
  readonly invoice: Invoice;
  /** What the manifest says of a version. */
  readonly about?: Readonly<Record<string, unknown>>;
}

/** To the watt-hour: the exact values stand in the JSON beside the page. */
const kWh = (energy: bigint): string => formatKilowattHours(((energy + 500n) / 1000n) * 1000n);

/** A run as one page that needs nothing else: energy by source, members, residuals, quality. */
export function reportHtml(input: ReportInput): string {
  const { settled, days, invoice, about = {} } = input;
  const { community } = settled.contract;
  const totals = memberTotals(days);
  const all = totals.reduce((sum, { amounts }) => addAmounts(sum, amounts), NO_AMOUNTS);
  const paid = totalPaid(invoice);
  const title = `${community.name}, ${formatInstant(settled.startMs)} to ${formatInstant(settled.endMs)}`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title>
<style>${REPORT_STYLE}</style>
</head>
<body>
<h1>${escaped(community.name)}</h1>
<p class="soft">${formatInstant(settled.startMs)} to ${formatInstant(settled.endMs)} (end not included), ${settled.intervals} intervals of ${community.resolution}, days of ${escaped(community.timeZone)}${versionText(about)}. Settlement report; not a fiscal invoice.</p>
${tiles(all, paid, community.currency)}
${dayCharts(days)}
${memberTable(totals, all, input)}
${residuals(input, all)}
${qualities(totals, all)}
<p class="soft">Merkle root ${invoice.merkleRoot}, ${invoice.leafCount} leaves.</p>
</body>
</html>
`;
}

function versionText({ run }: Readonly<Record<string, unknown>>): string {
  const { kind, version } = (run ?? {}) as { kind?: string; version?: number };
  return kind === undefined ? '' : `, ${escaped(kind)} run, version ${version ?? ''}`;
}

function tiles(all: MemberAmounts, paid: Pico, currency: string): string {
  const shown: [name: string, value: string, note: string][] = [
    ['Imported', `${kWh(all.importMilliwattHours)} kWh`, 'as metered'],
    ['Exported', `${kWh(all.exportMilliwattHours)} kWh`, 'as metered'],
    [
      'Shared',
      `${kWh(all.sharedInMilliwattHours)} kWh`,
      `${percent(all.sharedInMilliwattHours, all.sharedInMilliwattHours + all.supplyMilliwattHours)} of consumption`,
    ],
    ['Cost', `${formatMoney(paid)} ${currency}`, 'what all members pay, less what they receive'],
  ];
  const made = shown.map(
    ([name, value, note]) =>
      `<div><span>${name}</span><b>${escaped(value)}</b><small>${escaped(note)}</small></div>`,
  );
  return `<section class="tiles">${made.join('')}</section>`;
}

/** What all members did on one day, mWh. */
class DaySums {
  sharedIn = 0n;
  supply = 0n;
  sharedOut = 0n;
  surplus = 0n;

  add(day: MemberDay): void {
    this.sharedIn += day.sharedInMilliwattHours;
    this.supply += day.supplyMilliwattHours;
    this.sharedOut += day.sharedOutMilliwattHours;
    this.surplus += day.surplusMilliwattHours;
  }
}

function dayCharts(days: readonly MemberDay[]): string {
  const byDate = new Map<string, DaySums>();
  for (const day of days) {
    let sums = byDate.get(day.date);
    if (sums === undefined) byDate.set(day.date, (sums = new DaySums()));
    sums.add(day);
  }
  const dates = [...byDate.keys()];
  const sums = (of: (sums: DaySums) => bigint): bigint[] => [...byDate.values()].map(of);
  const consumed = stackedBars('Where consumption came from', dates, [
    {
      name: 'from the community',
      mark: 's1',
      values: sums(({ sharedIn }) => sharedIn),
    },
    { name: 'from the supplier', mark: 's2', values: sums(({ supply }) => supply) },
  ]);
  const injected = stackedBars('Where injection went', dates, [
    { name: 'to the community', mark: 's1', values: sums(({ sharedOut }) => sharedOut) },
    { name: 'sold as surplus', mark: 's3', values: sums(({ surplus }) => surplus) },
  ]);
  return `<section>${consumed}${injected}</section>`;
}

type Totals = readonly { readonly member: string; readonly amounts: MemberAmounts }[];

/** What all statements come to. */
function totalPaid({ statements }: Invoice): Pico {
  return statements.reduce((sum, { amountPico }) => sum + BigInt(amountPico), 0n);
}

function memberTable(
  totals: Totals,
  all: MemberAmounts,
  { settled, invoice }: ReportInput,
): string {
  const { currency } = settled.contract.community;
  const amountOf = new Map(invoice.statements.map((one) => [one.member, BigInt(one.amountPico)]));
  const row = (name: string, amounts: MemberAmounts, paid: Pico): string => {
    const consumed = amounts.sharedInMilliwattHours + amounts.supplyMilliwattHours;
    const width = portion(amounts.sharedInMilliwattHours, consumed, 100);
    const cells = [
      kWh(amounts.importMilliwattHours),
      kWh(amounts.exportMilliwattHours),
      kWh(amounts.sharedInMilliwattHours),
      `<span class="bar"><i class="s1" style="width:${width}%"></i></span> ${percent(amounts.sharedInMilliwattHours, consumed)}`,
      kWh(amounts.sharedOutMilliwattHours),
      formatMoney(paid),
    ];
    return `<tr><th scope="row">${escaped(name)}</th>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`;
  };
  const heads = [
    'Member',
    'Import kWh',
    'Export kWh',
    'From community kWh',
    'of consumption',
    'To community kWh',
    `Cost ${currency}`,
  ];
  return `<section><h2>Members</h2><p class="soft">Cost: positive is paid, negative is received.</p><div class="scroll"><table><thead><tr>${heads.map((head) => `<th scope="col">${head}</th>`).join('')}</tr></thead><tbody>
${totals.map(({ member, amounts }) => row(member, amounts, amountOf.get(member) ?? 0n)).join('\n')}
</tbody><tfoot>${row('all', all, totalPaid(invoice))}</tfoot></table></div></section>`;
}

function residuals({ settled, invoice, about = {} }: ReportInput, all: MemberAmounts): string {
  const rounding = invoice.statements.reduce(
    (sum, { roundingPico }) => sum + BigInt(roundingPico),
    0n,
  );
  const curtailed = settled.curtailedMilliwattHours.reduce(
    (sum, energy) => sum + BigInt(energy),
    0n as bigint,
  );
  const market = settled.internalAmounts?.residualPico.reduce((sum, kept) => sum + kept, 0n);
  const { waitingIntervals = [] } = (about['run'] ?? {}) as {
    waitingIntervals?: readonly string[];
  };
  const { currency } = settled.contract.community;
  const rows: [account: string, value: string, meaning: string][] = [
    ['rounding', `${formatMoney(rounding, 12)} ${currency}`, 'paid in cents less exact cost'],
    ['curtailed', `${kWh(curtailed)} kWh`, 'not shared because of a limit in kVA'],
    ['surplus', `${kWh(all.surplusMilliwattHours)} kWh`, 'injected and not shared'],
    ['supply', `${kWh(all.supplyMilliwattHours)} kWh`, 'consumed and not shared'],
    ...(market === undefined
      ? []
      : [
          [
            'market',
            `${formatMoney(market)} ${currency}`,
            'paid by buyers and not earned by sellers',
          ] as [string, string, string],
        ]),
    ...(waitingIntervals.length === 0
      ? []
      : [
          [
            'waiting',
            String(waitingIntervals.length),
            'intervals that wait for readings; nothing of them is settled',
          ] as [string, string, string],
        ]),
  ];
  return `<section><h2>Residuals</h2><table class="left"><tbody>${rows
    .map(
      ([account, value, meaning]) =>
        `<tr><th scope="row">${account}</th><td>${value}</td><td class="text">${meaning}</td></tr>`,
    )
    .join('')}</tbody></table></section>`;
}

function qualities(totals: Totals, all: MemberAmounts): string {
  const known = INTERVAL_QUALITIES.filter((quality) => (all.importByQuality[quality] ?? 0n) > 0n);
  const row = (name: string, { importByQuality, importMilliwattHours }: MemberAmounts): string => {
    const parts = known.map((quality) => {
      const part = importByQuality[quality] ?? 0n;
      return `<i class="q-${quality}" style="width:${portion(part, importMilliwattHours, 100)}%" title="${quality} ${percent(part, importMilliwattHours)}"></i>`;
    });
    const measured = (importByQuality.measured ?? 0n) + (importByQuality.corrected ?? 0n);
    return `<tr><th scope="row">${escaped(name)}</th><td class="wide"><span class="bar full">${parts.join('')}</span></td><td>${percent(measured, importMilliwattHours)}</td></tr>`;
  };
  const legend = known.map((quality) => `<span><i class="q-${quality}"></i>${quality}</span>`);
  return `<section><h2>Quality of imported energy</h2><div class="legend">${legend.join('')}</div><div class="scroll"><table><thead><tr><th scope="col">Member</th><th scope="col"></th><th scope="col">measured or corrected</th></tr></thead><tbody>
${row('all', all)}
${totals.map(({ member, amounts }) => row(member, amounts)).join('\n')}
</tbody></table></div></section>`;
}
