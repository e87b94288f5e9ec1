/** Whose program is at the other end of a connection over loopback, as the kernel knows it. */
import { readFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { endianness } from 'node:os';
import { isLoopbackAddress } from '../../config/access.ts';
import { isOneUser, type SocketEndpoint, userOfSocket } from './sockets.ts';

/** `owner`: the user that runs this server, or root. `other`: somebody else. `unknown`: the kernel does not say. */
export type PeerUser = 'owner' | 'other' | 'unknown';

const ROOT = 0;
const OVERFLOW = '/proc/sys/kernel/overflowuid';
const MAP = '/proc/self/uid_map';

export class PeerUsers {
  /** One look a connection: its other end stays with the program that has made it. */
  readonly #known = new WeakMap<Socket, Promise<PeerUser>>();
  readonly #lists = ['/proc/net/tcp', '/proc/net/tcp6'].map((path) => new List(path));
  /** What does not change while this process lives. */
  #space: Promise<readonly [overflow: string, map: string]> | null = null;

  /** Of a connection from this machine; null of one from elsewhere. Never rejects. */
  of(socket: Socket): Promise<PeerUser> | null {
    const { remoteAddress } = socket;
    if (remoteAddress === undefined || !isLoopbackAddress(remoteAddress)) return null;
    const known = this.#known.get(socket) ?? this.#look(socket).catch((): PeerUser => 'unknown');
    this.#known.set(socket, known);
    return known;
  }

  async #look(socket: Socket): Promise<PeerUser> {
    const own = process.getuid?.();
    const here = { address: socket.localAddress, port: socket.localPort } as SocketEndpoint;
    const there = { address: socket.remoteAddress, port: socket.remotePort } as SocketEndpoint;
    if (own === undefined || here.address === undefined) return 'unknown';
    // A list is read in pieces: where sockets come and go meanwhile, one may be missed.
    const uid = (await this.#find(there, here)) ?? (await this.#find(there, here));
    if (uid === null) return 'unknown';
    if (uid !== own && uid !== ROOT) return 'other';
    return (await this.#isOne(uid)) ? 'owner' : 'unknown';
  }

  async #find(local: SocketEndpoint, remote: SocketEndpoint): Promise<number | null> {
    for (const list of this.#lists) {
      const uid = userOfSocket(await list.read(), local, remote, endianness() === 'LE');
      if (uid !== null) return uid;
    }
    return null;
  }

  async #isOne(uid: number): Promise<boolean> {
    this.#space ??= Promise.all([readFile(OVERFLOW, 'utf8'), readFile(MAP, 'utf8')]);
    const [overflow, map] = await this.#space;
    return isOneUser(uid, Number(overflow), map);
  }
}

/** Reads of a list come one after the other, however many ask: each costs the kernel a walk over all sockets. */
class List {
  readonly #path: string;
  /** One that is to begin once the one before is done: it has every connection that was there when it was asked for. */
  #next: Promise<string> | null = null;
  #last: Promise<unknown> = Promise.resolve();

  constructor(path: string) {
    this.#path = path;
  }

  /** Empty where there is no such list. */
  read(): Promise<string> {
    if (this.#next !== null) return this.#next;
    const next = this.#last.then(() => {
      this.#next = null;
      return readFile(this.#path, 'latin1').catch(() => '');
    });
    this.#next = next;
    this.#last = next;
    return next;
  }
}
