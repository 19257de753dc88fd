import { configFields, type Device, type SecretPath } from '@microgrid/devices';
import { commandTo, twoSetPoints } from './commands.js';
import { broken } from './found.js';
import { KitCase } from './kit-case.js';
import { quietLine, readDue, type QuietLine } from './quiet-line.js';

/** Names of fields that are secrets whatever their author thought. */
const SECRETIVE =
  /(?:^|[a-z_-])(?:password|passwd|passphrase|secret|token|api_?key|credentials?|private_?key)$/i;

/** A value nobody else says. */
const MARK = 'k1t-S3cret-9f27ce';

type Data = Record<string, unknown>;

/** A copy of a configuration with another value at a path; no `*` steps. */
function withValue(config: unknown, [step, ...rest]: SecretPath, value: unknown): unknown {
  if (step === undefined) return value;
  const data = typeof config === 'object' && config !== null ? (config as Data) : {};
  return { ...data, [step]: withValue(data[step], rest, value) };
}

/** The configuration with marked secrets wherever the schema takes them. */
function markedConfig(kit: KitCase): { readonly config: unknown; readonly marks: number } {
  let { config } = kit;
  let marks = 0;
  for (const path of kit.driver.secrets) {
    if (path.includes('*')) continue;
    const tried = withValue(config, path, MARK);
    if (!kit.driver.config.safeParse(tried).success) continue;
    config = tried;
    marks += 1;
  }
  return { config, marks };
}

/** Everything a driver says through its contract and beside it. */
class Heard {
  private readonly restore: (() => void)[] = [];
  readonly texts: { readonly where: string; readonly text: string }[] = [];

  add(where: string, value: unknown): void {
    const text =
      value instanceof Error
        ? `${value.message} ${value.stack ?? ''} ${String(value.cause)} ${JSON.stringify(value)}`
        : ((JSON.stringify(value) as string | undefined) ?? '');
    this.texts.push({ where, text });
  }

  /** Listens to the console too, which no driver should use. */
  listen(): void {
    for (const level of ['log', 'info', 'warn', 'error', 'debug'] as const) {
      const said = console[level].bind(console);
      console[level] = (...words: unknown[]) => {
        this.texts.push({ where: `console.${level}`, text: words.map(String).join(' ') });
      };
      this.restore.push(() => {
        console[level] = said;
      });
    }
  }

  end(): void {
    for (const restore of this.restore.splice(0)) restore();
  }
}

async function exercise(line: QuietLine, device: Device, heard: Heard): Promise<void> {
  const { world } = line;
  device.points$.subscribe((readings) => {
    heard.add('points$', readings);
  });
  heard.add('read', await readDue(world, device));
  heard.add('description', device.description);
  heard.add('safety', device.safety());
  for (const control of device.description.controls) {
    const command = commandTo(world, control.id, twoSetPoints(device, control)[0]);
    heard.add('command', await device.command(command));
  }
  for (const fault of ['silent', 'unreachable'] as const) {
    line.setFault(fault);
    heard.add(`read of a device that is ${fault}`, await readDue(world, device));
    await device.release();
  }
  line.setFault('none');
  line.http?.setFault({ kind: 'status', status: 401 });
  heard.add('read of a device that refuses', await readDue(world, device));
  line.http?.setFault({ kind: 'none' });
  await device.close();
}

/** No secret is said, neither in good days nor in bad ones. */
export async function checkSecrets(kit: KitCase): Promise<void> {
  const unmarked = configFields(kit.driver.config).find(
    ({ path, secret }) => !secret && SECRETIVE.test(path.at(-1) ?? ''),
  );
  if (unmarked !== undefined) {
    broken('secrets', `config.${unmarked.path.join('.')}`, 'a plain field', 'secret(…) around it');
  }
  const { config, marks } = markedConfig(kit);
  const heard = new Heard();
  const marked = new KitCase(kit.driver, { ...kit.options, config });
  const line = quietLine(marked);
  const run = async (where: string, work: () => Promise<unknown>): Promise<void> => {
    try {
      heard.add(where, await work());
    } catch (error) {
      heard.add(where, error);
    }
  };
  heard.listen();
  try {
    await run('probe', () => kit.driver.probe(line.context(), config));
    await run('life', async () => exercise(line, await line.open(), heard));
    for (const path of kit.driver.secrets.filter((one) => !one.includes('*'))) {
      const wrong = withValue(config, path, { [MARK]: MARK });
      await run('a wrong secret', () => kit.driver.open(line.context(), wrong));
      const misspelt = withValue(config, [...path.slice(0, -1), `${path.at(-1) ?? ''}Z`], MARK);
      await run('a misspelt secret', () => kit.driver.open(line.context(), misspelt));
    }
  } finally {
    heard.end();
  }
  heard.add('log', line.world.logs.lines);
  heard.add('store', [...line.world.store.values]);
  const leak = heard.texts.find(({ text }) => text.includes(MARK));
  if (leak !== undefined && marks > 0) {
    broken('secrets', leak.where, leak.text.replaceAll(MARK, '<the secret>').slice(0, 200), '***');
  }
}
