import type { LayerContext, LayerTable } from '../layer.ts';
import { axesBetween } from '../layout.ts';
import type { KerasTensor, TensorGraph } from '../tensor-graph.ts';
import { ENCODINGS } from './categories.ts';
import { dropsMask } from './kind.ts';
import { encodeTokens, lookUp, readTokens } from './lookup.ts';

/** What Keras strips: the punctuation of ASCII. */
const PUNCTUATION = [...'!"#$%&()*+,-./:;<=>?@[\\]^_`{|}~\''];
/** What `isspace` of C takes for white space, at which tf.strings.split splits. */
const WHITESPACE = [' ', '\t', '\n', '\v', '\f', '\r'];
const STANDARDS = ['lower_and_strip_punctuation', 'lower', 'strip_punctuation'] as const;
const ESCAPED = /[\\^$.|?*+()[\]{}-]/g;

/** Texts to numbers of words: made lower, stripped, split, put together to n-grams and looked up. */
function textVectorization(context: LayerContext): KerasTensor {
  const { config, input } = context;
  if (input.dtype !== 'string') throw context.invalid('its input', `a tensor of ${input.dtype}`, 'texts');
  if (config.flag('ragged', false)) throw config.unsupported('ragged', 'dense outputs are');
  const mode = config.oneOf('output_mode', ENCODINGS, 'int');
  const special = mode === 'int' ? ['', '[UNK]'] : ['[UNK]'];
  const table = { tokens: readTokens(context, special, true), mask: '', unknowns: 1, mode };
  const words = config.isGiven('split') ? splitWords(context) : wholeTexts(context);
  const ids = lookUp(context, words, table);
  if (mode !== 'int') return encodeTokens(context, ids, table);
  return config.isGiven('output_sequence_length')
    ? ofLength(context, ids, config.count('output_sequence_length'))
    : ids;
}

/** Words, or n-grams of them, one row a text. */
function splitWords(context: LayerContext): KerasTensor {
  const { graph, config, input } = context;
  const rank = input.shape.length;
  if (rank > 2 || (rank === 2 && input.shape[1] !== 1))
    throw context.invalid('its input', `a tensor of ${rank} axes`, 'one text a row');
  const texts = rank === 2 ? graph.squeeze(input, [1]) : input;
  const words = splitTexts(context, standardized(context, texts));
  return config.isGiven('ngrams') ? ngrams(context, words) : words;
}

/** Texts that are looked up as they are. */
function wholeTexts(context: LayerContext): KerasTensor {
  const { graph, config, input } = context;
  if (config.isGiven('ngrams')) throw config.unsupported('ngrams', 'those of texts that are split are');
  if (input.shape.length === 1) return standardized(context, input);
  const flat = standardized(context, graph.reshape(input, ['rest']));
  return graph.reshapeTo(flat, graph.sizesOf(input, 0, input.shape.length), input.shape);
}

/** Words that one n-gram may have, and how many n-grams of different widths. */
const WIDEST = 32;

/** All runs of words of some widths, those of one width before those of the next, without gaps (tf.strings.ngrams). */
function ngrams(context: LayerContext, words: KerasTensor): KerasTensor {
  const { graph, config } = context;
  const stated = config.integers('ngrams');
  const isHighest = typeof config.get('ngrams') === 'number';
  const [highest = 0] = stated;
  if (stated.length > WIDEST || stated.some((width) => width < 1 || width > WIDEST))
    throw config.unsupported('ngrams', `up to ${WIDEST} words are`);
  const widths = isHighest ? axesBetween(1, highest + 1) : stated;
  const joined = graph.concat(
    widths.map((width) => runsOf(graph, words, width)),
    1,
  );
  return isHighest && highest === 1 ? joined : withoutGaps(graph, joined);
}

/** The words from each place on, joined by blanks; empty where there are too few. */
function runsOf(graph: TensorGraph, words: KerasTensor, width: number): KerasTensor {
  if (width === 1) return words;
  const [rows = null] = words.shape;
  const sizes = graph.concat([graph.sizesOf(words, 0, 1), graph.numbers([width - 1], 'int64')], 0);
  const none = graph.node('Expand', [graph.texts([''], []), sizes], {
    dtype: 'string',
    shape: [rows, width - 1],
  });
  const padded = graph.concat([words, none], 1);
  const parts = axesBetween(0, width).map((i) => ({
    ...graph.slice(padded, 1, i, i === width - 1 ? null : i + 1 - width),
    shape: words.shape,
  }));
  const blank = graph.texts([' '], []);
  const run = parts.reduce((left, right) =>
    graph.node('StringConcat', [graph.node('StringConcat', [left, blank], words), right], words),
  );
  const isShort = graph.binary('Equal', parts.at(-1) ?? words, graph.texts([''], []));
  return graph.where(isShort, graph.texts([''], []), run);
}

/** Rows with their empty places behind the others, as long as the longest of them is. */
function withoutGaps(graph: TensorGraph, words: KerasTensor): KerasTensor {
  const isWord = graph.cast(graph.unary('Not', graph.binary('Equal', words, graph.texts([''], []))), 'int64');
  const { order, counts } = graph.frontOrder(isWord);
  const packed = graph.node('GatherElements', [words, order], words, { axis: 1n });
  const most = graph.node(
    'ReduceMax',
    [graph.concat([counts, graph.numbers([0], 'int64')], 0)],
    { dtype: 'int64', shape: [1] },
    { keepdims: 1n },
  );
  const inputs = [packed, graph.numbers([0], 'int64'), most, graph.numbers([1], 'int64')];
  return graph.node('Slice', inputs, { dtype: 'string', shape: [words.shape[0] ?? null, null] });
}

function standardized(context: LayerContext, texts: KerasTensor): KerasTensor {
  const { graph, config } = context;
  if (!config.isGiven('standardize')) return texts;
  const how = config.oneOf('standardize', STANDARDS);
  // In the locale C only letters of ASCII have a small form, as in tf.strings.lower.
  const lower = how.startsWith('lower')
    ? graph.unary('StringNormalizer', texts, { case_change_action: 'LOWER', locale: 'C' })
    : texts;
  return how === 'lower' ? lower : stripped(context, lower);
}

/** Texts without punctuation: split at it, and what is left put together again. */
function stripped({ graph }: LayerContext, texts: KerasTensor): KerasTensor {
  const separators = PUNCTUATION.map((mark) => mark.replace(ESCAPED, '\\$&'));
  const attributes = { separators, mark: 0n, mincharnum: 1n, pad_value: '' };
  const [rows = null] = texts.shape;
  const parts = graph.node(
    'Tokenizer',
    [texts],
    { dtype: 'string', shape: [rows, null] },
    attributes,
    'com.microsoft',
  );
  const rowsBy = graph.concat([graph.sizesOf(texts, 0, 1), graph.numbers([1], 'int64')], 0);
  const empty = graph.node('Expand', [graph.texts([''], []), rowsBy], { dtype: 'string', shape: [rows, 1] });
  let joined = graph.concat([parts, empty], 1);
  // Neighbours are joined until one part is left; a text of more parts fails.
  for (let i = 0; i < HALVINGS; i += 1) {
    const second = graph.slice(graph.concat([joined, empty], 1), 1, 1, null, 2);
    joined = graph.node('StringConcat', [graph.slice(joined, 1, 0, null, 2), second], {
      dtype: 'string',
      shape: [rows, null],
    });
  }
  return graph.squeeze({ ...joined, shape: [rows, 1] }, [1]);
}

/** Parts between punctuation that one text may have: 2 to this. */
const HALVINGS = 12;

/** Words, one row a text: texts with fewer words have empty ones behind them. */
function splitTexts(context: LayerContext, texts: KerasTensor): KerasTensor {
  const { graph, config } = context;
  const how = config.oneOf('split', ['whitespace', 'character']);
  const shape = [texts.shape[0] ?? null, null];
  const separators = how === 'character' ? [''] : WHITESPACE;
  const attributes = { separators, mark: 0n, mincharnum: 1n, pad_value: '' };
  return graph.node('Tokenizer', [texts], { dtype: 'string', shape }, attributes, 'com.microsoft');
}

/** Rows cut, or filled up with zeros, to a length. */
function ofLength({ graph }: LayerContext, ids: KerasTensor, length: number): KerasTensor {
  const target = graph.concat([graph.sizesOf(ids, 0, 1), graph.numbers([length], 'int64')], 0);
  const zeros = graph.node('Expand', [graph.numbers([0], 'int64', []), target], {
    dtype: 'int64',
    shape: [ids.shape[0] ?? null, length],
  });
  const cut = graph.slice(graph.concat([ids, zeros], 1), 1, 0, length);
  return { ...cut, shape: [ids.shape[0] ?? null, length] };
}

export const TEXT_LAYERS: LayerTable = [['TextVectorization', dropsMask(textVectorization)]];
