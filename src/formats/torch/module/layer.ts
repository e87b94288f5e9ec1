import type { AtenGraph } from '../aten/graph.ts';
import type { AtenTensor, AtenValue } from '../aten/value.ts';
import type { ModuleView } from './view.ts';

/** What layers are compiled with. */
export interface ModuleContext {
  readonly g: AtenGraph;
  /** Calls an operator of ATen, for a module. */
  call(module: ModuleView, name: string, given: Readonly<Record<string, AtenValue | undefined>>): AtenValue;
  /** The answer of a module in another. */
  run(module: ModuleView, x: AtenValue): AtenValue;
}

/** What a module takes, as far as it says; null where it takes anything. */
export interface ModuleInput {
  readonly dtype: 'float32' | 'int64';
  readonly shape: readonly (number | string)[];
}

/** How a class of torch.nn becomes operators. */
export interface ModuleLayer {
  emit(module: ModuleView, x: AtenValue, context: ModuleContext): AtenValue;
  /** What it takes where it comes first; absent where it takes anything. */
  readonly input?: (module: ModuleView) => ModuleInput | null;
}

export type LayerRow = readonly [name: string, layer: ModuleLayer];

const words = (text: string): string[] => text.split(' ').filter((word) => word !== '');

/** A layer that is one operator: parameters and buffers by their names, then attributes by theirs (`given=own` where they differ). */
export function operatorLayer(
  op: string,
  first: string,
  tensors = '',
  attributes = '',
  input?: ModuleLayer['input'],
): ModuleLayer {
  const emit: ModuleLayer['emit'] = (module, x, { g, call }) => {
    const given: Record<string, AtenValue | undefined> = { [first]: x };
    for (const name of words(tensors)) given[name] = module.tensor(name, g);
    for (const pair of words(attributes)) {
      const [name = '', own = name] = pair.split('=');
      given[name] = module.value(own);
    }
    return call(module, op, given);
  };
  return input === undefined ? { emit } : { emit, input };
}

/** The tensor that a module is given. */
export function tensorGiven(module: ModuleView, x: AtenValue): AtenTensor {
  if (typeof x === 'object' && x !== null && 'type' in x && x.type === 'tensor') return x;
  throw module.wrong('its input', 'several tensors', 'one tensor is');
}
