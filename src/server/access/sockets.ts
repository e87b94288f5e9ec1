/**
 * Sockets as Linux lists them in /proc/net/tcp and /proc/net/tcp6 (Documentation/networking/proc_net_tcp.rst), to tell whose
 * the other end of a connection on this machine is. Pure.
 */

export interface SocketEndpoint {
  /** As sockets name it: `127.0.0.1`, `::1`, `::ffff:127.0.0.1`. */
  readonly address: string;
  readonly port: number;
}

/** Of a socket that is connected. All others have no process that could be asked for: of those the kernel says uid 0. */
const ESTABLISHED = '01';
const MAPPED = '::ffff:';

/**
 * The user id of the socket from `local` to `remote` in a list, or null where there is none that is connected and that a
 * process has open. A socket that its process has closed is listed as root's: it must not speak for root.
 */
export function userOfSocket(
  list: string,
  local: SocketEndpoint,
  remote: SocketEndpoint,
  isLittle: boolean,
): number | null {
  for (const ipv6 of [false, true]) {
    const [from, to] = [listed(local, ipv6, isLittle), listed(remote, ipv6, isLittle)];
    if (from === null || to === null) continue;
    const at = list.indexOf(` ${from} ${to} ${ESTABLISHED} `);
    if (at < 0) continue;
    const end = list.indexOf('\n', at);
    // sl local remote st tx:rx tr:when retrnsmt uid timeout inode …
    const fields = list
      .slice(at, end < 0 ? undefined : end)
      .trim()
      .split(/\s+/);
    const [uid, inode] = [Number(fields[6]), Number(fields[8])];
    if (Number.isSafeInteger(uid) && inode > 0) return uid;
  }
  return null;
}

/** An endpoint as it is listed: words of 32 bits as the processor keeps them, in hexadecimal. */
function listed({ address, port }: SocketEndpoint, ipv6: boolean, isLittle: boolean): string | null {
  const plain = address.startsWith(MAPPED) ? address.slice(MAPPED.length) : address;
  const ipv4 = /^(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(plain)?.slice(1).map(Number);
  const bytes = ipv4
    ? ipv6
      ? [...MAPPED_PREFIX, ...ipv4]
      : ipv4
    : ipv6 && plain === '::1'
      ? LOOPBACK
      : null;
  if (bytes === null) return null;
  const words = Array.from({ length: bytes.length / 4 }, (_, k) => bytes.slice(4 * k, 4 * k + 4));
  const hex = words.flatMap((word) => (isLittle ? word.toReversed() : word)).map(twoDigits);
  return `${hex.join('')}:${port.toString(16).toUpperCase().padStart(4, '0')}`;
}

const twoDigits = (byte: number): string => byte.toString(16).toUpperCase().padStart(2, '0');
const MAPPED_PREFIX = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff];
const LOOPBACK = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];

/**
 * Whether a user id means one user alone. In a user namespace all users that it does not know are shown as one
 * (user_namespaces(7)), `overflow`; `map` is /proc/self/uid_map.
 */
export const isOneUser = (uid: number, overflow: number, map: string): boolean =>
  uid !== overflow || /^\s*0\s+0\s+4294967295\s*$/.test(map);
