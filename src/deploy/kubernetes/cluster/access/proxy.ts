/** Connections through the proxy that a kubeconfig names for a cluster (`proxy-url`): HTTP, HTTPS or SOCKS 5. */
import { once } from 'node:events';
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { connect, isIPv4, type Socket } from 'node:net';
import { elementAt } from '../../../../core/element-at.ts';

const PORTS: Readonly<Record<string, number>> = {
  'http:': 80,
  'https:': 443,
  'socks5:': 1080,
  'socks5h:': 1080,
};

/** A socket whose other end is `host`:`port`, as the proxy sees it. Rejects where the proxy does not let us there. */
export function tunnel(proxy: URL, host: string, port: number): Promise<Socket> {
  const at = { host: bare(proxy.hostname), port: Number(proxy.port) || (PORTS[proxy.protocol] ?? 0) };
  const [username, password] = [decodeURIComponent(proxy.username), decodeURIComponent(proxy.password)];
  if (proxy.protocol === 'http:' || proxy.protocol === 'https:') {
    const basic = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
    const headers = username === '' ? {} : { 'proxy-authorization': basic };
    return throughHttp(proxy.protocol, at, `${host}:${port}`, headers);
  }
  if (proxy.protocol.startsWith('socks5')) return throughSocks(at, bare(host), port, username, password);
  return Promise.reject(new Error(`proxy-url is "${proxy.href}", wanted http://, https:// or socks5://`));
}

interface Address {
  readonly host: string;
  readonly port: number;
}

/** An IPv6 address without its brackets. */
const bare = (host: string): string => host.replace(/^\[(.*)\]$/, '$1');

function throughHttp(
  protocol: string,
  at: Address,
  path: string,
  headers: Readonly<Record<string, string>>,
): Promise<Socket> {
  const request = protocol === 'https:' ? requestHttps : requestHttp;
  return new Promise((resolve, reject) => {
    const sent = request({
      ...at,
      method: 'CONNECT',
      path,
      headers: { host: path, ...headers },
      agent: false,
    });
    sent.on('connect', ({ statusCode }, socket, head) => {
      if (statusCode !== 200) {
        socket.destroy();
        reject(new Error(`the proxy ${at.host}:${at.port} answers ${statusCode}`));
        return;
      }
      if (head.length > 0) socket.unshift(head);
      resolve(socket as Socket);
    });
    sent.on('response', ({ statusCode }) => reject(new Error(`the proxy answers ${statusCode}`)));
    sent.on('error', reject);
    sent.end();
  });
}

/** Of RFC 1928: what its answer to a connection may be. */
const SOCKS_REFUSALS = [
  ...['', 'fails', 'does not allow it', 'does not reach the network', 'does not reach the host'],
  ...['is refused there', 'gets no answer', 'does not know the command', 'does not know the kind of address'],
];
const [NO_AUTHENTICATION, BY_PASSWORD] = [0, 2];

/** RFC 1928, and RFC 1929 where there is a user; names are looked up by the proxy. */
async function throughSocks(
  at: Address,
  host: string,
  port: number,
  username: string,
  password: string,
): Promise<Socket> {
  const socket = connect(at);
  await once(socket, 'connect');
  try {
    socket.write(Buffer.from([5, 1, username === '' ? NO_AUTHENTICATION : BY_PASSWORD]));
    const [, method] = await taken(socket, 2);
    if (method === BY_PASSWORD) {
      socket.write(Buffer.concat([Buffer.from([1]), counted(username), counted(password)]));
      if ((await taken(socket, 2))[1] !== 0) throw new Error('the proxy does not know its user');
    } else if (method !== NO_AUTHENTICATION) throw new Error('the proxy wants a user and a password');
    const name = isIPv4(host)
      ? Buffer.from([1, ...host.split('.').map(Number)])
      : Buffer.concat([Buffer.from([3]), counted(host)]);
    socket.write(Buffer.concat([Buffer.from([5, 1, 0]), name, Buffer.from([port >> 8, port & 0xff])]));
    const answer = await taken(socket, 4);
    const [status, kind] = [answer.readUInt8(1), answer.readUInt8(3)];
    if (status !== 0) throw new Error(`the proxy ${SOCKS_REFUSALS[status] ?? `answers ${status}`}`);
    const length = kind === 1 ? 4 : kind === 4 ? 16 : elementAt(await taken(socket, 1), 0);
    await taken(socket, length + 2);
    return socket;
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

function counted(text: string): Buffer {
  const bytes = Buffer.from(text);
  if (bytes.length > 255) throw new Error('a name of more than 255 bytes is none that a proxy can be told');
  return Buffer.concat([Buffer.from([bytes.length]), bytes]);
}

/** The next bytes, as many as are wanted; what comes after them stays. */
async function taken(socket: Socket, length: number): Promise<Buffer> {
  for (;;) {
    const bytes: Buffer | null = socket.read(length);
    if (bytes !== null && bytes.length === length) return bytes;
    if (bytes !== null) socket.unshift(bytes);
    if (socket.readableEnded || socket.destroyed) throw new Error('the proxy has closed the connection');
    await Promise.race([once(socket, 'readable'), once(socket, 'end'), once(socket, 'close')]);
  }
}
