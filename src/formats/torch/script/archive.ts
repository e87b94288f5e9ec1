import { PlimsollError } from '../../../core/errors.ts';
import type { NamedGlobal } from '../../../model/description.ts';
import type { Tensor } from '../../../model/tensor.ts';
import { modelUnsupported } from '../../../model/way-past.ts';
import type { ReadBudget } from '../../budget.ts';
import type { PyValue } from '../../pickle/value.ts';
import type { ZipArchive } from '../../zip/archive.ts';
import { shortText } from '../byte-order.ts';
import type { SavedTensor, StorageFile } from '../save/stored-tensor.ts';
import { readTorchArchive } from '../save/torch-file.ts';
import { parseScript } from './parser.ts';
import type { ScriptClass, ScriptFile, ScriptFunction } from './syntax.ts';

/** Versions of the format: of torch 1.4 up to that of today, and some that may come (caffe2/serialize/versions.h). */
const VERSIONS = { first: 2, last: 20 };

/** A pickle of the archive, and the storages that its tensors are in. */
export interface ScriptPickle {
  readonly root: PyValue;
  readonly storages: StorageFile;
}

/** An archive of `torch.jit.save`: a module as a pickle, the code of its methods, and constants of that code. */
export class ScriptArchive {
  readonly data: ScriptPickle;
  readonly globals: readonly NamedGlobal[];
  readonly budget: ReadBudget;
  readonly #archive: ZipArchive;
  readonly #root: string;
  readonly #files = new Map<string, ScriptFile | null>();
  #constants: ScriptPickle | null = null;
  readonly #tensors = new Map<PyValue, Tensor>();

  /** @param root folder of the archive, with its slash */
  constructor(archive: ZipArchive, root: string, budget: ReadBudget) {
    this.#archive = archive;
    this.#root = root;
    this.budget = budget;
    const file = readTorchArchive(archive, root, budget);
    this.data = { root: file.root, storages: file };
    this.globals = file.globals.filter(({ module }) => !module.startsWith('__torch__'));
  }

  /** Throws MODEL_UNSUPPORTED for a version of the format that nothing here knows. */
  requireVersion(): void {
    const name = `${this.#root}version`;
    if (!this.#archive.has(name)) return;
    const text = shortText(this.#archive.read(name));
    const version = Number(text);
    if (version >= VERSIONS.first && version <= VERSIONS.last) return;
    throw modelUnsupported({
      path: 'the archive',
      class: 'torch.jit',
      offset: 0,
      field: 'version',
      found: JSON.stringify(text),
      wanted: `${VERSIONS.first} to ${VERSIONS.last} are`,
    });
  }

  /** The elements of a tensor, read once however often the code is followed. */
  tensorOf(value: PyValue, { read }: SavedTensor): Tensor {
    const known = this.#tensors.get(value) ?? read();
    this.#tensors.set(value, known);
    return known;
  }

  /** `CONSTANTS.c0` and those after it. */
  constants(): ScriptPickle {
    this.#constants ??= this.#pickle('constants.pkl') ?? {
      root: { type: 'tuple', items: [] },
      storages: this.data.storages,
    };
    return this.#constants;
  }

  /** What the module was traced with, where it was. */
  tracedInputs(): ScriptPickle | null {
    return this.#pickle('traced_inputs.pkl');
  }

  #pickle(name: string): ScriptPickle | null {
    if (!this.#archive.has(`${this.#root}${name}`)) return null;
    const file = readTorchArchive(this.#archive, this.#root, this.budget, name);
    return { root: file.root, storages: file };
  }

  /** A class by its full name: `__torch__.torch.nn.modules.linear.Linear`. */
  class(name: string): ScriptClass | null {
    const [file, own] = this.#fileOf(name);
    return file?.classes.get(own) ?? null;
  }

  function(name: string): ScriptFunction | null {
    const [file, own] = this.#fileOf(name);
    return file?.functions.get(own) ?? null;
  }

  #fileOf(name: string): readonly [ScriptFile | null, string] {
    const at = name.lastIndexOf('.');
    return [this.#file(name.slice(0, Math.max(0, at)).replaceAll('.', '/')), name.slice(at + 1)];
  }

  #file(path: string): ScriptFile | null {
    const known = this.#files.get(path);
    if (known !== undefined) return known;
    const own = `code/${path}.py`;
    const name = `${this.#root}${own}`;
    const isThere = /^__torch__(?:\/\w+)*$/.test(path) && this.#archive.has(name);
    const file = isThere ? parseScript(textOf(this.#archive.read(name), own), own, this.budget) : null;
    this.#files.set(path, file);
    return file;
  }
}

function textOf(bytes: Uint8Array, name: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new PlimsollError('READ_CORRUPT', {
      what: name,
      offset: 0,
      found: 'bytes that are no UTF-8',
      wanted: 'code as text',
    });
  }
}
