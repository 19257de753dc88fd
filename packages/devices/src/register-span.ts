import type { WriteStep } from './profile-control.js';
import { pointSize, type RegisterPoint } from './profile-point.js';

/** A run of registers or bits of one table. */
export interface Span {
  readonly table: string;
  readonly address: number;
  readonly count: number;
}

/** Whether two runs share a register. */
export const overlap = (a: Span, b: Span): boolean =>
  a.table === b.table && a.address < b.address + b.count && b.address < a.address + a.count;

/** Whether one run lies inside another. */
export const covers = (outer: Span, inner: Span): boolean =>
  outer.table === inner.table &&
  outer.address <= inner.address &&
  inner.address + inner.count <= outer.address + outer.count;

/** A run for people: `holding 5..7`. */
export const spanText = ({ table, address, count }: Span): string =>
  `${table} ${address}..${address + count - 1}`;

/** Registers of a point. */
export const spanOf = (point: RegisterPoint): Span => ({
  table: point.table,
  address: point.address,
  count: pointSize(point),
});

/** Registers that one write touches. */
export function stepSpan(step: WriteStep): Span {
  const count = step.fields.reduce((sum, field) => sum + pointSize(field), 0);
  return { table: step.table, address: step.address, count };
}

/** Whether a run has registers on both sides of the border before a register. */
export const borderInside = (
  span: Span,
  border: { readonly table: string; readonly address: number },
): boolean =>
  span.table === border.table &&
  span.address < border.address &&
  border.address < span.address + span.count;
