import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { GatewayError } from './gateway-error.js';

/** Where a password is. */
export interface SecretSource {
  readonly passwordVariable?: string | undefined;
  readonly passwordFile?: string | undefined;
}

/**
 * The password a configuration points to, undefined where it names none. A file's last line break does
 * not belong to it.
 * @param path where in the configuration it is asked for
 * @throws GatewayError `bad-config`, never with the password
 */
export function passwordOf(
  { passwordVariable, passwordFile }: SecretSource,
  path: string,
  baseFolder: string,
): string | undefined {
  if (passwordVariable !== undefined) {
    const value = process.env[passwordVariable];
    if (value !== undefined && value !== '') return value;
    throw new GatewayError(
      'bad-config',
      `${path}.passwordVariable: the environment has no ${passwordVariable}; set it to the password`,
    );
  }
  if (passwordFile === undefined) return undefined;
  let text: string;
  try {
    text = readFileSync(resolve(baseFolder, passwordFile), 'utf8').replace(/\r?\n$/, '');
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new GatewayError(
      'bad-config',
      `${path}.passwordFile: ${why}; expected a file with the password`,
    );
  }
  if (text !== '') return text;
  throw new GatewayError(
    'bad-config',
    `${path}.passwordFile: ${passwordFile} is empty, expected the password in it`,
  );
}
