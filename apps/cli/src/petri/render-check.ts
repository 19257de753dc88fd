import type { Analysis, Verdict, Witness } from '@microgrid/petri/analysis';
import { type CheckReport, VERDICTS } from './check-report.js';
import { thousands } from './progress-line.js';

/** Firings and names shown of a witness. */
const SHOWN = 8;

const LABELS: Readonly<Record<string, string>> = {
  places: 'places',
  transitions: 'transitions',
  arcs: 'arcs',
  states: 'states',
  firings: 'firings',
  maxTokensInPlace: 'tokens in a place',
  maxTokensInMarking: 'tokens in a marking',
  deadlock: 'deadlock',
  bounded: 'bounded',
  oneSafe: 'one-safe',
  quasiLive: 'quasi-live',
  live: 'live',
  stableMarking: 'stable marking',
  reversible: 'reversible',
};

/** The first names of a list and how many more there are. */
export function listed(names: readonly string[]): string {
  const rest = names.length - SHOWN;
  return names.slice(0, SHOWN).join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}

/** What shows a verdict, in words. */
export function witnessText({ firings, pump, places, transitions }: Witness): string {
  const run = firings.length === 0 ? '' : `after ${listed(firings)}`;
  return [
    run,
    pump === undefined ? '' : `then again and again ${listed(pump)}`,
    places === undefined ? '' : `places ${listed(places)}`,
    transitions === undefined ? '' : `transitions ${listed(transitions)}`,
  ]
    .filter((part) => part !== '')
    .join('; ');
}

function verdictLine(verdict: Verdict, value: boolean): string {
  const shown = verdict.witness === undefined ? '' : witnessText(verdict.witness);
  return `${value ? 'yes' : 'no'} (${verdict.method})${shown === '' ? '' : `: ${shown}`}`;
}

function boundsText(report: CheckReport): string {
  const { upperBounds } = report;
  const counts = new Map<string, number>();
  for (const bound of upperBounds) {
    const key = bound === null ? 'unknown' : String(bound);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const parts = [...counts].map(([bound, count]) => `${bound} (${thousands(count)} places)`);
  return listed(parts);
}

/** The report for people. */
export function renderCheck(name: string, analysis: Analysis, report: CheckReport): string {
  const { reasons } = report;
  const line = (label: string, text: string): string => `${label.padEnd(20)} ${text}`;
  const unknown = (key: string): string => `unknown: ${reasons[key] ?? ''}`;
  const numbers = (
    [
      'places',
      'transitions',
      'arcs',
      'states',
      'firings',
      'maxTokensInPlace',
      'maxTokensInMarking',
    ] as const
  ).map((key) => {
    const value = report[key];
    return line(LABELS[key] ?? key, value === null ? unknown(key) : thousands(value));
  });
  const verdicts = VERDICTS.map((key) => {
    const value = report[key];
    return line(
      LABELS[key] ?? key,
      value === null ? unknown(key) : verdictLine(analysis[key], value),
    );
  });
  const { stateSpace } = analysis;
  const rate =
    report.statesPerSecond === null ? '' : `, ${thousands(report.statesPerSecond)} states/s`;
  return [
    name,
    ...numbers,
    ...verdicts,
    line('upper bounds', boundsText(report)),
    line('complete', report.complete ? 'yes' : `no: ${thousands(stateSpace.states)} states found`),
    line('time', `${report.seconds} s${rate}, ${report.bytesPerState ?? '?'} bytes a state`),
    '',
  ].join('\n');
}
