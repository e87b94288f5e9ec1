/** The overrides that hold here, kept over restarts in a small file of the data folder where the disk lets it. */
import { randomUUID } from 'node:crypto';
import type { Clock, Logger } from '../../core/ports.ts';
import type { EndpointRow } from '../../store/store.ts';
import { type NewOverride, overrideApplies, type RouteOverride, withOverride } from './route-override.ts';
import type { SlotFile } from './slot-file.ts';

export interface RouteOverridesOptions {
  readonly clock: Pick<Clock, 'now'>;
  readonly logger: Logger;
  /** Where they are kept; null where nothing survives this process. */
  readonly file: Pick<SlotFile, 'read' | 'write' | 'reserve'> | null;
}

/** Most characters of a reason that are kept. */
const REASON_MAX = 300;

export class RouteOverrides {
  readonly #options: RouteOverridesOptions;
  #all: readonly RouteOverride[];
  #revision = 0;

  /** Reads what is kept. Never throws. */
  constructor(options: RouteOverridesOptions) {
    this.#options = options;
    this.#all = (options.file?.read() ?? []) as readonly RouteOverride[];
  }

  /** Takes the place on the disk for more. Never throws. */
  reserve(): void {
    this.#attempt('Flips towards stable will not survive this process while the store is away', () =>
      this.#options.file?.reserve(),
    );
  }

  get all(): readonly RouteOverride[] {
    return this.#all;
  }

  /** Grows with every change. */
  get revision(): number {
    return this.#revision;
  }

  of(endpoint: string): RouteOverride | null {
    return this.#all.find((override) => override.endpoint === endpoint) ?? null;
  }

  /** The endpoint as it answers: with the override that applies to it, if any does. */
  over(row: EndpointRow): EndpointRow {
    const override = this.of(row.name);
    return override !== null && overrideApplies(override, row) ? withOverride(row, override) : row;
  }

  /** Keeps one, in place of an earlier one of the endpoint; whether it survives this process. */
  add(given: NewOverride): boolean {
    const { clock } = this.#options;
    const reason = given.reason.slice(0, REASON_MAX);
    const override = { ...given, reason, id: randomUUID(), at: Math.floor(clock.now()) };
    const others = this.#all.filter(({ endpoint }) => endpoint !== given.endpoint);
    return this.#replace([...others, override]);
  }

  /** It has been written down, or overtaken. */
  drop(id: string): void {
    this.#replace(this.#all.filter((override) => override.id !== id));
  }

  #replace(all: readonly RouteOverride[]): boolean {
    this.#all = all;
    this.#revision += 1;
    const { file } = this.#options;
    return (
      file !== null &&
      this.#attempt('A flip towards stable is in memory alone: it would not survive this process', () =>
        file.write(all),
      )
    );
  }

  #attempt(otherwise: string, work: () => void): boolean {
    try {
      work();
      return true;
    } catch (error) {
      this.#options.logger.error({ err: error }, otherwise);
      return false;
    }
  }
}
