import type { GraphBuilder } from '../../../onnx/builder.ts';
import type { ValueName } from '../../../onnx/graph.ts';
import { farmFingerprint64 } from '../../../onnx/hash/farm-hash.ts';
import { sipHash } from '../../../onnx/hash/sip-hash.ts';
import type { TextExpression } from '../../../onnx/text-stage/expression.ts';
import { rewriteOf, textPattern } from '../../../onnx/text-stage/pattern.ts';
import type { NodeContext, OperatorRule, OperatorTable } from '../context.ts';
import type { TensorValue, TextSource } from '../emitter.ts';
import { pair } from './elementwise.ts';
import { transposeBy, unsqueezeAt } from './shape.ts';

/**
 * Operators on texts. ONNX has few of them: what an input of the model becomes is computed before the graph runs, and put in the
 * places where the graph has the input (src/onnx/text-stage).
 */

function sourceOf(c: NodeContext, at = 0): TextSource {
  const { source } = c.tensor(at);
  if (source === undefined)
    throw c.unsupported(
      `input ${at}`,
      'what the model itself computes',
      'what comes from an input of the model is',
    );
  return source;
}

/** What `expression` gives, in the places that the source has. */
function computed(c: NodeContext, source: TextSource, expression: TextExpression): TensorValue {
  const value = source.arrange(c.g.text(expression, source.shape));
  return value.dtype === 'string' ? { ...value, source: { ...source, expression } } : value;
}

const each =
  (expression: (c: NodeContext, of: TextExpression) => TextExpression): OperatorRule =>
  (c) => {
    const source = sourceOf(c);
    return computed(c, source, expression(c, source.expression));
  };

const inCase = (op: 'lower' | 'upper'): OperatorRule =>
  each((c, of) => ({ op, of, ascii: c.text('encoding', '') === '' }));

/** A text that the graph holds. */
function textAt(c: NodeContext, at: number): string {
  const { constant } = c.tensor(at);
  const [text] = constant?.dtype === 'string' ? constant.load().data : [];
  if (typeof text !== 'string')
    throw c.unsupported(`input ${at}`, 'a text that only a run gives', 'a constant is');
  return text;
}

function replaced(c: NodeContext, of: TextExpression, pattern: string, rewrite: string): TextExpression {
  const all = c.flag('replace_global', true);
  if (textPattern(pattern, all ? 'g' : '') === null) throw unreadPattern(c, pattern);
  if (rewriteOf(rewrite) === null)
    throw c.unsupported('rewrite', JSON.stringify(rewrite), 'texts and groups are');
  return { op: 'replace', of, pattern, rewrite, all };
}

const unreadPattern = (c: NodeContext, pattern: string) =>
  c.unsupported(
    'pattern',
    JSON.stringify(pattern),
    'patterns are in which single characters repeat and that match no empty text',
  );

/** Whether all of a text matches, by RE2 itself. */
function matched(c: NodeContext, pattern: string): TensorValue {
  return c.emit('RegexFullMatch', [c.tensor(0)], { pattern }, { dtype: 'bool', shape: c.tensor(0).shape });
}

/** Hashes by a number of buckets, which is 2⁶³ − 1 where it is 0. */
export function hashBucket(
  c: NodeContext,
  hash: TensorValue,
  buckets = c.int('num_buckets', 1),
): TensorValue {
  const made = { dtype: 'uint64', shape: hash.shape } as const;
  const data = BigUint64Array.of(buckets > 0 ? BigInt(buckets) : 2n ** 63n - 1n);
  const by = c.g.constant({ dtype: 'uint64', shape: [], data });
  return c.g.cast(c.emit('Mod', [c.g.cast(hash, 'uint64'), by], {}, made), 'int64');
}

/** Hashes of the texts of an input, as unsigned numbers. */
export function hashOf(
  c: NodeContext,
  at: number,
  hash: (graph: GraphBuilder, texts: ValueName) => ValueName = farmFingerprint64,
): TensorValue {
  const x = c.tensor(at);
  if (x.dtype !== 'string') throw c.unsupported(`input ${at}`, x.dtype, 'texts are');
  const flat = c.emit('Reshape', [x, c.g.ints([-1])], {}, { dtype: 'string', shape: [null] });
  const hashes = c.g.composed((graph) => hash(graph, c.g.nameOf(flat)), { dtype: 'uint64', shape: [null] });
  const shape = c.emit('Shape', [x], {}, { dtype: 'int64', shape: [x.shape?.length ?? null] });
  return c.emit('Reshape', [hashes, shape], {}, { dtype: 'uint64', shape: x.shape });
}

const strongBucket: OperatorRule = (c) => {
  const [k0 = 0, k1 = 0] = c.intList('key');
  const key = [BigInt(k0), BigInt(k1)] as const;
  return hashBucket(
    c,
    hashOf(c, 0, (graph, texts) => sipHash(graph, texts, key)),
  );
};

const number: OperatorRule = (c) => {
  const source = sourceOf(c);
  const dtype = c.dtype('out_type', 'float32');
  if (dtype !== 'float32' && dtype !== 'float64' && dtype !== 'int32' && dtype !== 'int64')
    throw c.unsupported('out_type', dtype, 'float and int are');
  return computed(c, source, { op: 'number', of: source.expression, dtype });
};

/** Whole numbers are written alike everywhere; others are not. */
const digits: OperatorRule = (c) => {
  const x = c.tensor(0);
  const plain = ['precision', 'width'].every((name) => c.int(name, -1) < 0) && c.text('fill', '') === '';
  if (!/^u?int/.test(x.dtype) || !plain)
    throw c.unsupported('T', plain ? x.dtype : 'a format', 'whole numbers as they are');
  return c.g.cast(x, 'string');
};

const length: OperatorRule = (c) => {
  const source = sourceOf(c);
  const unit = c.text('unit', 'BYTE') === 'BYTE' ? 'bytes' : 'characters';
  return computed(c, source, { op: 'length', of: source.expression, unit });
};

const substring: OperatorRule = (c) => {
  const source = sourceOf(c);
  const [[start = 0], [size = 0]] = [c.ints(1), c.ints(2)];
  const unit = c.text('unit', 'BYTE') === 'BYTE' ? 'bytes' : 'characters';
  if (unit === 'bytes') throw c.unsupported('unit', 'BYTE', 'UTF8_CHAR is');
  return computed(c, source, { op: 'substring', of: source.expression, start, size });
};

const join: OperatorRule = (c) => {
  const [start, ...others] = c.tensors;
  if (start === undefined) throw c.invalid('no texts', 'one at least');
  const separator = c.text('separator', '');
  const between = c.g.constant({ dtype: 'string', shape: [], data: [separator] });
  return others.reduce<TensorValue>((text, next) => {
    const left = separator === '' ? text : pair(c, 'StringConcat', text, between);
    return pair(c, 'StringConcat', left, next);
  }, start);
};

/** Words of texts as sparse entries: where they stand, what they are, and the sizes of the whole. */
function words(c: NodeContext, source: TextSource, by: string, any: boolean): TensorValue[] {
  if (!source.isInOrder)
    throw c.unsupported('input', 'texts out of order', 'an input of the model in its order is');
  const expression = { op: 'split', of: source.expression, by, any } as const;
  const shape = [`${c.node.name}_texts`, `${c.node.name}_words`];
  const filled = c.g.text(expression, shape);
  const counts = c.g.text({ op: 'count', of: expression }, shape.slice(0, 1));
  const int = { dtype: 'int64', shape: [] } as const;
  const width = c.emit(
    'Squeeze',
    [c.emit('Shape', [filled], { start: 1n }, { ...int, shape: [1] })],
    {},
    int,
  );
  const places = c.emit('Range', [c.g.int(0), width, c.g.int(1)], {}, { ...int, shape: [null] });
  const there = c.emit(
    'Less',
    [places, unsqueezeAt(c, counts, -1)],
    {},
    { dtype: 'bool', shape: [null, null] },
  );
  const found = c.emit('NonZero', [there], {}, { dtype: 'int64', shape: [2, null] });
  const indices = transposeBy(c, found, [1, 0]);
  const arrange = (given: TensorValue): TensorValue =>
    c.emit('GatherND', [given, indices], {}, { dtype: given.dtype, shape: [null] });
  const values: TensorValue = {
    ...arrange(filled),
    source: { expression, shape, arrange, isInOrder: false, isPlain: false },
  };
  const rows = c.emit('Shape', [counts], {}, { dtype: 'int64', shape: [1] });
  const longest = c.emit(
    'ReduceMax',
    [counts, c.g.ints([0])],
    { keepdims: 1n },
    { dtype: 'int64', shape: [1] },
  );
  const whole = c.emit('Concat', [rows, longest], { axis: 0n }, { dtype: 'int64', shape: [2] });
  return [indices, values, whole];
}

const split: OperatorRule = (c) => {
  if (c.int('maxsplit', -1) >= 0) throw c.unsupported('maxsplit', String(c.int('maxsplit', -1)), '-1 is');
  return words(c, sourceOf(c), textAt(c, 1), false);
};

/** At each of the characters of a delimiter; none is white space. */
const splitOfOld: OperatorRule = (c) => {
  const delimiter = textAt(c, 1);
  if (!c.flag('skip_empty', true)) throw c.unsupported('skip_empty', 'false', 'true is');
  return words(c, sourceOf(c), delimiter, delimiter !== '');
};

export const TEXT_OPERATORS: OperatorTable = {
  StringLower: inCase('lower'),
  StringUpper: inCase('upper'),
  StringStrip: each((_c, of) => ({ op: 'strip', of })),
  StaticRegexReplace: each((c, of) => replaced(c, of, c.text('pattern', ''), c.text('rewrite', ''))),
  RegexReplace: each((c, of) => replaced(c, of, textAt(c, 1), textAt(c, 2))),
  StaticRegexFullMatch: (c) => matched(c, c.text('pattern', '')),
  RegexFullMatch: (c) => matched(c, textAt(c, 1)),
  StringToHashBucketFast: (c) => hashBucket(c, hashOf(c, 0)),
  StringToHashBucketStrong: strongBucket,
  StringToNumber: number,
  AsString: digits,
  StringLength: length,
  Substr: substring,
  StringJoin: join,
  StringSplitV2: split,
  StringSplit: splitOfOld,
};
