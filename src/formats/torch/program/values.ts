import { PlimsollError } from '../../../core/errors.ts';
import { modelUnsupported } from '../../../model/way-past.ts';
import type { AtenValue } from '../aten/value.ts';

/** How a value is a view of another one. */
export interface ViewLink {
  /** The value whose storage it shares. */
  readonly of: string;
  /** The view again, of what the other one has become. */
  again(base: AtenValue): AtenValue;
  /** The other one, with the view written into it. */
  into(base: AtenValue, changed: AtenValue): AtenValue;
  /** Whether torch may have copied the elements, which nothing in the program says. */
  readonly mayCopy: boolean;
}

interface SharedStorage {
  /** Raised with each write: values that have seen another one are out of date. */
  version: number;
  writer: string;
  /** Full name of the tensor of the file that it is; what a call writes into it, the next call would read. */
  kept: string | null;
}

interface NamedValue {
  value: AtenValue;
  seen: number;
  readonly storage: SharedStorage;
  readonly link: ViewLink | null;
}

/**
 * What the nodes of a program have made so far, by name. An operator that writes into its argument (`relu_`, `x[:, 0] = 1`)
 * changes all views of the same storage: the value that is written to is put into what it is a view of, and views that
 * are read afterwards are made again.
 */
export class ProgramValues {
  readonly #values = new Map<string, NamedValue>();
  readonly #what: string;

  constructor(what: string) {
    this.#what = what;
  }

  has(name: string): boolean {
    return this.#values.has(name);
  }

  get(name: string, offset: number): AtenValue {
    const { value } = this.#current(name, offset);
    if (value !== null) return value;
    throw modelUnsupported({
      path: `value ${shown(name)}`,
      class: 'torch.export',
      offset,
      field: 'its elements',
      found: 'not computed',
      wanted: 'programs that do not read it are',
    });
  }

  /** A value and what it was made of, up to date: views are made again from the nearest one that is. */
  #current(name: string, offset: number): NamedValue {
    const stale: NamedValue[] = [];
    let named = this.#named(name, offset);
    while (named.seen !== named.storage.version) {
      stale.push(named);
      const { link, storage } = named;
      if (link === null || link.mayCopy) throw this.#changed(name, storage.writer, offset);
      named = this.#named(link.of, offset);
    }
    for (const view of stale.reverse()) {
      view.value = view.link?.again(named.value) ?? null;
      view.seen = view.storage.version;
      named = view;
    }
    return named;
  }

  #named(name: string, offset: number): NamedValue {
    const named = this.#values.get(name);
    if (named !== undefined) return named;
    const found = `the value ${shown(name)}, which nothing before it makes`;
    throw this.#corrupt(offset, found, 'values in order');
  }

  /** Names a value; `link` says of which other one it is a view. */
  define(name: string, value: AtenValue, offset: number, link: ViewLink | null = null): void {
    if (this.#values.has(name))
      throw this.#corrupt(offset, `the value ${shown(name)} twice`, 'names that are used once');
    const storage = (link === null ? undefined : this.#values.get(link.of)?.storage) ?? {
      version: 0,
      writer: '',
      kept: null,
    };
    this.#values.set(name, { value, seen: storage.version, storage, link });
  }

  /** Names a tensor of the file. */
  keep(name: string, value: AtenValue, offset: number, fullName: string): void {
    this.define(name, value, offset);
    this.#named(name, offset).storage.kept = fullName;
  }

  /** Gives a name another value, in its storage. */
  overwrite(name: string, value: AtenValue, writer: string, offset: number): void {
    const written = this.#current(name, offset);
    const { storage } = written;
    if (storage.kept !== null) throw statefulBuffer(storage.kept);
    const chain: { readonly named: NamedValue; readonly value: AtenValue }[] = [{ named: written, value }];
    let [named, changed] = [written, value];
    while (named.link !== null && !named.link.mayCopy) {
      const base = this.#current(named.link.of, offset);
      changed = named.link.into(base.value, changed);
      named = base;
      chain.push({ named, value: changed });
    }
    storage.version += 1;
    storage.writer = writer;
    for (const link of chain) {
      link.named.value = link.value;
      link.named.seen = storage.version;
    }
  }

  #changed(name: string, writer: string, offset: number): PlimsollError {
    return modelUnsupported({
      path: `value ${shown(name)}`,
      class: writer,
      offset,
      field: 'its storage',
      found: 'written through another view of it, which may be a copy',
      wanted: 'programs that read no view of what was changed in place are',
    });
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
