import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** Whether the kernel tells which process holds which socket. */
export const socketsAreKnown = existsSync('/proc/net/tcp');

/** One internet socket of a process. */
export interface ProcessSocket {
  readonly command: string;
  readonly protocol: string;
  /** Addresses as the kernel prints them: hexadecimal, little-endian, `:port`. */
  readonly local: string;
  readonly remote: string;
}

/** Processes below a process, itself not included. */
function descendants(pid: number): number[] {
  const children = tasks(pid).flatMap((task) =>
    text(`/proc/${pid}/task/${task}/children`)
      .split(' ')
      .filter((child) => child !== '')
      .map(Number),
  );
  return children.flatMap((child) => [child, ...descendants(child)]);
}

/** Every internet socket that the processes below `pid` hold now. */
export function socketsBelow(pid: number): ProcessSocket[] {
  const owners = new Map<string, string>();
  for (const child of descendants(pid)) {
    const command = text(`/proc/${child}/cmdline`).replaceAll('\0', ' ').trim();
    for (const inode of socketInodes(child)) owners.set(inode, command);
  }
  return ['tcp', 'tcp6', 'udp', 'udp6'].flatMap((protocol) =>
    table(pid, protocol).flatMap(({ local, remote, inode }) => {
      const command = owners.get(inode);
      return command === undefined ? [] : [{ command, protocol, local, remote }];
    }),
  );
}

/** Whether an address is 127.0.0.0/8 or ::1, or of nobody (the far end of a listening socket). */
export function isLoopback(address: string, nobody = false): boolean {
  const [host = ''] = address.split(':');
  if (/^0+$/.test(host)) return nobody;
  const mapped = /^0{16}FFFF0000(?<v4>.{8})$/.exec(host)?.groups?.['v4'] ?? host;
  return mapped.length === 8 ? mapped.endsWith('7F') : host === '00000000000000000000000001000000';
}

function table(pid: number, protocol: string) {
  return text(`/proc/${pid}/net/${protocol}`)
    .split('\n')
    .slice(1)
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [, local = '', remote = '', , , , , , , inode = ''] = line.trim().split(/\s+/);
      return { local, remote, inode };
    });
}

function socketInodes(pid: number): string[] {
  const folder = `/proc/${pid}/fd`;
  return list(folder).flatMap((fd) => {
    const inode = /^socket:\[(\d+)\]$/.exec(link(`${folder}/${fd}`))?.[1];
    return inode === undefined ? [] : [inode];
  });
}

/** A process may end while it is looked at: then it has nothing. */
function orNothing<T>(look: () => T, nothing: T): T {
  try {
    return look();
  } catch {
    return nothing;
  }
}

const tasks = (pid: number): string[] => list(`/proc/${pid}/task`);
const list = (folder: string): string[] => orNothing(() => readdirSync(folder), []);
const text = (file: string): string => orNothing(() => readFileSync(file, 'utf8'), '');
const link = (file: string): string => orNothing(() => readlinkSync(file), '');
