import type { Tensor } from '../../model/tensor.ts';
import type { ByteSource } from '../format.ts';
import { callsOf, type NodeSet } from './calls.ts';
import { fileAbsent } from './file-absent.ts';
import type { GraphBudget } from './graph-budget.ts';
import type { FunctionDef, NodeDef } from './graph-def.ts';
import type { MetaGraph } from './saved-model.ts';
import { type TensorRefusals, tensorOfProto } from './tensor-proto.ts';

export interface TableEntries {
  readonly keys: Tensor;
  readonly values: Tensor;
}

/** Reads what a table is filled with. */
type ReadEntries = (refuse: TensorRefusals) => TableEntries;

/** Special columns of a text file (tensorflow/core/kernels/lookup_util.h). */
const LINE_NUMBER = -1;
const WHOLE_LINE = -2;

const FROM_TENSORS: ReadonlySet<string> = new Set([
  'LookupTableImportV2',
  'InitializeTableV2',
  'LookupTableInsertV2',
]);
const FROM_FILE = 'InitializeTableFromTextFileV2';
/** What gives a variable the name of an asset. */
const ASSIGN = 'AssignVariableOp';
const FILLS: ReadonlySet<string> = new Set([...FROM_TENSORS, FROM_FILE, ASSIGN]);

/** Tables by the node that makes their handle, as the nodes that fill them say. */
export function tableReader(
  { graph, assets }: Pick<MetaGraph, 'graph' | 'assets'>,
  functions: ReadonlyMap<string, FunctionDef>,
  open: (path: string) => ByteSource | null,
  budget: GraphBudget,
): (node: string, refuse: TensorRefusals) => TableEntries {
  const fillersOf = (): ReadonlyMap<string, ReadEntries> => {
    const calls = callsOf(graph, functions, FILLS);
    const assetOf = assetFinder(calls[0], assets);
    const found = new Map<string, ReadEntries>();
    for (const call of calls) {
      budget.read.checkTime('tables of the graph', 0);
      for (const node of call.nodes) {
        const read = readerOf(node, call, assetOf, open, budget);
        if (read !== null) found.set(call.origin(node.inputs[0] ?? '').name, read);
      }
    }
    return found;
  };
  let fillers: ReadonlyMap<string, ReadEntries> | null = null;
  const tables = new Map<string, TableEntries>();
  return (node, refuse) => {
    fillers ??= fillersOf();
    const read = fillers.get(node);
    if (read === undefined) throw refuse.unsupported(`the table "${node}", which nothing fills`);
    const entries = tables.get(node) ?? read(refuse);
    tables.set(node, entries);
    return entries;
  };
}

function readerOf(
  node: NodeDef,
  call: NodeSet,
  assetOf: (node: NodeDef | null) => string | null,
  open: (path: string) => ByteSource | null,
  budget: GraphBudget,
): ReadEntries | null {
  const constant = (at: number, refuse: TensorRefusals): Tensor => {
    const source = call.source(node.inputs[at] ?? '');
    const value = source?.attrs.get('value');
    if (value?.kind === 'tensor') return tensorOfProto(value.value, refuse, budget);
    if (source?.op === 'Range') return rangeOf(source, (input) => call.source(input), refuse, budget);
    throw refuse.unsupported('a table filled with what only a run gives');
  };
  if (FROM_TENSORS.has(node.op))
    return (refuse) => ({ keys: constant(1, refuse), values: constant(2, refuse) });
  if (node.op !== FROM_FILE) return null;
  return (refuse) => {
    const name = assetOf(call.source(node.inputs[1] ?? ''));
    if (name === null) throw refuse.unsupported('a table filled from a file that is no asset of the model');
    return fromLines(node, linesOf(name, open, budget));
  };
}

/** Entries that a table numbers. */
const MAX_ENTRIES = 10_000_000;

/** Numbers from one constant to another. */
function rangeOf(
  { inputs }: NodeDef,
  source: (reference: string) => NodeDef | null,
  refuse: TensorRefusals,
  budget: GraphBudget,
): Tensor {
  const [start, limit, delta] = inputs.map((input) => {
    const value = source(input)?.attrs.get('value');
    if (value?.kind !== 'tensor') throw refuse.unsupported('a table filled with what only a run gives');
    return Number(tensorOfProto(value.value, refuse, budget).data[0]);
  });
  if (start !== 0 || delta !== 1 || limit === undefined || !(limit >= 0 && limit <= MAX_ENTRIES))
    throw refuse.unsupported(`a table filled with numbers from ${start} to ${limit}`);
  budget.numbers(limit, 0);
  return { dtype: 'int64', shape: [limit], data: BigInt64Array.from({ length: limit }, (_, i) => BigInt(i)) };
}

/** The asset that a node names: itself, or by the variable that it reads and that a node assigned the name to. */
function assetFinder(
  top: NodeSet | undefined,
  assets: ReadonlyMap<string, string>,
): (node: NodeDef | null) => string | null {
  const assigned = new Map(
    (top?.nodes ?? [])
      .filter(({ op }) => op === ASSIGN)
      .map(({ inputs }) => [top?.origin(inputs[0] ?? '').name, top?.origin(inputs[1] ?? '').name]),
  );
  return (node) => {
    if (node === null) return null;
    const read =
      node.op === 'ReadVariableOp' ? assigned.get(top?.origin(node.inputs[0] ?? '').name) : undefined;
    return assets.get(read ?? node.name) ?? null;
  };
}

/** Lines of an asset, which lies in `assets/`. */
function linesOf(name: string, open: (path: string) => ByteSource | null, budget: GraphBudget): string[] {
  const source = open(`assets/${name}`);
  if (source === null) throw fileAbsent(`assets/${name}`);
  budget.bytes(source.size * 8, `the asset "${name}"`, 0);
  const lines = new TextDecoder().decode(source.slice(0, source.size)).split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines.map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line));
}

function fromLines(node: NodeDef, lines: readonly string[]): TableEntries {
  const number = (name: string): number => {
    const attr = node.attrs.get(name);
    return attr?.kind === 'int' ? attr.value : 0;
  };
  const separator = node.attrs.get('delimiter');
  const between = separator?.kind === 'text' ? separator.value : '\t';
  const first = number('offset');
  const kept = lines.slice(first);
  const column = (at: number): Tensor => {
    if (at === WHOLE_LINE) return { dtype: 'string', shape: [kept.length], data: kept };
    if (at === LINE_NUMBER)
      return { dtype: 'int64', shape: [kept.length], data: BigInt64Array.from(kept, (_, i) => BigInt(i)) };
    return { dtype: 'string', shape: [kept.length], data: kept.map((line) => line.split(between)[at] ?? '') };
  };
  return { keys: column(number('key_index')), values: column(number('value_index')) };
}
