import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { canonicalJson } from '@microgrid/events';
import { leafBytes, readStatement, statementLeaves } from '@microgrid/invoicing';
import { leafHash, toHex } from '@microgrid/journal';
import { nodeHash } from '@microgrid/journal/node';
import { withInputs } from '../input-place.js';
import { saysExternalInputs } from '../run-form.js';
import { manifestObject } from '../run-directory.js';
import {
  COMMUNITY_JSON,
  ERASED_JSON,
  READINGS_CSV,
  RUN_JSON,
  statementCsvPath,
  statementJsonPath,
} from '../run-layout.js';
import { RunnerError } from '../runner-error.js';
import { verify } from '../verify.js';
import { ERASED_SCHEMA, erasedOf } from './erased.js';
import { manifestOf, textOf, type Manifest } from './public-manifest.js';
import { writeWhole } from './write-whole.js';

interface ErasableMember {
  readonly id: string;
  readonly meteringPoints?: readonly { readonly id: string }[];
}

/** The part of the rules that erasing changes. */
interface RedactableContract {
  readonly members?: readonly ErasableMember[];
}

/**
 * Removes a member's values from a run for good: its statement, its readings, its amounts and its
 * name. The hashes of its days stay, so that the others' proofs, the tree and the signature still
 * hold; what was computed from the readings can no longer be recomputed. Interrupted, it can be run
 * again. Inputs that lie outside the run are left alone, since other runs may need them.
 * @param externalInputs the directory that holds them.
 * @throws RunnerError `bad-usage` for an unknown member, `bad-input` for a run that does not verify.
 */
export async function eraseMember(
  directory: string,
  member: string,
  externalInputs?: string,
): Promise<void> {
  const manifest = manifestOf(directory);
  const members = manifestObject(manifest, 'members');
  const before = erasedOf(directory);
  const isErased = before?.members.some((one) => one.member === member) === true;
  if (!(member in members) && !isErased) {
    throw new RunnerError(
      'bad-usage',
      `--member: got ${JSON.stringify(member)}, expected one of ${Object.keys(members).join(', ')}`,
    );
  }
  if (!isErased) {
    const { ok, findings } = await verify(directory, withInputs(externalInputs));
    if (!ok) {
      throw new RunnerError(
        'bad-input',
        `${directory}: nothing was erased, since the run does not verify: ${findings[0]?.message ?? ''}`,
      );
    }
    writeErased(directory, member, before?.members ?? []);
  }
  redact(directory, member, manifest);
  for (const path of [statementJsonPath(member), statementCsvPath(member)]) {
    rmSync(join(directory, path), { force: true });
  }
}

function writeErased(
  directory: string,
  member: string,
  before: readonly { readonly member: string }[],
): void {
  const statement = readStatement(textOf(directory, statementJsonPath(member)));
  const leaves = statementLeaves({ ...statement, member }, nodeHash).map((leaf, day) => ({
    index: statement.days[day]?.leafIndex,
    hash: toHex(leafHash(nodeHash, leafBytes(leaf))),
  }));
  const document = { schema: ERASED_SCHEMA, members: [...before, { member, leaves }] };
  writeWhole(join(directory, ERASED_JSON), `${canonicalJson(document)}\n`);
}

function redact(directory: string, member: string, manifest: Manifest): void {
  const contract = manifest['contract'] as RedactableContract | undefined;
  const points = new Set(
    (contract?.members ?? [])
      .filter(({ id }) => id === member)
      .flatMap(({ meteringPoints = [] }) => meteringPoints.map(({ id }) => id)),
  );
  const kept = Object.entries(manifestObject(manifest, 'members')).filter(([id]) => id !== member);
  const community = redactedContract(contract, member);
  if (!saysExternalInputs(manifest)) {
    writeWhole(
      join(directory, READINGS_CSV),
      textOf(directory, READINGS_CSV)
        .split('\n')
        .filter((line) => !points.has(line.slice(0, line.indexOf(','))))
        .join('\n'),
    );
    writeWhole(join(directory, COMMUNITY_JSON), canonicalJson(community));
  }
  const redacted = { ...manifest, contract: community, members: Object.fromEntries(kept) };
  writeWhole(join(directory, RUN_JSON), `${JSON.stringify(redacted, null, 2)}\n`);
}

/** The rules without the member: its id stands for what other rules name. */
function redactedContract(contract: RedactableContract | undefined, member: string): object {
  const members = (contract?.members ?? []).filter(({ id }) => id !== member);
  return { ...contract, members };
}
