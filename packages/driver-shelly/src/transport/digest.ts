import { createHash } from 'node:crypto';

/** What a device asks to be answered (RFC 7616). */
export interface DigestChallenge {
  readonly realm: string;
  readonly nonce: string;
  /** `SHA-256` on Shelly devices; `MD5` is refused. */
  readonly algorithm: string;
  readonly opaque?: string;
}

/** Who answers. The user of a Shelly device is always `admin`. */
export interface DigestCredentials {
  readonly user: string;
  readonly password: string;
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Reads a `WWW-Authenticate` header; undefined for another scheme or algorithm. */
export function parseChallenge(header: string | undefined): DigestChallenge | undefined {
  if (header === undefined || !/^digest\s/i.test(header)) return undefined;
  const fields = new Map<string, string>();
  for (const match of header.matchAll(/(\w+)=(?:"((?:[^"\\]|\\.)*)"|([^\s,]+))/g)) {
    fields.set(
      (match[1] ?? '').toLowerCase(),
      (match[2] ?? match[3] ?? '').replaceAll(/\\(.)/g, '$1'),
    );
  }
  const [realm, nonce, algorithm] = ['realm', 'nonce', 'algorithm'].map((name) => fields.get(name));
  if (realm === undefined || nonce === undefined) return undefined;
  if (algorithm?.toUpperCase() !== 'SHA-256') return undefined;
  const opaque = fields.get('opaque');
  return { realm, nonce, algorithm: 'SHA-256', ...(opaque === undefined ? {} : { opaque }) };
}

/** The response to a challenge with quality of protection `auth`. */
export function digestResponse(
  challenge: DigestChallenge,
  { user, password }: DigestCredentials,
  request: { readonly method: string; readonly uri: string },
  nc: string,
  cnonce: string,
): string {
  const a1 = sha256(`${user}:${challenge.realm}:${password}`);
  const a2 = sha256(`${request.method}:${request.uri}`);
  return sha256(`${a1}:${challenge.nonce}:${nc}:${cnonce}:auth:${a2}`);
}

/** The `Authorization` header of a request. @param count how often this nonce was used, from 1 */
export function authorization(
  challenge: DigestChallenge,
  credentials: DigestCredentials,
  request: { readonly method: string; readonly uri: string },
  count: number,
  cnonce: string,
): string {
  const nc = count.toString(16).padStart(8, '0');
  const response = digestResponse(challenge, credentials, request, nc, cnonce);
  const quoted = (text: string): string => `"${text.replaceAll(/["\\]/g, '\\$&')}"`;
  const fields = [
    `username=${quoted(credentials.user)}`,
    `realm=${quoted(challenge.realm)}`,
    `nonce=${quoted(challenge.nonce)}`,
    `uri=${quoted(request.uri)}`,
    `response=${quoted(response)}`,
    `cnonce=${quoted(cnonce)}`,
    `nc=${nc}`,
    'qop=auth',
    `algorithm=${challenge.algorithm}`,
    ...(challenge.opaque === undefined ? [] : [`opaque=${quoted(challenge.opaque)}`]),
  ];
  return `Digest ${fields.join(', ')}`;
}

/** What stands for method and address inside a stream, where there are none. */
export const STREAM_REQUEST = { method: 'dummy_method', uri: 'dummy_uri' } as const;

/** The `auth` member of a frame on a stream. */
export function frameAuth(
  challenge: DigestChallenge,
  credentials: DigestCredentials,
  count: number,
  cnonce: string,
): Readonly<Record<string, string | number>> {
  const nc = String(count);
  return {
    realm: challenge.realm,
    username: credentials.user,
    // The device states its nonce as a number, and compares numbers.
    nonce: Number.isSafeInteger(Number(challenge.nonce))
      ? Number(challenge.nonce)
      : challenge.nonce,
    cnonce,
    nc: count,
    response: digestResponse(challenge, credentials, STREAM_REQUEST, nc, cnonce),
    algorithm: challenge.algorithm,
  };
}
