import { statfsSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { UploadQuota } from '../../config/access.ts';
import { PlimsollError } from '../../core/errors.ts';
import type { Clock } from '../../core/ports.ts';
import type { ApiCaller } from '../api/access.ts';

interface Used {
  uploads: number;
  /** Of uploads that have ended. */
  bytes: number;
  readonly coming: Set<Coming>;
}

/** An upload on its way: what it has announced is taken from the day at once, and what it sends beside that as it comes. */
interface Coming {
  readonly announced: number;
  received(): number;
}

const DAY = 86_400_000;
const SECOND = 1000;

/** Called as an upload comes. Throws QUOTA_EXCEEDED, DISK_RESERVED where no more of it is to. */
export type CheckUpload = () => void;

/**
 * What each key has uploaded on this day (UTC) since the control plane began, and what the disk has left: of all uploads
 * together, those that are under way among them.
 */
export class UploadUsage {
  readonly #quota: UploadQuota;
  readonly #dataDir: string;
  readonly #clock: Clock;
  #day = -1;
  /** Bytes of connections that uploads have been counted for. */
  readonly #counted = new WeakMap<Socket, number>();
  /** By name of key; there are at most as many as keys that hold. */
  readonly #used = new Map<string, Used>();

  constructor(quota: UploadQuota, dataDir: string, clock: Clock) {
    this.#quota = quota;
    this.#dataDir = dataDir;
    this.#clock = clock;
  }

  /** Before its body is read. Throws QUOTA_EXCEEDED, DISK_RESERVED. */
  admit({ key }: ApiCaller, request: IncomingMessage): CheckUpload {
    this.#checkDisk();
    if (key === null) return () => this.#checkDisk();
    const used = this.#usedBy(key.name);
    const length = Number(request.headers['content-length'] ?? 0);
    const { perDay } = this.#quota;
    if (used.uploads >= perDay)
      throw this.#over(
        `key "${key.name}" has made ${used.uploads} today`,
        `${perDay} at most`,
        'PLIMSOLL_UPLOADS_PER_DAY (`uploadsPerDay` of plimsoll.yaml)',
      );
    this.#checkBytes(key.name, spentBy(used) + Math.max(1, length));
    used.uploads++;
    const { socket } = request;
    // With its head, behind which the body may have come at once.
    const before = this.#counted.get(socket) ?? 0;
    const coming: Coming = { announced: length, received: () => socket.bytesRead - before };
    used.coming.add(coming);
    request.once('close', () => {
      used.coming.delete(coming);
      used.bytes += coming.received();
      this.#counted.set(socket, socket.bytesRead);
    });
    return () => {
      this.#checkBytes(key.name, spentBy(used));
      this.#checkDisk();
    };
  }

  #checkBytes(name: string, bytes: number): void {
    const { bytesPerDay } = this.#quota;
    if (bytes <= bytesPerDay) return;
    const found = `with it key "${name}" would have sent ${bytes} bytes today`;
    const setting = 'PLIMSOLL_UPLOAD_BYTES_PER_DAY (`uploadBytesPerDay` of plimsoll.yaml)';
    throw this.#over(found, `${bytesPerDay} at most`, setting);
  }

  #usedBy(name: string): Used {
    const day = Math.floor(this.#clock.now() / DAY);
    if (day !== this.#day) this.#used.clear();
    this.#day = day;
    const used = this.#used.get(name) ?? { uploads: 0, bytes: 0, coming: new Set() };
    this.#used.set(name, used);
    return used;
  }

  #over(found: string, wanted: string, setting: string): PlimsollError {
    const now = this.#clock.now();
    const retry = Math.ceil((DAY - (now % DAY)) / SECOND);
    return new PlimsollError('QUOTA_EXCEEDED', { found, wanted, setting, retry });
  }

  #checkDisk(): void {
    const { bavail, blocks } = statfsSync(this.#dataDir);
    const free = blocks === 0 ? 1 : bavail / blocks;
    if (free >= this.#quota.freeShare) return;
    const percent = (share: number): string => (share * 100).toFixed(1);
    throw new PlimsollError('DISK_RESERVED', { free: percent(free), wanted: percent(this.#quota.freeShare) });
  }
}

/** What has come, and of those that are under way what they have announced, too. */
const spentBy = ({ bytes, coming }: Used): number =>
  [...coming].reduce((sum, { announced, received }) => sum + Math.max(announced, received()), bytes);
