import type { PlimsollError } from '../../../core/errors.ts';
import { modelUnsupported } from '../../../model/way-past.ts';
import { className, dictGet, objectState } from '../../pickle/access.ts';
import { describeValue, isType, type PyObject, type PyValue } from '../../pickle/value.ts';
import type { AtenGraph } from '../aten/graph.ts';
import type { AtenTensor, AtenValue } from '../aten/value.ts';
import { type StorageFile, savedTensor, TORCH_DTYPES } from '../save/stored-tensor.ts';

/** A module of torch as its pickle has it: attributes, parameters and buffers, and the modules in it. */
export class ModuleView {
  readonly object: PyObject;
  /** `encoder.layers.0`; empty for the outermost. */
  readonly path: string;
  readonly #file: StorageFile;
  readonly #state: ReadonlyMap<string, PyValue>;

  constructor(object: PyObject, path: string, file: StorageFile) {
    this.object = object;
    this.path = path;
    this.#file = file;
    this.#state = objectState(object);
  }

  /** `torch.nn.modules.linear.Linear`. */
  get className(): string {
    return className(this.object);
  }

  has(name: string): boolean {
    return (this.#state.get(name) ?? null) !== null;
  }

  get(name: string): PyValue | undefined {
    return this.#state.get(name);
  }

  /** An attribute as operators take it; undefined where there is none. */
  value(name: string): AtenValue | undefined {
    const value = this.#state.get(name);
    return value === undefined ? undefined : this.#plain(name, value);
  }

  #plain(name: string, value: PyValue): AtenValue {
    if (value === null || typeof value === 'boolean' || typeof value === 'string') return value;
    if (isType(value, 'int')) return value.value;
    if (isType(value, 'float')) return value;
    if (isType(value, 'tuple') || isType(value, 'list'))
      return value.items.map((item) => this.#plain(name, item));
    const dtype = isType(value, 'global') ? TORCH_DTYPES.get(value.name) : undefined;
    if (dtype !== undefined) return { type: 'dtype', dtype };
    throw this.wrong(name, describeValue(value), 'plain values are');
  }

  number(name: string, otherwise: number): number {
    const value = this.value(name) ?? otherwise;
    if (typeof value === 'number') return value;
    if (typeof value === 'object' && value !== null && 'type' in value && value.type === 'float')
      return value.value;
    throw this.wrong(name, describeValue(this.get(name)), 'a number is');
  }

  flag(name: string, otherwise = false): boolean {
    const value = this.value(name) ?? otherwise;
    if (typeof value === 'boolean') return value;
    throw this.wrong(name, describeValue(this.get(name)), 'true or false is');
  }

  /** A parameter or a buffer; null where it is none, or None. */
  tensor(name: string, g: AtenGraph): AtenTensor | null {
    const where = `tensor "${this.path === '' ? name : `${this.path}.${name}`}"`;
    for (const group of ['_parameters', '_buffers']) {
      const dict = this.#state.get(group);
      const stored = savedTensor(isType(dict, 'dict') ? dictGet(dict, name) : undefined, this.#file, where);
      if (stored !== null) return g.constant(stored.read());
    }
    return null;
  }

  /** Sizes of a parameter, without its elements. */
  shapeOf(name: string): readonly number[] | null {
    const dict = this.#state.get('_parameters');
    return (
      savedTensor(isType(dict, 'dict') ? dictGet(dict, name) : undefined, this.#file, name)?.shape ?? null
    );
  }

  child(name: string): ModuleView {
    const found = this.children().find((child) => child.name === name);
    if (found === undefined) throw this.wrong(name, 'missing', 'a module is');
    return found.module;
  }

  children(): readonly { readonly name: string; readonly module: ModuleView }[] {
    const modules = this.#state.get('_modules');
    if (!isType(modules, 'dict')) return [];
    return modules.entries.flatMap(([name, module]) => {
      if (typeof name !== 'string' || module === null) return [];
      if (!isType(module, 'object'))
        throw this.wrong(`_modules.${name}`, describeValue(module), 'a module is');
      const path = this.path === '' ? name : `${this.path}.${name}`;
      return [{ name, module: new ModuleView(module, path, this.#file) }];
    });
  }

  wrong(field: string, found: string, wanted: string): PlimsollError {
    return modelUnsupported({
      path: this.path === '' ? 'the model' : `module "${this.path}"`,
      class: this.className,
      offset: this.object.offset,
      field,
      found,
      wanted,
    });
  }
}

/** Whether a value of a pickle is a module: torch's own, or of a class that is built on it. */
export const isModule = (value: PyValue | undefined): value is PyObject =>
  isType(value, 'object') && objectState(value).has('_modules') && objectState(value).has('_parameters');
