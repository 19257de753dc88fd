import type { Command } from 'commander';
import { formatMoney } from '@microgrid/units';
import { manifestOf } from './proof/public-manifest.js';
import { ublDocuments, type UblOptions, type WrittenDocument } from './ubl-documents.js';

/** Adds the command `ubl` to a program. */
export function addUbl(command: Command, { write }: { write: (text: string) => void }): void {
  command
    .command('ubl')
    .description(
      "write each member's statement as a document of EN 16931 (UBL 2.1), to be issued elsewhere",
    )
    .argument('<directory>', 'directory that run wrote')
    .requiredOption('--parties <file>', 'names, addresses and VAT of community and members (JSON)')
    .requiredOption('--to <directory>', 'directory to write: one file per member')
    .requiredOption('--issue-date <date>', 'day of issue, YYYY-MM-DD')
    .option('--due-date <date>', 'day on which it is due; needed where something is to be paid')
    .option(
      '--number <text>',
      'number of each document, with {n}, {member} or {statement} in it',
      '{statement}',
    )
    .option('--member <id...>', 'only these members (default: all)')
    .addHelpText(
      'after',
      '\nThe documents are made from settlement statements. They are not fiscal invoices, and this program issues none.',
    )
    .action(
      (directory: string, { member, ...options }: UblOptions & { readonly member?: string[] }) => {
        const currency = String(manifestOf(directory)['currency']);
        const written = ublDocuments(directory, { ...options, ...(member && { members: member }) });
        for (const one of written) write(`${documentLine(one, currency)}\n`);
      },
    );
}

function documentLine(
  { member, file, type, payablePico = 0n, differencePico = 0n }: WrittenDocument,
  currency: string,
): string {
  if (file === undefined) return `${member}: nothing to bill, no document`;
  const more =
    differencePico === 0n
      ? 'as the statement says'
      : `${differencePico > 0n ? '+' : ''}${formatMoney(differencePico)} to the statement, for VAT it does not have and its rounding`;
  return `${file}: ${type ?? ''} of ${member}, ${formatMoney(payablePico)} ${currency} (${more})`;
}
