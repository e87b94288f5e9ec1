import type { DType } from '../../../model/tensor.ts';
import { dictGet } from '../../pickle/access.ts';
import { isType, type PyValue } from '../../pickle/value.ts';
import { savedTensor } from '../save/stored-tensor.ts';
import type { ScriptArchive, ScriptPickle } from './archive.ts';
import type { ScriptExpression, ScriptFunction, ScriptParameter } from './syntax.ts';
import { type ScriptValue, scriptUnsupported } from './value.ts';

/** What `forward` takes: tensors, and tuples, lists and dicts of them. */
export type ScriptArgument =
  | { readonly kind: 'tensor'; readonly name: string }
  | { readonly kind: 'tuple' | 'list'; readonly items: readonly ScriptArgument[] }
  | { readonly kind: 'dict'; readonly entries: readonly (readonly [string, ScriptArgument])[] }
  /** What it has by itself: None, or the default of the code. */
  | { readonly kind: 'own'; readonly parameter: ScriptParameter };

/** Types and sizes that a trace recorded, by the name of the input. */
export type RecordedInputs = ReadonlyMap<
  string,
  { readonly dtype: DType; readonly shape: readonly number[] }
>;

/** Parts of a tuple, a list or a dict. */
const PARTS = 256;

/** Arguments of `forward`, and what was recorded of them when the model was traced. */
export class ScriptSignature {
  readonly arguments: readonly ScriptArgument[];
  readonly names: readonly string[];
  readonly #recorded = new Map<string, { dtype: DType; shape: readonly number[] }>();
  readonly #names = new Set<string>();

  constructor(forward: ScriptFunction, archive: ScriptArchive) {
    const traced = archive.tracedInputs();
    const values = traced === null ? [] : recordedValues(traced.root);
    this.arguments = forward.parameters.slice(1).map((parameter, i) => {
      const value = traced === null || values[i] === undefined ? null : { value: values[i], pickle: traced };
      return this.#argument(parameter, parameter.name, parameter.type, value, forward);
    });
    this.names = [...this.#names];
  }

  /** Recorded inputs, where all of them were. */
  get recorded(): RecordedInputs | null {
    return this.#recorded.size === this.#names.size && this.#names.size > 0 ? this.#recorded : null;
  }

  #argument(
    parameter: ScriptParameter,
    name: string,
    type: ScriptExpression | null,
    recorded: { readonly value: PyValue; readonly pickle: ScriptPickle } | null,
    forward: ScriptFunction,
  ): ScriptArgument {
    const outer = typeName(type);
    const inner = typeArguments(type);
    const tensor =
      recorded === null ? null : savedTensor(recorded.value, recorded.pickle.storages, `input "${name}"`);
    if (tensor !== null) return this.#tensor(name, { dtype: tensor.dtype as DType, shape: tensor.shape });
    if (type === null || outer === 'Tensor') return this.#tensor(name, null);
    const items = recorded === null ? null : itemsOf(recorded.value);
    const part = (
      i: number | string,
      of: ScriptExpression | null,
      value: PyValue | undefined,
    ): ScriptArgument =>
      this.#argument(
        parameter,
        `${name}_${i}`,
        of,
        value === undefined || recorded === null ? null : { value, pickle: recorded.pickle },
        forward,
      );
    if (outer === 'Tuple' && inner.length <= PARTS)
      return { kind: 'tuple', items: inner.map((of, i) => part(i, of, items?.[i])) };
    if (outer === 'List' && items !== null && items.length <= PARTS)
      return { kind: 'list', items: items.map((value, i) => part(i, inner[0] ?? null, value)) };
    const dict = recorded === null ? null : plainValue(recorded.value);
    if (outer === 'Dict' && isType(dict, 'dict') && dict.entries.length <= PARTS)
      return {
        kind: 'dict',
        entries: dict.entries.flatMap(([key, value]) =>
          typeof key === 'string' ? [[key, this.#keyed(key, value, recorded?.pickle ?? null)] as const] : [],
        ),
      };
    if (parameter.otherwise !== null) return { kind: 'own', parameter };
    if (outer === 'Optional') return { kind: 'own', parameter: { ...parameter, otherwise: NONE } };
    throw scriptUnsupported(
      { file: forward.file, line: forward.line },
      `the argument ${name}`,
      outer === '' ? 'of a type of its own' : `${outer} without an example`,
      'tensors, tuples of them, and what a trace recorded are',
    );
  }

  /** Tensors of a dict are inputs under their keys. */
  #keyed(key: string, value: PyValue, pickle: ScriptPickle | null): ScriptArgument {
    const tensor = pickle === null ? null : savedTensor(value, pickle.storages, `input "${key}"`);
    return this.#tensor(key, tensor === null ? null : { dtype: tensor.dtype as DType, shape: tensor.shape });
  }

  #tensor(stem: string, recorded: { dtype: DType; shape: readonly number[] } | null): ScriptArgument {
    let name = stem;
    for (let i = 1; this.#names.has(name); i += 1) name = `${stem}_${i}`;
    this.#names.add(name);
    if (recorded !== null) this.#recorded.set(name, recorded);
    return { kind: 'tensor', name };
  }
}

const NONE: ScriptExpression = { kind: 'constant', value: null, line: 0 };

const typeName = (type: ScriptExpression | null): string =>
  type?.kind === 'name' ? type.name : type?.kind === 'subscript' ? typeName(type.of) : '';

const typeArguments = (type: ScriptExpression | null): readonly ScriptExpression[] =>
  type?.kind === 'subscript' ? (type.index.kind === 'tuple' ? type.index.items : [type.index]) : [];

/** What stands behind the tags that say the types of lists and dicts. */
function plainValue(value: PyValue | undefined): PyValue | undefined {
  const isTagged = isType(value, 'object') && value.cls.module === 'torch.jit._pickle';
  return isTagged ? value.args[0] : value;
}

function itemsOf(value: PyValue | undefined): readonly PyValue[] | null {
  const plain = plainValue(value);
  return isType(plain, 'list') || isType(plain, 'tuple') ? plain.items : null;
}

function recordedValues(root: PyValue): readonly PyValue[] {
  const dict = plainValue(root);
  return itemsOf(isType(dict, 'dict') ? dictGet(dict, 'forward') : undefined) ?? [];
}

/** The value that an argument is in a run, given those of its tensors. */
export function argumentValue(
  argument: ScriptArgument,
  tensor: (name: string) => ScriptValue,
): ScriptValue | undefined {
  switch (argument.kind) {
    case 'tensor':
      return tensor(argument.name);
    case 'tuple':
      return {
        type: 'tuple',
        items: argument.items.map((item) => argumentValue(item, tensor) ?? null),
        names: null,
      };
    case 'list':
      return { type: 'list', items: argument.items.map((item) => argumentValue(item, tensor) ?? null) };
    case 'dict':
      return {
        type: 'dict',
        entries: new Map(argument.entries.map(([key, item]) => [key, argumentValue(item, tensor) ?? null])),
      };
    case 'own':
      return argument.parameter.otherwise === NONE ? null : undefined;
  }
}
