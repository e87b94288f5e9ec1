import { axisOf } from '../aten/primitives.ts';
import type { PlainFunction } from './plain.ts';
import type { ScriptTensor } from './tensor.ts';
import { isScript, type ScriptValue, scriptList, scriptUnsupported } from './value.ts';

/** What code asks of a tensor: its sizes, its type. What would choose a faster way in torch is answered so that it does not. */

/** ScalarType of C10, by which code names types (c10/core/ScalarType.h). */
const TYPE_NUMBERS: ReadonlyMap<string, number> = new Map(
  [...['uint8', 'int8', 'int16', 'int32', 'int64', 'float16', 'float32', 'float64']]
    .map((name, number) => [name, number] as const)
    .concat([['bool', 11]]),
);

const ofTensor =
  (answer: (tensor: ScriptTensor, call: Parameters<PlainFunction>[0]) => ScriptValue): PlainFunction =>
  (call) => {
    const [tensor] = call.args;
    return isScript(tensor, 'ref') ? answer(tensor, call) : undefined;
  };

const size = ofTensor(({ value }, { g, args: [, axis], place }) => {
  if (axis === undefined) return scriptList(value.shape.map((_, at) => g.sizeOf(value, at)));
  const at = typeof axis === 'number' ? axisOf(axis, value.shape.length) : -1;
  if (at < 0 || at >= value.shape.length)
    throw scriptUnsupported(
      place,
      'torch.size',
      `axis ${String(axis)}`,
      `an axis of ${value.shape.length} is`,
    );
  return g.sizeOf(value, at);
});

const always =
  (answer: ScriptValue): PlainFunction =>
  () =>
    answer;

const isFloatType = (dtype: string): boolean => dtype.startsWith('float');

export const TENSOR_FACTS: ReadonlyMap<string, PlainFunction> = new Map<string, PlainFunction>([
  ['torch.dim', ofTensor(({ value }) => value.shape.length)],
  ['torch.size', size],
  ['torch.len', ofTensor(({ value }, { g }) => g.sizeOf(value, 0))],
  ['prim.shape', ofTensor(({ value }, { g }) => scriptList(value.shape.map((_, at) => g.sizeOf(value, at))))],
  ['prim.dtype', ofTensor(({ value }) => TYPE_NUMBERS.get(value.dtype) ?? null)],
  ['torch.is_floating_point', ofTensor(({ value }) => isFloatType(value.dtype))],
  ['torch.is_complex', always(false)],
  ['prim.device', always({ type: 'device' })],
  ['torch.device', always({ type: 'device' })],
  ['prim.layout', always(0)],
  ['prim.type', always('cpu')],
  ['prim.is_cuda', always(false)],
  ['prim.is_mps', always(false)],
  ['prim.is_nested', always(false)],
  ['prim.is_sparse', always(false)],
  ['prim.is_quantized', always(false)],
  ['prim.is_mkldnn', always(false)],
  ['torch.is_autocast_enabled', always(false)],
  ['torch.is_autocast_cpu_enabled', always(false)],
  // Ways for inference alone compute the same in one operator: those of training are taken.
  ['torch.is_grad_enabled', always(true)],
  ['prim.requires_grad', always(true)],
  ['torch.warn', always(null)],
  ['print', always(null)],
  ['prim.Print', always(null)],
]);
