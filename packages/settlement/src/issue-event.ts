import type { ClearedCase, Columns, StepResult } from './interval-case.js';
import type { Workspace } from './workspace.js';

/** Gives what was not shared to the grid: residual is bought, surplus is sold. */
export function issueEvent(cleared: ClearedCase, columns: Columns): StepResult<ClearedCase> {
  const { workspace } = cleared;
  const { zero } = workspace;
  return {
    case: cleared,
    columns: {
      imported: zero,
      claimed: zero,
      curtailedImport: zero,
      residual: join(workspace, columns, CONSUMPTION_RESTS, workspace.residual),
      exported: zero,
      offered: zero,
      curtailedExport: zero,
      surplus: join(workspace, columns, GENERATION_RESTS, workspace.surplus),
    },
  };
}

const CONSUMPTION_RESTS = ['imported', 'claimed', 'curtailedImport'] as const;
const GENERATION_RESTS = ['exported', 'offered', 'curtailedExport'] as const;

/** The sum of the places' columns; where only one holds energy, that column itself. */
function join(
  { zero }: Workspace,
  columns: Columns,
  places: readonly string[],
  out: Float64Array,
): Float64Array {
  const parts = places.map((place) => columns[place] ?? zero).filter((column) => column !== zero);
  const [first, ...others] = parts;
  if (first === undefined) return zero;
  if (others.length === 0) return first;
  out.set(first);
  for (const column of others) {
    for (let index = 0; index < out.length; index++) {
      out[index] = (out[index] as number) + (column[index] as number);
    }
  }
  return out;
}
