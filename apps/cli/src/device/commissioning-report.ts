import {
  phaseText,
  type CommissioningResult,
  type Finding,
  type StepTest,
} from '@microgrid/control/commissioning';
import { textTable } from './text-table.js';

/** What `--json` prints and `commissioning.json` holds. */
export interface CommissioningReport extends CommissioningResult {
  readonly schema: 'microgrid/commissioning-report/1';
  readonly site: string;
  /** When it was begun, UTC. */
  readonly at: string;
  readonly devices: readonly {
    readonly id: string;
    readonly role: string;
    readonly name: string;
    /** Absent: it was read. */
    readonly unreachable?: string;
  }[];
  readonly skipped: readonly { readonly load: string; readonly why: string }[];
  /** The samples everything rests on. */
  readonly tests: readonly StepTest[];
}

/** The last word, in a sentence. */
export function verdictText({ findings, certain }: CommissioningReport): string {
  const sure = findings.filter(({ certainty }) => certainty === 'sure').length;
  if (findings.length === 0) {
    return certain ? 'Nothing wrong was found.' : 'Nothing wrong was found, but not all is known.';
  }
  const doubtful = findings.length - sure;
  const parts = [
    ...(sure > 0 ? [`${sure} surely wrong`] : []),
    ...(doubtful > 0 ? [`${doubtful} not sure`] : []),
  ];
  return `${findings.length} found: ${parts.join(', ')}.`;
}

/** A finding as a line. */
export const findingText = ({ certainty, text }: Finding): string =>
  certainty === 'sure' ? text : `not sure: ${text}`;

/** Phases and power of a load, for people. */
export function loadCells({
  load,
  phases,
  watts,
  unsure,
}: CommissioningResult['loads'][number]): readonly [string, string, string, string] {
  return [
    load,
    phases.length === 0 ? '?' : phaseText(phases),
    watts === undefined ? '?' : `${watts} W`,
    unsure === undefined ? '' : `not sure: ${unsure}`,
  ];
}

/** The report as lines of text. */
export function reportText(report: CommissioningReport): readonly string[] {
  const { site, at, devices, findings, loads, skipped, balance } = report;
  return [
    `Commissioning of ${site}, ${at}`,
    verdictText(report),
    '',
    ...findings.map((finding) => `- ${finding.kind}: ${findingText(finding)}`),
    ...(findings.length === 0 ? [] : ['']),
    ...textTable(
      [{ title: 'load' }, { title: 'phase' }, { title: 'power', align: 'right' }, { title: '' }],
      loads.map(loadCells),
    ),
    ...skipped.map(({ load, why }) => `${load}: not measured: ${why}`),
    '',
    ...textTable(
      [{ title: 'device' }, { title: 'role' }, { title: 'name' }],
      devices.map(({ id, role, name, unreachable }) => [
        id,
        role,
        unreachable === undefined ? name : `not reached: ${unreachable}`,
      ]),
    ),
    ...(balance === undefined
      ? []
      : [
          '',
          `grid ${Math.round(balance.gridWatts)} W, not metered ${Math.round(balance.unmeteredWatts)} W (median of ${balance.samples} samples)`,
        ]),
  ];
}
