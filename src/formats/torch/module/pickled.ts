import { className, dictGet, objectState } from '../../pickle/access.ts';
import { describeValue, isType, type PyObject, type PyValue } from '../../pickle/value.ts';
import type { AtenGraph } from '../aten/graph.ts';
import type { AtenTensor, AtenValue } from '../aten/value.ts';
import { type StorageFile, savedTensor, TORCH_DTYPES } from '../save/stored-tensor.ts';
import { ModuleView, type NamedModule } from './view.ts';

/** A module as its pickle has it. */
export class PickledModule extends ModuleView {
  readonly #file: StorageFile;
  readonly #state: ReadonlyMap<string, PyValue>;

  constructor(object: PyObject, path: string, file: StorageFile) {
    super(path, className(object), object.offset);
    this.#file = file;
    this.#state = objectState(object);
  }

  has(name: string): boolean {
    return (this.#state.get(name) ?? null) !== null;
  }

  functionName(name: string): string | null {
    const value = this.#state.get(name);
    return isType(value, 'global') ? value.name : null;
  }

  hooks(name: string): number {
    const dict = this.#state.get(name);
    return isType(dict, 'dict') ? dict.entries.length : 0;
  }

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
    if (dtype !== undefined) return { type: 'dtype', dtype: dtype === 'bfloat16' ? 'float32' : dtype };
    throw this.wrong(name, describeValue(value), 'plain values are');
  }

  tensor(name: string, g: AtenGraph): AtenTensor | null {
    for (const group of ['_parameters', '_buffers']) {
      const dict = this.#state.get(group);
      const value = isType(dict, 'dict') ? dictGet(dict, name) : undefined;
      const stored = savedTensor(value, this.#file, `tensor "${this.pathOf(name)}"`);
      if (stored !== null) return g.constant(stored.read());
    }
    return null;
  }

  children(): readonly NamedModule[] {
    const modules = this.#state.get('_modules');
    if (!isType(modules, 'dict')) return [];
    return modules.entries.flatMap(([name, module]) => {
      if (typeof name !== 'string' || module === null) return [];
      if (!isType(module, 'object'))
        throw this.wrong(`_modules.${name}`, describeValue(module), 'a module is');
      return [{ name, module: new PickledModule(module, this.pathOf(name), this.#file) }];
    });
  }
}

/** Whether a value of a pickle is a module: torch's own, or of a class that is built on it. */
export const isModule = (value: PyValue | undefined): value is PyObject =>
  isType(value, 'object') && objectState(value).has('_modules') && objectState(value).has('_parameters');
