import { PlimsollError } from '../../core/errors.ts';
import type { Outputs } from '../../model/batch.ts';
import type { OutputSpec } from '../../model/signature.ts';
import type { Tensor, TensorData } from '../../model/tensor.ts';
import { partName } from '../../onnx/parts.ts';

/** Graph outputs that the outputs of a signature are made of, and the one that marks refused rows. */
export function graphOutputNames(specs: readonly OutputSpec[], refused: string | null): string[] {
  const names = specs.flatMap(({ name, parts }) =>
    parts === undefined ? [name] : Array.from({ length: parts }, (_, part) => partName(name, part)),
  );
  return refused === null ? names : [...names, refused];
}

/**
 * Named outputs of the signature from named graph outputs; the parts of a list output are gathered.
 *
 * @throws INPUT_INVALID where the graph marks a row as refused
 */
export function gatherOutputs(
  specs: readonly OutputSpec[],
  tensors: ReadonlyMap<string, Tensor>,
  refused: string | null,
): Outputs {
  const take = (name: string): Tensor => {
    const tensor = tensors.get(name);
    if (tensor === undefined) {
      throw new PlimsollError('INTERNAL', {
        action: 'running a graph',
        reason: `it has no output "${name}"`,
      });
    }
    return tensor;
  };
  if (refused !== null) checkRefused(take(refused));
  return Object.fromEntries(
    specs.map(({ name, parts }) => [
      name,
      parts === undefined
        ? take(name)
        : Array.from({ length: parts }, (_, part) => take(partName(name, part))),
    ]),
  );
}

/** The graph knows the row; which of its steps and columns was at fault it can't say. */
function checkRefused({ data }: Tensor): void {
  const row = Array.from(data as ArrayLike<unknown>).indexOf(1);
  if (row < 0) return;
  const problem = `row ${row}: a value is missing, infinite or unknown where the model takes none`;
  throw new PlimsollError('INPUT_INVALID', { problem, row });
}

/** Answers of consecutive slices as one, along the batch dimension. */
export function concatenateOutputs(slices: readonly Outputs[]): Outputs {
  const [first] = slices;
  if (first === undefined || slices.length === 1) return first ?? {};
  const join = (name: string, part: number | null): Tensor =>
    concatenateTensors(slices.map((slice) => pick(slice[name]!, part)));
  return Object.fromEntries(
    Object.entries(first).map(([name, value]) => [
      name,
      isList(value) ? value.map((_, part) => join(name, part)) : join(name, null),
    ]),
  );
}

const isList = (value: Tensor | readonly Tensor[]): value is readonly Tensor[] => Array.isArray(value);

const pick = (value: Tensor | readonly Tensor[], part: number | null): Tensor =>
  isList(value) ? value[part ?? 0]! : value;

function concatenateTensors(tensors: readonly Tensor[]): Tensor {
  const first = tensors[0]!;
  const shape = [tensors.reduce((sum, { shape: [rows] }) => sum + (rows ?? 0), 0), ...first.shape.slice(1)];
  if (first.dtype === 'string') {
    return {
      dtype: 'string',
      shape,
      data: tensors.flatMap(({ data }) => [...(data as TensorData['string'])]),
    };
  }
  const length = tensors.reduce((sum, { data }) => sum + data.length, 0);
  const data = new (first.data.constructor as Float64ArrayConstructor)(length);
  let at = 0;
  for (const tensor of tensors) {
    data.set(tensor.data as Float64Array, at);
    at += tensor.data.length;
  }
  return { dtype: first.dtype, shape, data } as unknown as Tensor;
}
