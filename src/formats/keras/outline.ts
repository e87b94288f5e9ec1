import type { OutlineNode } from '../../model/description.ts';
import { type DocumentValue, isNumbers, isObject, itemsOf } from '../json/document.ts';
import type { LayerDescription } from './architecture.ts';

/** Arguments of layers that say what a layer does; how it was initialised and regularised does not. */
const SHOWN = [
  'units',
  'filters',
  'kernel_size',
  'strides',
  'padding',
  'dilation_rate',
  'groups',
  'pool_size',
  'activation',
  'axis',
  'rate',
  'input_dim',
  'output_dim',
  'num_heads',
  'key_dim',
  'return_sequences',
  'merge_mode',
  'batch_shape',
  'target_shape',
  'output_mode',
  'max_tokens',
  'data_format',
  'equation',
]; // prettier-ignore
/** Layers of one model that are listed. */
const MOST_LAYERS = 400;

/** The layers of a model, for `inspect`. */
export function layerOutline(layer: LayerDescription): OutlineNode {
  const params = SHOWN.flatMap((name): [string, string][] => {
    const text = shown(layer.config.get(name));
    return text === null ? [] : [[name, text]];
  });
  return {
    path: layer.origin.path,
    class: layer.className,
    offset: layer.origin.offset,
    params: Object.fromEntries(params),
    children: (layer.model?.layers ?? []).slice(0, MOST_LAYERS).map(layerOutline),
  };
}

function shown(value: DocumentValue | undefined): string | null {
  if (value === undefined || value === null) return null;
  if (typeof value === 'string') return value === 'linear' ? null : value.slice(0, 80);
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  const items = isNumbers(value) || !isObject(value) ? itemsOf(value) : null;
  return items !== null && items.length <= 8
    ? `(${items.map((item) => shown(item) ?? 'any').join(', ')})`
    : null;
}
