import { PlimsollError } from '../../core/errors.ts';
import type { Outputs } from '../../model/batch.ts';
import type { OutputSpec } from '../../model/signature.ts';
import type { Tensor } from '../../model/tensor.ts';
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
  const row = Array.from<unknown>(data).indexOf(1);
  if (row < 0) return;
  const problem = `row ${row}: a value is missing, infinite or unknown where the model takes none`;
  throw new PlimsollError('INPUT_INVALID', { problem, row });
}
