import type { DocumentValue } from '../../json/document.ts';
import { isObject, itemsOf } from '../../json/document.ts';
import { DocumentView } from '../../json/document-view.ts';
import { documentRefusal } from '../program/schema.ts';
import { architectureRefusal, plainLayer, type StatedLayer, stated } from './stated-module.ts';

/**
 * A network written down: layers of torch.nn, one after the other, with their arguments.
 *
 * @example
 * { "layers": [{ "class": "Linear", "in_features": 4, "out_features": 8 }, "ReLU", { "class": "Linear", "args": [8, 3] }] }
 */

const LAYERS = 10_000;
const DEPTH = 32;

/** Layers of a document: a list, or an object with the list. */
export function readArchitecture(document: DocumentValue): StatedLayer {
  const counted = { left: LAYERS };
  const list = itemsOf(document) ?? null;
  if (list !== null) return sequence(list, '', 0, counted);
  const view = new DocumentView(document, { path: '', offset: 0 }, documentRefusal);
  return view.has('class') ? layerOf(document, '', 0, counted) : sequence(itemsIn(view, ''), '', 0, counted);
}

interface LayerCount {
  left: number;
}

function itemsIn(view: DocumentView, path: string): readonly DocumentValue[] {
  const items = itemsOf(view.get('layers'));
  if (items == null)
    throw architectureRefusal(path, 'torch.nn.Sequential', ['layers', 'missing', 'a list of layers is']);
  return items;
}

/** Layers by their names: `name` of each, or the place that it has among them. */
function sequence(
  items: readonly DocumentValue[],
  path: string,
  depth: number,
  counted: LayerCount,
): StatedLayer {
  if (depth > DEPTH)
    throw architectureRefusal(path, 'torch.nn.Sequential', ['its depth', `${depth}`, `${DEPTH} is`]);
  const names = new Set<string>();
  const children = items.map((item, i) => {
    counted.left -= 1;
    if (counted.left < 0)
      throw architectureRefusal(path, 'torch.nn.Sequential', [
        'layers',
        `more than ${LAYERS}`,
        `${LAYERS} are`,
      ]);
    const given = isObject(item) ? item.fields.get('name') : undefined;
    const name = typeof given === 'string' && given !== '' ? given : String(i);
    if (names.has(name))
      throw architectureRefusal(path, 'torch.nn.Sequential', [
        'name',
        `"${name.slice(0, 80)}" twice`,
        'names of their own are',
      ]);
    names.add(name);
    return [name, layerOf(item, path === '' ? name : `${path}.${name}`, depth + 1, counted)] as const;
  });
  return stated('Sequential', {}, {}, children);
}

function layerOf(item: DocumentValue, path: string, depth: number, counted: LayerCount): StatedLayer {
  const view = new DocumentView(
    typeof item === 'string' ? emptyObject() : item,
    { path, offset: 0 },
    (place, field, found, wanted) =>
      architectureRefusal(place.path, 'torch.nn', [field, found, `${wanted} is`]),
  );
  const written = typeof item === 'string' ? item : view.text('class');
  const name = written.replace(/^torch\.nn\.|^nn\./, '');
  if (name === 'Sequential') return sequence(itemsIn(view, path), path, depth, counted);
  if (name === 'TransformerEncoderLayer') return encoderLayer(view, path);
  if (name === 'TransformerEncoder') return encoder(view, path, depth, counted);
  return plainLayer(view, name, path);
}

const emptyObject = (): DocumentValue => ({ fields: new Map(), offset: 0 });

function encoder(view: DocumentView, path: string, depth: number, counted: LayerCount): StatedLayer {
  const count = view.integer('num_layers');
  if (!(count >= 1 && count <= 1000))
    throw architectureRefusal(path, 'torch.nn.TransformerEncoder', [
      'num_layers',
      String(count),
      '1 to 1000 are',
    ]);
  counted.left -= count;
  const inner = view.child('encoder_layer');
  const layer = encoderLayer(inner, `${path}.layers`);
  const layers = Array.from({ length: count }, (_, i) => [String(i), layer] as const);
  const norm = view.isGiven('norm')
    ? [['norm', layerOf(view.get('norm') ?? null, `${path}.norm`, depth + 1, counted)] as const]
    : [];
  return stated('TransformerEncoder', {}, {}, [['layers', stated('ModuleList', {}, {}, layers)], ...norm]);
}

/** Arguments of torch's encoder layer. */
const ENCODER = [
  ...['class', 'name', 'd_model', 'nhead', 'dim_feedforward', 'dropout', 'activation', 'layer_norm_eps'],
  ...['batch_first', 'norm_first', 'bias'],
];

function encoderLayer(view: DocumentView, path: string): StatedLayer {
  const refuse = (field: string, found: string, wanted: string) =>
    architectureRefusal(path, 'torch.nn.TransformerEncoderLayer', [field, found, wanted]);
  const other = view.names().find((name) => !ENCODER.includes(name));
  if (other !== undefined) throw refuse(other, 'an argument', `${ENCODER.slice(2).join(', ')} are`);
  const [width, heads] = [view.integer('d_model'), view.integer('nhead')];
  const inner = view.has('dim_feedforward') ? view.integer('dim_feedforward') : 2048;
  const hasBias = view.get('bias') !== false;
  const activation = view.has('activation') ? view.text('activation') : 'relu';
  if (![width, heads, inner].every((size) => size > 0))
    throw refuse('d_model', 'no size', 'sizes above 0 are');
  const biased = (weight: readonly number[], size: number) =>
    hasBias ? { weight, bias: [size] } : { weight };
  const eps = view.has('layer_norm_eps') ? view.number('layer_norm_eps') : 1e-5;
  const norm = stated(
    'LayerNorm',
    { normalized_shape: [width], eps: { type: 'float', value: eps } },
    biased([width], width),
    [],
  );
  const attention = stated(
    'MultiheadAttention',
    { embed_dim: width, num_heads: heads, batch_first: view.get('batch_first') === true },
    { in_proj_weight: [3 * width, width], ...(hasBias ? { in_proj_bias: [3 * width] } : {}) },
    [['out_proj', stated('Linear', {}, biased([width, width], width), [])]],
  );
  return stated('TransformerEncoderLayer', { norm_first: view.get('norm_first') === true, activation }, {}, [
    ['self_attn', attention],
    ['linear1', stated('Linear', { in_features: width }, biased([inner, width], inner), [])],
    ['linear2', stated('Linear', { in_features: inner }, biased([width, inner], width), [])],
    ['norm1', norm],
    ['norm2', norm],
  ]);
}
