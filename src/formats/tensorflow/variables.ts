import type { Tensor } from '../../model/tensor.ts';
import type { Checkpoint } from './bundle.ts';
import { callsOf } from './calls.ts';
import { fileAbsent } from './file-absent.ts';
import type { GraphBudget } from './graph-budget.ts';
import type { FunctionDef, GraphDef, NodeDef } from './graph-def.ts';
import { partOfSpec, type TensorPart } from './slices.ts';
import type { StoredTensor } from './stored-tensor.ts';
import { type TensorRefusals, tensorOfProto } from './tensor-proto.ts';

/** What a variable is restored from. */
interface RestoredKey {
  readonly key: string;
  readonly part: TensorPart | null;
}

const ASSIGNS: ReadonlySet<string> = new Set(['Assign', 'AssignVariableOp']);

/**
 * Keys in the checkpoint by the node of the variable: what the operation that restores assigns to what. It is a function that
 * gets the handles in TensorFlow 2, and nodes of the graph itself before.
 */
function restoredKeys(
  graph: GraphDef,
  functions: ReadonlyMap<string, FunctionDef>,
  budget: GraphBudget,
  refuse: TensorRefusals,
): ReadonlyMap<string, RestoredKey> {
  const keys = new Map<string, RestoredKey>();
  const namesBy = new Map<NodeDef, Tensor['data']>();
  const specsBy = new Map<NodeDef, Tensor['data']>();
  for (const { nodes, origin, source } of callsOf(graph, functions, ASSIGNS)) {
    budget.read.checkTime('variables of the graph', 0);
    for (const node of nodes) {
      const [target = '', value = ''] = node.inputs;
      const restore = source(value);
      if (restore?.op !== 'RestoreV2') continue;
      const names = source(restore.inputs[1] ?? '')?.attrs.get('value');
      if (names?.kind !== 'tensor') continue;
      const known = namesBy.get(restore) ?? tensorOfProto(names.value, refuse, budget).data;
      namesBy.set(restore, known);
      const key = known[origin(value).index];
      const spec = specsBy.get(restore) ?? textsOf(source(restore.inputs[2] ?? ''), refuse, budget);
      specsBy.set(restore, spec);
      const part = partOfSpec(String(spec[origin(value).index] ?? ''));
      if (typeof key === 'string') keys.set(origin(target).name, { key, part });
    }
  }
  return keys;
}

function textsOf(node: NodeDef | null, refuse: TensorRefusals, budget: GraphBudget): Tensor['data'] {
  const value = node?.attrs.get('value');
  return value?.kind === 'tensor' ? tensorOfProto(value.value, refuse, budget).data : [];
}

/** Values of variables by the nodes that make them, each read when something asks for it. */
export function variableReader(
  checkpoint: Checkpoint | null,
  graph: GraphDef,
  functions: ReadonlyMap<string, FunctionDef>,
  budget: GraphBudget,
): (node: string, refuse: TensorRefusals) => StoredTensor {
  const values = new Map<string, StoredTensor>();
  let keys: ReadonlyMap<string, RestoredKey> | null = null;
  return (node, refuse) => {
    const known = values.get(node);
    if (known !== undefined) return known;
    if (checkpoint === null) throw fileAbsent('variables/variables.index');
    keys ??= restoredKeys(graph, functions, budget, refuse);
    const { key, part } = keys.get(node) ?? { key: node, part: null };
    const value = checkpoint.tensor(key, refuse, part);
    values.set(node, value);
    return value;
  };
}
