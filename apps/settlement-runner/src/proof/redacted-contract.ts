interface ErasableMember {
  readonly id: string;
  readonly meteringPoints?: readonly { readonly id: string }[];
}

/** The part of the rules that erasing changes. */
export interface RedactableContract {
  readonly members?: readonly ErasableMember[];
}

/** Values that name a kind of rule and nobody's point, whatever they are called. */
const KINDS = new Set(['schema', 'type', 'mechanism', 'netting', 'unused', 'by']);

/** Ids of a member's metering points in the rules. */
export function pointsOf(contract: RedactableContract | undefined, member: string): string[] {
  return (contract?.members ?? [])
    .filter(({ id }) => id === member)
    .flatMap(({ meteringPoints = [] }) => meteringPoints.map(({ id }) => id));
}

/** Names that stand for a member's ids: `erased-1` and on, past those of members erased before. */
export function pseudonyms(ids: readonly string[], contract: unknown): Map<string, string> {
  const used = [...JSON.stringify(contract ?? null).matchAll(/"erased-(\d{1,9})"/g)];
  const first = used.reduce((most, [, number]) => Math.max(most, Number(number)), 0) + 1;
  return new Map(ids.map((id, index) => [id, `erased-${first + index}`]));
}

/**
 * The rules without a member. Where another rule, such as the sharing key, names it or its points, a
 * pseudonym stands in: the rules no longer have the hash of the contract anyway.
 */
export function redactedContract(
  contract: RedactableContract | undefined,
  member: string,
  names: ReadonlyMap<string, string>,
): object {
  const members = (contract?.members ?? []).filter(({ id }) => id !== member);
  return renamed({ ...contract, members }, names) as object;
}

function renamed(value: unknown, names: ReadonlyMap<string, string>, field = ''): unknown {
  if (typeof value === 'string') return KINDS.has(field) ? value : (names.get(value) ?? value);
  if (Array.isArray(value)) return value.map((one) => renamed(one, names));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [
      names.get(name) ?? name,
      renamed(one, names, name),
    ]),
  );
}
