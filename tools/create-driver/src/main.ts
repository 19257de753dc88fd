import { fileURLToPath } from 'node:url';
import { Command, Option } from 'commander';
import { createDriver, CreateDriverError, type CreateDriverOptions } from './create-driver.js';

const TEMPLATES = fileURLToPath(new URL('../templates', import.meta.url));

type Flags = Omit<CreateDriverOptions, 'name'>;

const program = new Command('create-driver')
  .description('Writes a driver package that builds and passes the conformance kit.')
  .argument('<name>', 'name of the package, as in heat-pump or @acme/heat-pump')
  .addOption(
    new Option('--kind <kind>', 'a declarative Modbus profile, or code')
      .choices(['code', 'profile'])
      .default('code'),
  )
  .option('--folder <path>', 'where to write it; default: a folder of its name here')
  .option('--licence <spdx>', 'licence of the package', 'Apache-2.0')
  .option('--author <name>', 'whose copyright it is', 'the authors')
  .showHelpAfterError()
  .action((name: string, flags: Flags) => {
    const { folder, files } = createDriver({ ...flags, name }, TEMPLATES);
    console.log(`${folder}: ${files.length} files. Next: cd ${folder} && npm install && npm test`);
  });

try {
  program.parse();
} catch (error) {
  if (!(error instanceof CreateDriverError)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}
