import type { DocumentValue } from '../../json/document.ts';
import { KerasConfig } from '../config.ts';
import { type CallValue, type CompileLayer, LayerContext, type LayerKind } from '../layer.ts';
import { dropsMask } from '../layers/kind.ts';

/** A function of TensorFlow as a function of `keras.ops`. */
interface FunctionAlias {
  readonly operation: string;
  /** Names of the tensors of a call, in order. */
  readonly operands: readonly string[];
  /** Other arguments, by the names that the operation has for them. */
  readonly fields: Readonly<Record<string, string>>;
}

const alias = (
  operation: string,
  operands: readonly string[] = ['x'],
  fields: Readonly<Record<string, string>> = {},
): FunctionAlias => ({ operation, operands, fields });

const PAIR = ['x', 'y'];
const REDUCED = { axis: 'axis', keepdims: 'keepdims' };

/** What Keras 2 keeps of operators and functions of TensorFlow between layers, by the name of the function. */
const FUNCTIONS: ReadonlyMap<string, FunctionAlias> = new Map([
  ['__operators__.add', alias('Add', PAIR)],
  ['__operators__.getitem', alias('GetItem', ['tensor', 'slice_spec'])],
  ['math.add', alias('Add', PAIR)],
  ['math.subtract', alias('Subtract', PAIR)],
  ['math.multiply', alias('Multiply', PAIR)],
  ['math.divide', alias('Divide', PAIR)],
  ['math.truediv', alias('Divide', PAIR)],
  ['math.pow', alias('Power', PAIR)],
  ['math.maximum', alias('Maximum', PAIR)],
  ['math.minimum', alias('Minimum', PAIR)],
  ['math.greater', alias('Greater', PAIR)],
  ['math.less', alias('Less', PAIR)],
  ['math.negative', alias('Negative')],
  ['math.abs', alias('Abs')],
  ['math.exp', alias('Exp')],
  ['math.log', alias('Log')],
  ['math.sqrt', alias('Sqrt')],
  ['math.square', alias('Square')],
  ['math.tanh', alias('Tanh')],
  ['math.sigmoid', alias('Sigmoid')],
  ['math.reduce_mean', alias('Mean', ['input_tensor'], REDUCED)],
  ['math.reduce_sum', alias('Sum', ['input_tensor'], REDUCED)],
  ['math.reduce_max', alias('Max', ['input_tensor'], REDUCED)],
  ['math.reduce_min', alias('Min', ['input_tensor'], REDUCED)],
  ['linalg.matmul', alias('Matmul', ['a', 'b'])],
  ['nn.relu', alias('Relu', ['features'])],
  ['nn.relu6', alias('Relu6', ['features'])],
  ['nn.sigmoid', alias('Sigmoid')],
  ['nn.silu', alias('Silu', ['features'])],
  ['nn.softmax', alias('Softmax', ['logits'], { axis: 'axis' })],
  ['cast', alias('Cast', ['x'], { dtype: 'dtype' })],
  ['clip_by_value', alias('Clip', ['t'], { clip_value_min: 'x_min', clip_value_max: 'x_max' })],
  ['concat', alias('Concatenate', ['values'], { axis: 'axis' })],
  ['expand_dims', alias('ExpandDims', ['input'], { axis: 'axis' })],
  ['identity', alias('Copy', ['input'])],
  ['reshape', alias('Reshape', ['tensor'], { shape: 'newshape' })],
  ['squeeze', alias('Squeeze', ['input'], { axis: 'axis' })],
  ['stack', alias('Stack', ['values'], { axis: 'axis' })],
  ['transpose', alias('Transpose', ['a'], { perm: 'axes' })],
]);

/** `TFOpLambda` and `SlicingOpLambda` of Keras 2: functions by name, none of which is resolved. */
export const tensorflowFunction = (operations: ReadonlyMap<string, CompileLayer>): LayerKind =>
  dropsMask((context) => {
    const { config, layer, scope, call } = context;
    const known = FUNCTIONS.get(config.text('function').replace(/^compat\.v1\./, ''));
    const operation = operations.get(known?.operation ?? '');
    if (known === undefined || operation === undefined)
      throw config.unsupported(
        'function',
        `functions of TensorFlow such as ${[...FUNCTIONS.keys()].slice(0, 8).join(', ')} are`,
      );
    if (flagOf(call.kwargs.get('transpose_a')) || flagOf(call.kwargs.get('transpose_b')))
      throw context.unsupported('transpose', 'true', 'products of matrices as they are');
    const [first, ...others] = known.operands;
    const args = [
      call.args[0] ?? call.kwargs.get(first ?? ''),
      ...others.map((name) => call.kwargs.get(name)),
    ];
    const fields = Object.entries(known.fields).flatMap(([name, field]): [string, DocumentValue][] => {
      const value = call.kwargs.get(name);
      return value === undefined ? [] : [[field, plainOf(value)]];
    });
    const settings = new KerasConfig({ offset: layer.origin.offset, fields: new Map(fields) }, layer.origin);
    const given = args.filter((value): value is CallValue => value !== undefined);
    return operation(
      new LayerContext({ ...layer, config: settings }, scope, { args: given, kwargs: new Map() }),
    );
  });

const flagOf = (value: CallValue | undefined): boolean => value?.kind === 'plain' && value.value === true;

const plainOf = (value: CallValue): DocumentValue =>
  value.kind === 'plain' ? (value.value ?? null) : value.kind === 'list' ? value.items.map(plainOf) : null;
