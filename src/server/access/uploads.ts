import { statfsSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import type { UploadQuota } from '../../config/access.ts';
import { PlimsollError } from '../../core/errors.ts';
import type { Clock } from '../../core/ports.ts';
import type { Caller } from '../api/access.ts';

interface Used {
  uploads: number;
  bytes: number;
}

const DAY = 86_400_000;
const SECOND = 1000;

/**
 * What each key has uploaded on this day (UTC) since the control plane began, and what the disk has left. Sizes of single
 * files are bounded where they are staged; the last upload of a day may go over by as much.
 */
export class Uploads {
  readonly #quota: UploadQuota;
  readonly #dataDir: string;
  readonly #clock: Clock;
  #day = -1;
  /** By name of key; there are at most as many as keys that hold. */
  readonly #used = new Map<string, Used>();

  constructor(quota: UploadQuota, dataDir: string, clock: Clock) {
    this.#quota = quota;
    this.#dataDir = dataDir;
    this.#clock = clock;
  }

  /** Before its body is read. Throws QUOTA_EXCEEDED, DISK_RESERVED. */
  admit({ key }: Caller, request: IncomingMessage): void {
    this.#checkDisk();
    if (key === null) return;
    const used = this.#usedBy(key.name);
    const length = Number(request.headers['content-length'] ?? 0);
    const { perDay, bytesPerDay } = this.#quota;
    if (used.uploads >= perDay)
      throw this.#over(
        `key "${key.name}" has made ${used.uploads} today`,
        `${perDay} at most`,
        'uploads-per-day',
      );
    if (used.bytes + length > bytesPerDay || used.bytes >= bytesPerDay)
      throw this.#over(
        `with it key "${key.name}" would have sent ${used.bytes + length} bytes today`,
        `${bytesPerDay} at most`,
        'upload-bytes-per-day',
      );
    used.uploads++;
    // What came says more than what was announced.
    const { socket } = request;
    const before = socket.bytesRead;
    request.once('close', () => {
      used.bytes += socket.bytesRead - before;
    });
  }

  #usedBy(name: string): Used {
    const day = Math.floor(this.#clock.now() / DAY);
    if (day !== this.#day) this.#used.clear();
    this.#day = day;
    const used = this.#used.get(name) ?? { uploads: 0, bytes: 0 };
    this.#used.set(name, used);
    return used;
  }

  #over(found: string, wanted: string, setting: string): PlimsollError {
    const now = this.#clock.now();
    const retry = Math.ceil((DAY - (now % DAY)) / SECOND);
    return new PlimsollError('QUOTA_EXCEEDED', { found, wanted, setting: `--${setting}`, retry });
  }

  #checkDisk(): void {
    const { bavail, blocks } = statfsSync(this.#dataDir);
    const free = blocks === 0 ? 1 : bavail / blocks;
    if (free >= this.#quota.freeShare) return;
    const percent = (share: number): string => (share * 100).toFixed(1);
    throw new PlimsollError('DISK_RESERVED', { free: percent(free), wanted: percent(this.#quota.freeShare) });
  }
}
