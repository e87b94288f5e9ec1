import type { CompileBlocker } from '../../model/blocker.ts';
import type { ModelDescription, NamedGlobal, OutlineNode, ReadNote } from '../../model/description.ts';
import { countText } from '../../text/count.ts';
import { isType, type PyValue } from '../pickle/value.ts';
import { isModule } from './module/pickled.ts';
import { tensorNode } from './outline.ts';
import { type StorageFile, savedTensor } from './save/stored-tensor.ts';
import { likelyLayers } from './states/likely-layers.ts';

/** Tensors that an outline shows. */
const SHOWN = 1000;
/** Dicts in dicts of a checkpoint. */
const DEPTH = 6;

/** A tensor by its full name. */
export interface NamedWeights {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
}

/** Tensors in a value: of a state dict, of dicts of them, of a tensor alone. */
export function tensorsIn(root: PyValue, file: StorageFile): readonly NamedWeights[] {
  const found: NamedWeights[] = [];
  const walk = (value: PyValue, name: string, depth: number): void => {
    const tensor = savedTensor(value, file, name);
    if (tensor !== null) {
      found.push({ name, dtype: tensor.dtype, shape: tensor.shape });
      return;
    }
    if (depth > DEPTH) return;
    const entries: readonly (readonly [PyValue, PyValue])[] = isType(value, 'dict')
      ? value.entries
      : isType(value, 'list') || isType(value, 'tuple')
        ? value.items.map((item, i) => [String(i), item] as const)
        : [];
    for (const [key, item] of entries) {
      const part = isType(key, 'int') ? String(key.value) : key;
      if (typeof part === 'string') walk(item, name === '' ? part : `${name}.${part}`, depth + 1);
    }
  };
  walk(root, '', 0);
  return found;
}

/** Keys under which checkpoints keep a whole model. */
const MODEL_KEYS = ['model', 'net', 'network', 'module', 'ema', 'model_ema'];

/** The module that a file is, or that a checkpoint holds under a name of its own. */
export function moduleIn(root: PyValue): { readonly module: PyValue; readonly name: string } | null {
  if (isModule(root)) return { module: root, name: '' };
  if (!isType(root, 'dict')) return null;
  const modules = root.entries.filter(([key, value]) => typeof key === 'string' && isModule(value));
  const [named] = MODEL_KEYS.flatMap((key) => modules.filter(([name]) => name === key));
  const [key, module] = named ?? (modules.length === 1 ? (modules[0] ?? []) : []);
  return module === undefined || typeof key !== 'string' ? null : { module, name: key };
}

const WAY = 'weights with a graph beside them, model.pt2 or architecture.json in the same folder, are';

/** A file of weights, with what it lacks. */
export function describeWeights(
  weights: readonly NamedWeights[],
  known: {
    readonly what: string;
    readonly framework: ModelDescription['framework'];
    readonly notes: readonly ReadNote[];
    readonly globals: readonly NamedGlobal[];
  },
): ModelDescription {
  const elements = weights.reduce((sum, { shape }) => sum + shape.reduce((all, size) => all * size, 1), 0);
  const outline: OutlineNode = {
    path: '',
    class: known.what,
    offset: 0,
    params: { tensors: String(weights.length), elements: String(elements) },
    children: weights
      .slice(0, SHOWN)
      .map(({ name, dtype, shape }) => tensorNode(name, 'tensor', dtype, shape)),
  };
  const likely = likelyLayers(weights);
  const blocker: CompileBlocker = {
    path: '',
    class: known.what,
    offset: 0,
    field: 'the network',
    found: `missing: the file has weights (${countText(weights.length, 'tensor')}) and no graph`,
    wanted: WAY,
  };
  return {
    format: 'torch',
    framework: known.framework,
    compression: null,
    outline,
    globals: known.globals,
    notes: likely === null ? known.notes : [...known.notes, { level: 'info', text: likely }],
    blockers: [blocker],
    content: null,
  };
}
