import type { DType } from '../../../model/tensor.ts';
import type { NodeContext, OperatorRule, OperatorTable } from '../context.ts';
import type { TensorValue } from '../emitter.ts';
import { dataTypeName, dtypeOfType } from '../tensor-proto.ts';
import { transposeBy } from './shape.ts';

/**
 * Features of `tf.Example`: where a model parses examples, the features themselves are its inputs. A feature of any length is a row
 * of one length here, in which the empty text, −1, or 0 of floating point numbers stand for what is not there, as in feature columns.
 */

/** An input is parsed as examples: the signature has to be compiled with its features in its place. */
export class ExamplesInput extends Error {
  readonly input: string;

  constructor(input: string) {
    super(`the input "${input}" is parsed as tf.Example`);
    this.input = input;
  }
}

interface FeatureKeys {
  readonly sparse: readonly string[];
  readonly dense: readonly string[];
}

function parsed(c: NodeContext, { sparse, dense }: FeatureKeys): TensorValue[] {
  const given = c.inputs[0];
  if (
    given?.kind === 'tensor' &&
    given.source?.isPlain === true &&
    typeof given.source.expression === 'string'
  )
    throw new ExamplesInput(given.source.expression);
  if (given?.kind !== 'examples')
    throw c.unsupported('serialized', 'examples that the model makes itself', 'an input of the model is');
  const listOf = (name: string) => {
    const attr = c.attr(name);
    return attr?.kind === 'list' ? attr.value : { types: [], shapes: [] };
  };
  const [sparseTypes, denseTypes, denseShapes] = [
    listOf('sparse_types').types,
    listOf('Tdense').types,
    listOf('dense_shapes').shapes,
  ];
  const entries = sparse.map((key, i) =>
    entriesOf(c, feature(c, key, typeOf(c, sparseTypes[i] ?? 0), [`${key}_values`])),
  );
  const rows = dense.map((key, i) => {
    const sizes = (denseShapes[i] ?? []).map((size, axis) => (size < 0 ? `${key}_${axis + 1}` : size));
    return feature(c, key, typeOf(c, denseTypes[i] ?? 0), sizes);
  });
  return [
    ...entries.map(({ places }) => places),
    ...entries.map(({ values }) => values),
    ...entries.map(({ shape }) => shape),
    ...rows,
  ];
}

const feature = (
  c: NodeContext,
  key: string,
  dtype: DType,
  sizes: readonly (number | string)[],
): TensorValue => c.g.feature(key, dtype, ['N', ...sizes]);

function typeOf(c: NodeContext, type: number): DType {
  const dtype = dtypeOfType(type);
  if (dtype === null) throw c.unsupported('dtype', dataTypeName(type), 'texts, int64 and float32 are');
  return dtype;
}

/** What is there, as sparse entries. */
function entriesOf(c: NodeContext, x: TensorValue) {
  const none =
    x.dtype === 'string'
      ? c.g.constant({ dtype: 'string', shape: [], data: [''] })
      : c.g.scalar(x.dtype.startsWith('int') ? -1 : 0, x);
  const is = { dtype: 'bool', shape: x.shape } as const;
  const there = c.emit('Not', [c.emit('Equal', [x, none], {}, is)], {}, is);
  const places = transposeBy(c, c.emit('NonZero', [there], {}, { dtype: 'int64', shape: [2, null] }), [1, 0]);
  const arrange = (given: TensorValue): TensorValue =>
    c.emit('GatherND', [given, places], {}, { dtype: given.dtype, shape: [null] });
  const { source } = x;
  const values = arrange(x);
  return {
    places,
    values:
      source === undefined
        ? values
        : { ...values, source: { ...source, arrange, isInOrder: false, isPlain: false } },
    shape: c.emit('Shape', [x], {}, { dtype: 'int64', shape: [2] }),
  };
}

function textsAt(c: NodeContext, at: number): readonly string[] {
  const { constant } = c.tensor(at);
  if (constant?.dtype !== 'string')
    throw c.unsupported(`input ${at}`, 'keys that only a run gives', 'constants are');
  return [...constant.load().data].map(String);
}

const parse: OperatorRule = (c) => {
  const [sparse, dense] = [c.int('Nsparse', 0), c.int('Ndense', 0)];
  if (sparse + dense > c.inputs.length) throw c.invalid(`${sparse + dense} features`, 'a key each');
  const keys = (from: number, count: number): string[] =>
    Array.from({ length: count }, (_, i) => textsAt(c, from + i)[0] ?? '');
  return parsed(c, { sparse: keys(2, sparse), dense: keys(2 + sparse, dense) });
};

const parseV2: OperatorRule = (c) => {
  if (textsAt(c, 4).length > 0)
    throw c.unsupported('ragged_keys', 'ragged features', 'sparse and dense ones are');
  return parsed(c, { sparse: textsAt(c, 2), dense: textsAt(c, 3) });
};

export const EXAMPLE_OPERATORS: OperatorTable = { ParseExample: parse, ParseExampleV2: parseV2 };
