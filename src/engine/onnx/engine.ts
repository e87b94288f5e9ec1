import type { ColumnInput, PrefixInput } from '../../compile/plan.ts';
import type { Device } from '../../core/devices.ts';
import type { Batch, Outputs } from '../../model/batch.ts';
import type { GraphBytes } from '../../model/graph-bytes.ts';
import type { Signature } from '../../model/signature.ts';
import type { Engine } from '../engine.ts';
import { feedPlan, feedTensors } from './feed.ts';
import { createGuard } from './guard.ts';
import { gatherOutputs, graphOutputNames } from './outputs.ts';
import { type NativePrefix, preparePrefixes } from './prefix.ts';
import { GraphSession } from './session.ts';
import { inferInSlices, sliceRule } from './slices.ts';

export interface OnnxEngineOptions {
  /** Compiled by this program, or linted. */
  readonly onnx: GraphBytes;
  readonly signature: Signature;
  /** What the graph runs on. @default {the CPU} */
  readonly device?: Device | undefined;
  /** Native steps in front of the graph, as the compiler plans them or ready to run. */
  readonly prefix?: readonly (PrefixInput | NativePrefix)[];
  /** Which table column each graph input takes; by default, in order, those that no prefix reads. */
  readonly columns?: readonly ColumnInput[];
  /** Graph output `[N]` of booleans that marks rows which the library would refuse. */
  readonly refused?: string | null;
  /** Bytes that one row takes in the graph at most, where that is known: many rows go through in slices. */
  readonly rowBytes?: number | undefined;
}

/**
 * Opens a graph in onnxruntime. `infer` blocks the calling thread while the graph runs: see `pool.ts`.
 *
 * @throws GRAPH_NOT_LOADED when onnxruntime refuses the bytes
 */
export async function createOnnxEngine(options: OnnxEngineOptions): Promise<Engine> {
  const session = await GraphSession.open(options.onnx, { device: options.device });
  const { columns = null, refused = null, signature } = options;
  const prefix = await preparePrefixes(options.prefix ?? []);
  const plan = feedPlan(session.inputs, prefix, columns);
  const rule = sliceRule(signature, prefix, options.rowBytes);
  const fetches = graphOutputNames(signature.outputs, refused);
  const run = async (batch: Batch): Promise<Outputs> =>
    gatherOutputs(signature.outputs, await session.run(feedTensors(plan, batch), fetches), refused);
  const guard = createGuard(signature);
  return {
    id: 'onnx',
    infer: async (batch) => {
      guard(batch);
      return inferInSlices(batch, rule, run);
    },
    close: () => session.close(),
  };
}
