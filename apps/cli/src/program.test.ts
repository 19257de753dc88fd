import { PassThrough } from 'node:stream';
import { EXIT_BAD_INPUT, EXIT_OK, main } from './index.js';

async function microgrid(...argv: string[]): Promise<{ code: number; out: string; err: string }> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const code = await main(argv, { stdout, stderr });
  const text = (stream: PassThrough): string => ((stream.read() as Buffer | null) ?? '').toString();
  return { code, out: text(stdout), err: text(stderr) };
}

describe('microgrid', () => {
  it('says its version and its exit codes', async () => {
    expect(await microgrid('--version')).toMatchObject({ code: EXIT_OK, out: '0.1.0\n' });
    const { code, out } = await microgrid('--help');
    expect(code).toBe(EXIT_OK);
    expect(out).toContain('a limit ended the work before it');
  });

  it('refuses a command it does not have, at every level, with 2', async () => {
    expect(await microgrid('sing')).toMatchObject({ code: EXIT_BAD_INPUT });
    const { code, err } = await microgrid('petri', 'sing');
    expect(code).toBe(EXIT_BAD_INPUT);
    expect(err).toContain("unknown command 'sing'");
  });
});
