import { createPublicKey } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { CommandError, isSystemError } from '../command-error.js';

/** DER of a key file: PEM, DER, or DER as hexadecimal or Base64 text as chargers print it. */
function keyBytes(content: Buffer, file: string): Uint8Array {
  const text = content.toString('latin1').trim();
  if (text.startsWith('-----BEGIN')) {
    try {
      return createPublicKey(text).export({ type: 'spki', format: 'der' });
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      throw new CommandError('input', `${file}: got a PEM that is no public key (${message})`);
    }
  }
  if (/^(?:[0-9A-Fa-f]{2})+$/.test(text)) return Buffer.from(text, 'hex');
  if (/^[A-Za-z0-9+/\s]+={0,2}$/.test(text)) return Buffer.from(text, 'base64');
  if (content[0] === 0x30 || content[0] === 0x04) return content;
  throw new CommandError(
    'input',
    `${file}: expected a public key as PEM, DER, hexadecimal or Base64 text`,
  );
}

/** Public keys by meter serial: `serial=file`, or `file` for every meter. @throws CommandError. */
export async function publicKeys(options: readonly string[]): Promise<Map<string, Uint8Array>> {
  const keys = new Map<string, Uint8Array>();
  for (const option of options) {
    const at = option.indexOf('=');
    const [serial, file] = at < 0 ? ['*', option] : [option.slice(0, at), option.slice(at + 1)];
    try {
      keys.set(serial, keyBytes(await readFile(file), file));
    } catch (error) {
      if (!isSystemError(error)) throw error;
      throw new CommandError('file', `${file}: cannot be read: ${error.message}`);
    }
  }
  return keys;
}
