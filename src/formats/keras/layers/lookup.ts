import { itemsOf } from '../../json/document.ts';
import { decodeUtf8 } from '../../pickle/text.ts';
import type { LayerContext, LayerTable } from '../layer.ts';
import { axesBetween } from '../layout.ts';
import type { KerasTensor } from '../tensor-graph.ts';
import { type CategoryEncodingMode, ENCODINGS, encodeCategories } from './categories.ts';
import { hashBuckets, saltKey } from './hashing.ts';
import { dropsMask } from './kind.ts';

type Token = string | number;

/** A vocabulary, and the numbers around it. */
export interface LookupTable {
  readonly tokens: readonly Token[];
  /** What means that there is nothing; null where nothing does. */
  readonly mask: Token | null;
  /** How many numbers there are for what is not in the vocabulary. */
  readonly unknowns: number;
  readonly mode: CategoryEncodingMode;
}

/** The first number of a token: behind that of the mask and those of what is unknown. */
const startOf = ({ mask, unknowns, mode }: LookupTable): number =>
  (mask !== null && mode === 'int' ? 1 : 0) + unknowns;

/** Number of all categories. */
const depthOf = (context: LayerContext, table: LookupTable): number =>
  context.config.flag('pad_to_max_tokens', false)
    ? context.config.count('max_tokens')
    : startOf(table) + table.tokens.length;

/** The tokens of the configuration, or of the list in the archive; without the special ones in front. */
export function readTokens(
  context: LayerContext,
  special: readonly Token[],
  isText: boolean,
): readonly Token[] {
  const { config, layer, scope } = context;
  const value = config.get('vocabulary');
  if (typeof value === 'string')
    throw config.unsupported('vocabulary', 'vocabularies in the file itself are');
  const stated = value === null || value === undefined ? null : (itemsOf(value) ?? []);
  const all = (stated ?? assetLines(context)).map((item): Token => {
    const token = isText || typeof item !== 'string' ? item : Number(item);
    if (typeof token !== (isText ? 'string' : 'number'))
      throw config.wrong('vocabulary', isText ? 'texts' : 'whole numbers');
    return token as Token;
  });
  scope.budget.charge(64 * all.length, `the vocabulary of ${layer.name}`, 0);
  const isWhole = special.every((token, i) => all[i] === token);
  return isWhole ? all.slice(special.length) : all;
}

/** Lines of the vocabulary that lies beside the weights, where the layer was adapted. */
function assetLines({ config, layer, scope }: LayerContext): readonly string[] {
  const bytes = scope.asset(`${layer.assetPath}/vocabulary.txt`);
  if (bytes === null)
    throw config.unsupported('vocabulary', 'layers that were adapted or given a vocabulary are');
  const lines = decodeUtf8(bytes, 'a vocabulary', 0).split(/\r\n|\n|\r/);
  while (lines.at(-1) === '') lines.pop();
  return lines;
}

/** Numbers of tokens: what is masked gets `mask`, what is not known the number for that. */
export function lookUp(context: LayerContext, x: KerasTensor, table: LookupTable): KerasTensor {
  const { graph } = context;
  const { tokens, mask, unknowns, mode } = table;
  const start = startOf(table);
  const keys = mask === null ? tokens : [...tokens.filter((token) => token !== mask), mask];
  const numbers = keys.map((token, i) =>
    token === mask && i === keys.length - 1 ? (mode === 'int' ? 0 : -1) : start + tokens.indexOf(token),
  );
  // Without a number for it, what is not known fails, as in Keras: it is beyond the end of the list that follows.
  const missing = unknowns === 0 ? start + tokens.length : unknowns === 1 ? start - 1 : SEVERAL;
  const found = labelEncoder(context, x, keys, numbers, missing);
  if (unknowns === 1) return found;
  if (unknowns > 1) {
    const several = graph.withScalar('Add', unknownBuckets(context, x, unknowns), start - unknowns);
    return graph.where(graph.withScalar('Equal', found, SEVERAL), several, found);
  }
  return graph.gather(graph.numbers(axesBetween(0, start + tokens.length), 'int64'), found, 0);
}

/** Stands for what is not known until it has one of several numbers. */
const SEVERAL = -2;

/** Which of several numbers each gets: a hash of a text, the remainder of a number. */
function unknownBuckets(context: LayerContext, x: KerasTensor, count: number): KerasTensor {
  const { graph, config } = context;
  const method = config.oneOf('oov_method', ['floormod', 'farmhash'], 'floormod');
  if (x.dtype === 'string' || method === 'farmhash') return hashBuckets(context, x, count, saltKey(context));
  return graph.withScalar('Mod', x, count);
}

function labelEncoder(
  { graph }: LayerContext,
  x: KerasTensor,
  keys: readonly Token[],
  values: readonly number[],
  missing: number,
): KerasTensor {
  const isText = x.dtype === 'string';
  const attributes = {
    ...(isText
      ? { keys_strings: keys.map(String) }
      : { keys_int64s: BigInt64Array.from(keys, (key) => BigInt(key)) }),
    values_int64s: BigInt64Array.from(values, BigInt),
    default_int64: BigInt(missing),
  };
  return graph.node('LabelEncoder', [x], { dtype: 'int64', shape: x.shape }, attributes, 'ai.onnx.ml');
}

/** Tokens of numbers. */
function lookUpBack(context: LayerContext, table: LookupTable, unknown: Token): KerasTensor {
  const { graph } = context;
  const x = graph.cast(context.input, 'int64');
  const start = startOf(table);
  const front = table.mask !== null && table.mode === 'int' ? [table.mask] : [];
  const tokens = [...front, ...table.tokens];
  const numbers = tokens.map((_, i) => (i < front.length ? i : start + i - front.length));
  const isText = typeof unknown === 'string';
  const attributes = {
    keys_int64s: BigInt64Array.from(numbers, BigInt),
    ...(isText
      ? { values_strings: tokens.map(String), default_string: unknown }
      : { values_int64s: BigInt64Array.from(tokens, BigInt), default_int64: BigInt(unknown) }),
  };
  const result = { dtype: isText ? ('string' as const) : ('int64' as const), shape: x.shape };
  return graph.node('LabelEncoder', [x], result, attributes, 'ai.onnx.ml');
}

const lookup =
  (isText: boolean) =>
  (context: LayerContext): KerasTensor => {
    const { graph, config } = context;
    const mode = config.oneOf('output_mode', ENCODINGS, 'int');
    const unknowns = config.integer('num_oov_indices', 1);
    if (unknowns < 0) throw config.wrong('num_oov_indices', 'a whole number from 0 on');
    context.expectStorable('the number of its unknown tokens', unknowns);
    const mask = tokenOf(context, 'mask_token', isText);
    const unknown = tokenOf(context, 'oov_token', isText) ?? (isText ? '[UNK]' : -1);
    const special = [
      ...(mask !== null && mode === 'int' ? [mask] : []),
      ...new Array<Token>(unknowns).fill(unknown),
    ];
    const table = { tokens: readTokens(context, special, isText), mask, unknowns, mode };
    if (config.flag('invert', false)) return lookUpBack(context, table, unknown);
    const x = isText ? context.input : graph.cast(context.input, 'int64');
    if (isText && x.dtype !== 'string') throw context.invalid('its input', `a tensor of ${x.dtype}`, 'texts');
    const ids = lookUp(context, x, table);
    return encodeTokens(context, ids, table);
  };

function tokenOf({ config }: LayerContext, name: string, isText: boolean): Token | null {
  if (!config.isGiven(name)) return null;
  return isText ? config.text(name) : config.integer(name);
}

/** Numbers of tokens as the layer answers them; counts of `tf_idf` are multiplied by the weights of their tokens. */
export function encodeTokens(context: LayerContext, ids: KerasTensor, table: LookupTable): KerasTensor {
  const { graph, scope } = context;
  const { mode } = table;
  if (mode === 'int') return ids;
  const depth = depthOf(context, table);
  if (mode !== 'tf_idf')
    return encodeCategories(context, ids, depth, mode, {
      dtype: scope.kerasMajor >= 3 ? 'int64' : 'float32',
    });
  const counts = encodeCategories(context, ids, depth, 'count', { dtype: 'float32' });
  return graph.binary('Mul', counts, graph.tensor(context.numbers('vars/idf_weights', [depth])));
}

export const LOOKUP_LAYERS: LayerTable = [
  ['StringLookup', dropsMask(lookup(true))],
  ['IntegerLookup', dropsMask(lookup(false))],
];
