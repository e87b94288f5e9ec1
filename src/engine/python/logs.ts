import { closeSync, fstatSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Logger } from '../../core/ports.ts';

export interface VersionLogOptions {
  readonly dataDir: string;
  readonly model: string;
  readonly version: number;
  readonly logger?: Logger | undefined;
  /** Bytes of a file; then it becomes `….log.1`, in the place of the one before. @default {10 MiB} */
  readonly maxBytes?: number | undefined;
}

const MAX_BYTES = 10 * 1024 * 1024;

/** `DATA/logs/python/<model>@<version>.log` */
export const versionLogPath = (dataDir: string, model: string, version: number): string =>
  join(dataDir, 'logs', 'python', `${encodeURIComponent(model)}@${version}.log`);

/**
 * What the workers of one version write: each line with time, process and stream, in a file of bounded size and to the
 * logger. A file that cannot be written to costs the lines, never a request. Lines are few (`lines.ts`), so they are
 * written at once: the last words of a process that dies are the ones that are wanted.
 */
export class VersionLog {
  readonly #options: VersionLogOptions;
  readonly #path: string;
  #file: number | null = null;
  #bytes = 0;
  #hasFailed = false;

  constructor(options: VersionLogOptions) {
    this.#options = options;
    this.#path = versionLogPath(options.dataDir, options.model, options.version);
  }

  /** The `log` of `createPythonEngine`. */
  readonly write = (line: string, stream: 'stdout' | 'stderr', pid: number): void => {
    const { model, version, logger } = this.#options;
    logger?.info({ model, version, pid, stream }, line);
    if (this.#hasFailed) return;
    try {
      this.#append(Buffer.from(`${new Date().toISOString()} ${pid} ${stream} ${line}\n`));
    } catch (error) {
      this.#hasFailed = true;
      logger?.warn({ model, version, error: String(error) }, 'cannot write the log of a version');
    }
  };

  close(): void {
    if (this.#file !== null) closeSync(this.#file);
    this.#file = null;
  }

  #append(bytes: Uint8Array): void {
    const { maxBytes = MAX_BYTES } = this.#options;
    this.#file ??= this.#open();
    if (this.#bytes > 0 && this.#bytes + bytes.length > maxBytes) {
      this.close();
      renameSync(this.#path, `${this.#path}.1`);
      this.#file = this.#open();
    }
    this.#bytes += writeSync(this.#file, bytes);
  }

  #open(): number {
    mkdirSync(dirname(this.#path), { recursive: true });
    const file = openSync(this.#path, 'a', 0o600);
    this.#bytes = fstatSync(file).size;
    return file;
  }
}
