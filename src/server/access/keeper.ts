import { existsSync } from 'node:fs';
import { hashOfKey } from '../../control/keys/api-key.ts';
import { formatKnownKeys } from '../../control/keys/known-keys.ts';
import { LocalKeys } from '../../control/keys/local.ts';
import type { KnownKey } from '../../control/keys/port.ts';
import { OutageLog } from '../../control/rollouts/outage-log.ts';
import { messageOf } from '../../core/error-text.ts';
import { PlimsollError } from '../../core/errors.ts';
import type { Clock, Logger } from '../../core/ports.ts';
import { replacePrivateFile } from '../../disk/replace-file.ts';
import { RowDamageLog } from '../../store/row-damage-log.ts';
import type { Store } from '../../store/store.ts';
import { ApiKeyRing } from './keyring.ts';
import { checkKeysFile, keysInEnv, keysPath } from './open.ts';

export interface KeeperOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly dataDir: string;
  /** File of keys besides those of the store, or null. */
  readonly keysFile: string | null;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly logger: Logger;
}

/** How often the store is looked at, in milliseconds: where several share it, not everybody hears of a change at once. */
const LOOK_MILLIS = 5000;

/**
 * Keeps the keys of the store where processes without one find them: in a file that is replaced as a whole, hashes only,
 * for the owner of the data folder alone. What they know last holds while the control plane or the database is down.
 */
export class KeysKeeper {
  readonly keys: LocalKeys;
  readonly #options: KeeperOptions;
  readonly #path: string;
  readonly #others: ApiKeyRing;
  #byHash: ReadonlyMap<string, KnownKey> = new Map();
  #written: string | null = null;
  #timer: NodeJS.Timeout | undefined;
  #unlisten = (): void => undefined;
  /** Writes come one after the other: an older list must not replace a newer one. */
  #last: Promise<void> = Promise.resolve();

  constructor(options: KeeperOptions) {
    const { store, clock, dataDir, keysFile, env, logger } = options;
    this.#options = options;
    this.#path = keysPath(dataDir);
    const files = keysFile === null ? [] : [keysFile];
    this.#others = new ApiKeyRing({ files, fixed: keysInEnv(env), logger });
    const { note } = new RowDamageLog(logger);
    this.keys = new LocalKeys({ store, clock, onChange: () => this.refresh(), onDamaged: note });
  }

  /** Writes what holds, now and whenever it changes. Throws DATA_UNWRITABLE, FILE_NOT_FOUND and what the store throws. */
  async start(): Promise<void> {
    checkKeysFile(this.#options.keysFile);
    await this.#others.follow();
    await this.refresh();
    const { logger } = this.#options;
    const begins = 'Changes of API keys are not seen for the moment: those of before hold on';
    const outage = new OutageLog({ logger, begins, ends: 'Changes of API keys are seen again' });
    const look = (): void => {
      this.refresh().then(
        () => outage.worked(),
        (error: unknown) => outage.failed(error),
      );
    };
    this.#unlisten = this.#options.store.onChange('api_keys', look);
    this.#timer = setInterval(() => {
      // Whoever changes a key of a store that is only ours has it written at once.
      if (!this.#options.store.isAlone || !existsSync(this.#path)) look();
    }, LOOK_MILLIS).unref();
  }

  get size(): number {
    return this.#byHash.size + this.#others.size;
  }

  find(key: string): KnownKey | null {
    return this.#byHash.get(hashOfKey(key)) ?? this.#others.find(key);
  }

  refresh(): Promise<void> {
    const next = this.#last.catch(() => undefined).then(() => this.#write());
    this.#last = next;
    return next;
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#unlisten();
    this.#others.close();
    await this.#last.catch(() => undefined);
  }

  async #write(): Promise<void> {
    const known = await this.keys.known();
    this.#byHash = new Map(known.map((key) => [key.sha256, key]));
    const text = formatKnownKeys(known);
    if (text === this.#written && existsSync(this.#path)) return;
    try {
      replacePrivateFile(this.#path, text, { flush: false });
    } catch (cause) {
      const reason = messageOf(cause);
      throw new PlimsollError('DATA_UNWRITABLE', { path: this.#path, reason }, { cause });
    }
    this.#written = text;
  }
}
