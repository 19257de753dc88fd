import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  documentFactsOf,
  isInvoicingError,
  parseDocumentParties,
  readStatement,
  ublDocument,
  type DocumentParties,
  type DocumentTerms,
  type UblDocument,
} from '@microgrid/invoicing';
import type { StatementV1 } from '@microgrid/events';
import { manifestOf, textOf, type Manifest } from './proof/public-manifest.js';
import { writeWhole } from './proof/write-whole.js';
import { manifestObject } from './run-directory.js';
import { statementJsonPath } from './run-layout.js';
import { RunnerError, systemMessage } from './runner-error.js';

/** Which documents to write. */
export interface UblOptions {
  /** File `microgrid/parties/1`: names, addresses and VAT identifiers of the community and its members. */
  readonly parties: string;
  /** Directory to write: a file per member. */
  readonly to: string;
  /** Day of issue, `YYYY-MM-DD`. */
  readonly issueDate: string;
  /** Day on which it is due; needed where something is to be paid. */
  readonly dueDate?: string;
  /**
   * Number of each document: `{n}` counts members from 1 in order of their ids, `{member}` is the
   * member's id, `{statement}` the statement's. Default `{statement}`.
   */
  readonly number?: string;
  /** Members; none named: all. */
  readonly members?: readonly string[];
}

/** A document that was written, or why there is none. */
export interface WrittenDocument extends Partial<Omit<UblDocument, 'xml'>> {
  readonly member: string;
  /** Absent where the statement has nothing to bill. */
  readonly file?: string;
}

/**
 * Writes a statement's document of EN 16931 in UBL for each member of a run. They are made from
 * settlement statements: nobody issues a fiscal invoice by it. All are made before the first is written.
 * @throws RunnerError `not-a-run`, `bad-usage`, `bad-input` naming place, value and expectation,
 *   `bad-output`; InvoicingError `missing-data` for a file of parties that is none.
 */
export function ublDocuments(directory: string, options: UblOptions): WrittenDocument[] {
  const manifest = manifestOf(directory);
  const known = Object.keys(manifestObject(manifest, 'members')).sort();
  const members = options.members ?? known;
  const stranger = members.find((member) => !known.includes(member));
  if (stranger !== undefined) {
    throw new RunnerError(
      'bad-usage',
      `--member: got ${JSON.stringify(stranger)}, expected one of ${known.join(', ')}`,
    );
  }
  const number = numbering(options.number ?? '{statement}', members.length);
  const parties = readDocumentParties(options.parties);
  const { issueDate, dueDate } = options;
  const documents = members.map((member) => {
    const statement = statementOf(directory, manifest, member);
    const terms: DocumentTerms = {
      number: number(statement, known.indexOf(member) + 1),
      issueDate,
      ...(dueDate !== undefined && { dueDate }),
    };
    const zone = String(manifest['timeZone']);
    return { member, document: documentOf(statement, parties, terms, zone, options.parties) };
  });
  makeDirectory(options.to);
  return documents.map(({ member, document }) => {
    if (document === undefined) return { member };
    const { xml, ...about } = document;
    const file = join(options.to, `${member}.xml`);
    writeWhole(file, xml);
    return { member, file, ...about };
  });
}

/** A number for each document, none twice. */
function numbering(template: string, count: number): (statement: StatementV1, n: number) => string {
  const names = [...template.matchAll(/\{([^{}]*)\}/g)].map(([, name]) => name ?? '');
  const strange = names.find((name) => !['n', 'member', 'statement'].includes(name));
  if (strange !== undefined || (count > 1 && names.length === 0) || template.trim() === '') {
    throw new RunnerError(
      'bad-usage',
      `--number: got ${JSON.stringify(template)}, expected a text with {n}, {member} or {statement} in it, so that no number is given twice`,
    );
  }
  return ({ member, id }, n) =>
    template
      .replaceAll('{n}', String(n))
      .replaceAll('{member}', member)
      .replaceAll('{statement}', id);
}

function readDocumentParties(path: string): DocumentParties {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new RunnerError(
      'bad-input',
      `--parties: ${path}: ${systemMessage(error)}; expected a file microgrid/parties/1 (JSON)`,
    );
  }
  return parseDocumentParties(value, path);
}

/** A member's statement, as the run wrote it. */
function statementOf(directory: string, manifest: Manifest, member: string): StatementV1 {
  const path = statementJsonPath(member);
  const text = textOf(directory, path);
  const wanted = manifestObject(manifestObject(manifest, 'files'), path)['sha256'];
  const found = createHash('sha256').update(text).digest('hex');
  if (found === wanted) return readStatement(text, path);
  throw new RunnerError(
    'bad-input',
    `${directory}: ${path}: SHA-256: got ${found}, expected ${String(wanted)} of run.json; run: microgrid-settle verify ${directory}`,
  );
}

/** The document of a statement; undefined where there is nothing to bill. */
function documentOf(
  statement: StatementV1,
  parties: DocumentParties,
  terms: DocumentTerms,
  timeZone: string,
  source: string,
): UblDocument | undefined {
  const { member } = statement;
  if (statement.lines.every(isNothing)) return undefined;
  try {
    return ublDocument(statement, documentFactsOf(parties, statement, terms), timeZone);
  } catch (error) {
    if (!isInvoicingError(error)) throw error;
    const message = error.message
      .replace(/^(?:document|parties): /, '')
      .replaceAll(/\bseller\./g, 'community.')
      .replaceAll(/\bbuyer\./g, `members.${member}.`)
      .replace(/^(energyVat|chargesWithoutVat)\b/, 'documents.$1')
      .replace(/^dueDate\b/, '--due-date')
      .replace(/^issueDate\b/, '--issue-date')
      .replace(/^number\b/, '--number');
    throw new RunnerError('bad-input', `${source}: document of ${member}: ${message}`);
  }
}

function isNothing({
  line,
  energyMilliwattHours,
  amountPico,
}: StatementV1['lines'][number]): boolean {
  // VAT and rounding are of other lines; energy that was given away has no money.
  return (
    ['vat', 'rounding', 'assignedOut'].includes(line) ||
    (energyMilliwattHours === '0' && amountPico === '0')
  );
}

function makeDirectory(path: string): void {
  try {
    mkdirSync(path, { recursive: true });
  } catch (error) {
    throw new RunnerError('bad-output', `--to: ${path}: cannot be made: ${systemMessage(error)}`);
  }
}
