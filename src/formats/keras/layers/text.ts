import type { LayerContext, LayerTable } from '../layer.ts';
import type { KerasTensor } from '../tensor-graph.ts';
import { ENCODINGS } from './categories.ts';
import { dropsMask } from './kind.ts';
import { encodeTokens, lookUp, readTokens } from './lookup.ts';

/** What Keras strips: the punctuation of ASCII. */
const PUNCTUATION = [...'!"#$%&()*+,-./:;<=>?@[\\]^_`{|}~\''];
/** What `isspace` of C takes for white space, at which tf.strings.split splits. */
const WHITESPACE = [' ', '\t', '\n', '\v', '\f', '\r'];
const STANDARDS = ['lower_and_strip_punctuation', 'lower', 'strip_punctuation'] as const;
const ESCAPED = /[\\^$.|?*+()[\]{}-]/g;

/** Texts to numbers of words: made lower, stripped, split and looked up. */
function textVectorization(context: LayerContext): KerasTensor {
  const { graph, config, input } = context;
  if (input.dtype !== 'string') throw context.invalid('its input', `a tensor of ${input.dtype}`, 'texts');
  if (config.isGiven('ngrams')) throw config.unsupported('ngrams', 'single words are');
  if (config.flag('ragged', false)) throw config.unsupported('ragged', 'dense outputs are');
  const rank = input.shape.length;
  if (rank > 2 || (rank === 2 && input.shape[1] !== 1))
    throw context.invalid('its input', `a tensor of ${rank} axes`, 'one text a row');
  const texts = rank === 2 ? graph.squeeze(input, [1]) : input;
  const words = splitTexts(context, standardized(context, texts));
  const mode = config.oneOf('output_mode', ENCODINGS, 'int');
  const special = mode === 'int' ? ['', '[UNK]'] : ['[UNK]'];
  const table = { tokens: readTokens(context, special, true), mask: '', unknowns: 1, mode };
  const ids = lookUp(context, words, table);
  if (mode !== 'int') return encodeTokens(context, ids, table);
  return config.isGiven('output_sequence_length')
    ? ofLength(context, ids, config.count('output_sequence_length'))
    : ids;
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
