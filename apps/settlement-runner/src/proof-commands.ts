import type { Command } from 'commander';
import { bundle, type BundleOptions } from './proof/bundle.js';
import { eraseMember } from './proof/erase.js';
import { signRun, type SignOptions } from './proof/sign-run.js';
import { EXTERNAL_INPUTS_OPTION } from './input-place.js';

/** What the commands about proofs need from where they run. */
export interface ProofSurroundings {
  readonly write: (text: string) => void;
  /** The built page that checks a bundle. */
  readonly verifyPage: string;
}

/** Adds `sign`, `bundle` and `erase`. */
export function addProofCommands(command: Command, { write, verifyPage }: ProofSurroundings): void {
  command
    .command('sign')
    .description('verify a run, sign its result as the settlement operator and enter it in a log')
    .argument('<directory>', 'directory that run wrote')
    .requiredOption('--key <file>', "the operator's key file (mode 0600); made when there is none")
    .option('--log <directory>', 'log of the runs of this community; made when there is none')
    .option(...EXTERNAL_INPUTS_OPTION)
    .action(async (directory: string, options: SignOptions) => {
      const { head, log } = await signRun(directory, options);
      write(`signed by ${head.publicKey}\nroot ${head.merkleRoot}, ${head.leafCount} leaves\n`);
      if (log !== undefined) write(`log of ${log.head.size} runs, root ${log.head.root}\n`);
    });

  command
    .command('bundle')
    .description(
      'write what a member needs to check a signed run alone, with the page that does it',
    )
    .argument('<directory>', 'directory that run wrote and sign signed')
    .requiredOption('--to <directory>', 'directory to write: a folder per member')
    .option('--member <id...>', 'only these members (default: all)')
    .option('--log <directory>', 'log of runs, to prove that the run stands in it')
    .option(
      '--since <size>',
      'prove that the first SIZE runs of the log are still the same',
      Number,
    )
    .option(...EXTERNAL_INPUTS_OPTION)
    .action(
      (
        directory: string,
        {
          member = [],
          ...options
        }: Omit<BundleOptions, 'members' | 'verifyPage'> & { member?: string[] },
      ) => {
        const folders = bundle(directory, { ...options, members: member, verifyPage });
        for (const folder of folders) write(`${folder}\n`);
      },
    );

  command
    .command('erase')
    .description(
      "remove a member's values from a run for good and tell what stays; the others' proofs still hold",
    )
    .argument('<directory>', 'directory that run wrote')
    .requiredOption('--member <id>', 'member of the community')
    .option(...EXTERNAL_INPUTS_OPTION)
    .action(async (directory: string, options: { member: string; externalInputs?: string }) => {
      const { removed, rewritten, pseudonyms, rest } = await eraseMember(
        directory,
        options.member,
        options.externalInputs,
      );
      write(`erased ${options.member} from ${directory}\n`);
      if (removed.length > 0) write(`removed: ${removed.join(', ')}\n`);
      if (rewritten.length > 0) {
        const names = [...pseudonyms].map(([id, name]) => `${id} as ${name}`).join(', ');
        write(`rewritten without it: ${rewritten.join(', ')}\n`);
        write(`where other rules name it: ${names}\n`);
      }
      for (const { where, what } of rest) write(`stays: ${where}: ${what}\n`);
      write(
        'not in this directory: other versions and copies of the run, bundles that were given out, and payment files\n',
      );
    });
}
