import { PlimsollError } from '../../../core/errors.ts';
import { modelUnsupported } from '../../../model/way-past.ts';
import type { AtenValue } from '../aten/value.ts';

interface NamedValue {
  readonly value: AtenValue;
  /** Values of one storage are views of one another. */
  readonly storage: number;
}

/**
 * What the nodes of a program have made so far, by name. An operator that writes into its argument (`relu_`) gives the
 * name another value; views of the same storage are then out of date, and reading one is refused.
 */
export class ProgramValues {
  readonly #values = new Map<string, NamedValue>();
  readonly #outdated = new Map<string, string>();
  readonly #what: string;
  /** Storages of the file: what a call writes into them, the next call would read. */
  readonly #kept = new Map<number, string>();
  #storages = 0;

  constructor(what: string) {
    this.#what = what;
  }

  has(name: string): boolean {
    return this.#values.has(name);
  }

  get(name: string, offset: number): AtenValue {
    const named = this.#values.get(name);
    if (named === undefined)
      throw this.#corrupt(
        offset,
        `the value ${shown(name)}, which nothing before it makes`,
        'values in order',
      );
    const writer = this.#outdated.get(name);
    if (writer === undefined) return named.value;
    throw modelUnsupported({
      path: `value ${shown(name)}`,
      class: writer,
      offset,
      field: 'its storage',
      found: 'written through another view of it',
      wanted: 'programs that read no view of what was changed in place are',
    });
  }

  /** Names a value; `of` is the value whose storage it may share. */
  define(name: string, value: AtenValue, offset: number, of: string | null = null): void {
    if (this.#values.has(name))
      throw this.#corrupt(offset, `the value ${shown(name)} twice`, 'names that are used once');
    const shared = of === null ? undefined : this.#values.get(of);
    this.#values.set(name, { value, storage: shared?.storage ?? this.#storages++ });
  }

  /** Names a tensor of the file. */
  keep(name: string, value: AtenValue, offset: number, fullName: string): void {
    this.define(name, value, offset);
    this.#kept.set(this.#storages - 1, fullName);
  }

  /** Gives a name another value, in its storage. */
  overwrite(name: string, value: AtenValue, writer: string): void {
    const { storage } = this.#values.get(name) ?? { storage: this.#storages++ };
    const kept = this.#kept.get(storage);
    if (kept !== undefined) throw statefulBuffer(kept);
    for (const [other, named] of this.#values)
      if (named.storage === storage) this.#outdated.set(other, writer);
    this.#outdated.delete(name);
    this.#values.set(name, { value, storage });
  }

  #corrupt(offset: number, found: string, wanted: string): PlimsollError {
    return new PlimsollError('READ_CORRUPT', { what: this.#what, offset, found, wanted });
  }
}

/** A model whose answer depends on earlier calls. */
export const statefulBuffer = (name: string): PlimsollError =>
  modelUnsupported({
    path: `buffer ${shown(name)}`,
    class: 'torch.export',
    offset: 0,
    field: 'buffer_mutation',
    found: 'a buffer that each call changes',
    wanted: 'models whose answer does not depend on earlier calls (`model.eval()` before the export) are',
  });

const shown = (name: string): string => JSON.stringify(name.slice(0, 80));
