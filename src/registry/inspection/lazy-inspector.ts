import type { VersionInspector } from './version-inspector.ts';

/** What looks into versions, loaded by the first who asks. */
export class LazyInspector {
  #opened: Promise<VersionInspector> | null = null;

  open(): Promise<VersionInspector> {
    this.#opened ??= import('./version-inspector.ts').then((loaded) => new loaded.VersionInspector());
    return this.#opened;
  }

  async close(): Promise<void> {
    await (await this.#opened)?.close();
  }
}
