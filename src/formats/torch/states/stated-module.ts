import type { PlimsollError } from '../../../core/errors.ts';
import { modelUnsupported } from '../../../model/way-past.ts';
import { didYouMean } from '../../../text/did-you-mean.ts';
import { type DocumentValue, isObject, itemsOf } from '../../json/document.ts';
import type { DocumentView } from '../../json/document-view.ts';
import type { AtenGraph } from '../aten/graph.ts';
import type { AtenTensor, AtenValue } from '../aten/value.ts';
import { CONSTRUCTORS, type LayerArguments, type TensorSizes } from '../module/constructors.ts';
import { ModuleView, type NamedModule } from '../module/view.ts';
import type { SavedTensor } from '../save/stored-tensor.ts';

/** Where a tensor is, by its full name. */
export type TensorOfName = (name: string) => SavedTensor | null;

/** A layer of an architecture: a class of torch.nn with its arguments, and weights from a file beside it. */
export class StatedModule extends ModuleView {
  readonly sizes: TensorSizes;
  readonly #attributes: ReadonlyMap<string, AtenValue>;
  readonly #children: readonly NamedModule[];
  readonly #tensors: TensorOfName;

  constructor(path: string, known: StatedLayer, tensors: TensorOfName) {
    super(path, `torch.nn.modules.${known.class}`, known.offset);
    this.sizes = known.sizes;
    this.#attributes = known.attributes;
    this.#children = known.children.map(([name, child]) => ({
      name,
      module: new StatedModule(this.pathOf(name), child, tensors),
    }));
    this.#tensors = tensors;
  }

  value(name: string): AtenValue | undefined {
    return this.#attributes.get(name);
  }

  has(name: string): boolean {
    return (this.#attributes.get(name) ?? null) !== null;
  }

  functionName(name: string): string | null {
    const value = this.#attributes.get(name);
    return typeof value === 'string' ? value : null;
  }

  hooks(): number {
    return 0;
  }

  tensor(name: string, g: AtenGraph): AtenTensor | null {
    if (!(name in this.sizes)) return null;
    const stored = this.#tensors(this.pathOf(name));
    if (stored === null) return null;
    const tensor = g.constant(stored.read());
    // Weights are kept in half the bytes by many, and computed with as floats.
    return tensor.dtype === 'float16' || tensor.dtype === 'float64' ? g.cast(tensor, 'float32') : tensor;
  }

  children(): readonly NamedModule[] {
    return this.#children;
  }
}

/** A layer as its document has it. */
export interface StatedLayer {
  readonly class: string;
  readonly offset: number;
  readonly attributes: ReadonlyMap<string, AtenValue>;
  readonly sizes: TensorSizes;
  readonly children: readonly (readonly [name: string, layer: StatedLayer])[];
}

export const stated = (
  name: string,
  attributes: Readonly<Record<string, AtenValue>>,
  sizes: TensorSizes,
  children: StatedLayer['children'],
): StatedLayer => ({
  class: name,
  offset: 0,
  attributes: new Map(Object.entries(attributes)),
  sizes,
  children,
});

export const architectureRefusal = (
  path: string,
  name: string,
  [field, found, wanted]: readonly [string, string, string],
): PlimsollError =>
  modelUnsupported({
    path: path === '' ? 'the architecture' : `layer "${path}"`,
    class: name,
    offset: 0,
    field,
    found,
    wanted,
  });

/** Words of a layer that are no arguments of its constructor. */
const OWN = new Set(['class', 'name', 'layers', 'args', 'inplace', 'device', 'dtype', '_comment']);

/** A layer of one class of torch.nn, of its arguments by name, or by place in `args`. */
export function plainLayer(view: DocumentView, name: string, path: string): StatedLayer {
  const known = CONSTRUCTORS.get(name);
  if (known === undefined) {
    const wanted = `classes of torch.nn that docs/operators.md lists${didYouMean(name, [...CONSTRUCTORS.keys()])} are`;
    throw architectureRefusal(path, `torch.nn.${name}`, ['the class', name, wanted]);
  }
  const refuse = (field: string, found: string, wanted: string): PlimsollError =>
    architectureRefusal(path, `torch.nn.${name}`, [field, found, wanted]);
  const parameters = known.parameters.map(([parameter]) => parameter);
  const unknown = view.names().find((word) => !OWN.has(word) && !parameters.includes(word));
  if (unknown !== undefined)
    throw refuse(
      unknown,
      'an argument',
      `${parameters.join(', ') || 'no arguments'}${didYouMean(unknown, parameters)} are`,
    );
  const places = itemsOf(view.get('args')) ?? [];
  if (places.length > parameters.length)
    throw refuse('args', `${places.length} arguments`, `${parameters.length} are`);
  const given: LayerArguments = new Map(
    known.parameters.map(([parameter, usual], i) => {
      const value = view.has(parameter) ? view.get(parameter) : places[i];
      if (value === undefined && usual === undefined) throw refuse(parameter, 'missing', 'a value is');
      return [parameter, value === undefined ? (usual ?? null) : argumentOf(value, parameter, refuse)];
    }),
  );
  const sizes = known.tensors(given);
  for (const [tensor, shape] of Object.entries(sizes))
    if (!shape.every((size) => Number.isSafeInteger(size) && size >= 0))
      throw refuse(tensor, `the sizes [${shape}]`, 'whole numbers as arguments are');
  const attributes = new Map([...given, ...Object.entries(known.attributes(given))]);
  return { class: name, offset: view.place.offset, attributes, sizes, children: [] };
}

function argumentOf(
  value: DocumentValue,
  name: string,
  refuse: (field: string, found: string, wanted: string) => PlimsollError,
): AtenValue {
  if (typeof value === 'number') return Number.isInteger(value) ? value : { type: 'float', value };
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value;
  const items = isObject(value) ? null : itemsOf(value);
  if (items === null || items.length > 16)
    throw refuse(name, 'an object', 'numbers, texts and lists of them are');
  return items.map((item) => argumentOf(item, name, refuse));
}
