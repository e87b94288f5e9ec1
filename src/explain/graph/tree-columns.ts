import type { GraphTensor, NodeAttribute, OnnxGraph, OnnxNode } from '../../onnx/graph.ts';

/** A cell on its way to the trees. */
type GraphCell = number | string;

/** A number that trees are given: of which column of the rows it is made, and how. */
export interface TreeColumn {
  readonly source: number;
  make(cell: GraphCell): GraphCell;
}

/** Steps from a value to the inputs, whatever graphs do. */
const MOST_STEPS = 100;

export const floatsOf = (attribute: NodeAttribute | undefined): Float64Array | null =>
  attribute?.type === 'floats' ? Float64Array.from(attribute.value) : null;

/**
 * What the columns of a value are made of, where each is made of one column of the inputs, one by one; null where that is not told. `firsts`
 * has the first column of each input. Numbers are rounded as onnxruntime rounds them.
 */
export function treeColumns(
  graph: OnnxGraph,
  value: string,
  firsts: ReadonlyMap<string, number>,
): readonly TreeColumn[] | null {
  const makers = new Map(
    graph.nodes.flatMap((node) => node.outputs.map((output) => [output, node] as const)),
  );
  let steps = 0;
  const columnsOf = (name: string): readonly TreeColumn[] | null => {
    const input = graph.inputs.find((one) => one.name === name);
    const first = firsts.get(name);
    if (input !== undefined && first !== undefined) {
      const width = input.shape?.length === 2 ? Number(input.shape[1]) : 1;
      return Array.from({ length: width }, (_, k) => ({ source: first + k, make: (x) => x }));
    }
    const node = makers.get(name);
    if (node === undefined || ++steps > MOST_STEPS) return null;
    const given: TreeColumn[][] = [];
    for (const one of node.inputs) {
      if (graph.initializers[one] !== undefined) continue;
      const columns = columnsOf(one);
      if (columns === null) return null;
      given.push([...columns]);
    }
    return madeBy(node, given, graph);
  };
  return columnsOf(value);
}

function madeBy(
  node: OnnxNode,
  given: readonly (readonly TreeColumn[])[],
  graph: OnnxGraph,
): readonly TreeColumn[] | null {
  const [only = []] = given;
  const each = (then: (x: number, k: number) => number): readonly TreeColumn[] =>
    only.map(({ source, make }, k) => ({ source, make: (x) => then(Number(make(x)), k) }));
  const { fround } = Math;
  if (node.domain === 'ai.onnx.ml') {
    if (node.op === 'FeatureVectorizer') return given.flat();
    if (node.op === 'ArrayFeatureExtractor') return chosen(only, graph.initializers[node.inputs[1] ?? '']);
    if (node.op === 'OneHotEncoder') return encoded(node, only);
    if (node.op === 'Scaler') {
      const [offset, scale] = [floatsOf(node.attributes.offset), floatsOf(node.attributes.scale)];
      if (offset === null || scale === null || !fits(offset, only) || !fits(scale, only)) return null;
      return each((x, k) => fround(fround(fround(x) - at(offset, k)) * at(scale, k)));
    }
    if (node.op === 'Imputer') {
      const fill = floatsOf(node.attributes.imputed_value_floats);
      const { replaced_value_float: marked } = node.attributes;
      if (fill === null || !fits(fill, only) || marked?.type !== 'float') return null;
      const isMissing = (x: number): boolean =>
        Number.isNaN(marked.value) ? Number.isNaN(x) : fround(x) === fround(marked.value);
      return each((x, k) => (isMissing(x) ? at(fill, k) : x));
    }
    return null;
  }
  if (node.domain !== '') return null;
  if (node.op === 'Identity') return only;
  if (node.op === 'Gather') {
    const { axis } = node.attributes;
    const isColumns = axis?.type === 'int' && (axis.value === 1n || axis.value === -1n);
    return isColumns ? chosen(only, graph.initializers[node.inputs[1] ?? '']) : null;
  }
  // Rows stay rows, of as many columns.
  if (node.op === 'Reshape') {
    const shape = graph.initializers[node.inputs[1] ?? ''];
    const sizes = shape?.dtype === 'int64' ? Array.from(shape.data, Number) : [];
    return sizes.length === 2 && sizes[0] === -1 && sizes[1] === only.length ? only : null;
  }
  if (node.op === 'Concat') return given.length === node.inputs.length ? concatenated(node, given) : null;
  if (node.op === 'Cast') {
    const { to } = node.attributes;
    if (to?.type !== 'int') return null;
    // TensorProto.DataType: 1 is float32, 11 is float64.
    if (to.value === 1n) return each((x) => fround(x));
    return to.value === 11n ? only : null;
  }
  return arithmetic(node, each, only, graph);
}

/** Some columns of those given. */
function chosen(
  columns: readonly TreeColumn[],
  places: GraphTensor | undefined,
): readonly TreeColumn[] | null {
  if (places?.dtype !== 'int64') return null;
  const found = Array.from(places.data, (place) => columns[Number(place)]);
  return found.every((column) => column !== undefined) ? found : null;
}

/** 1 where the only column is a category, else 0: a column for each. */
function encoded({ attributes }: OnnxNode, columns: readonly TreeColumn[]): readonly TreeColumn[] | null {
  const { cats_strings: texts, cats_int64s: whole } = attributes;
  const [only, ...others] = columns;
  const categories: readonly GraphCell[] =
    texts?.type === 'strings' ? texts.value : whole?.type === 'ints' ? Array.from(whole.value, Number) : [];
  if (only === undefined || others.length > 0 || categories.length === 0) return null;
  const { source, make } = only;
  return categories.map((category) => ({ source, make: (x) => (make(x) === category ? 1 : 0) }));
}

function concatenated(
  node: OnnxNode,
  given: readonly (readonly TreeColumn[])[],
): readonly TreeColumn[] | null {
  const { axis } = node.attributes;
  return axis?.type === 'int' && (axis.value === 1n || axis.value === -1n) ? given.flat() : null;
}

const ARITHMETIC: Readonly<Record<string, (a: number, b: number) => number>> = {
  Add: (a, b) => a + b,
  Sub: (a, b) => a - b,
  Mul: (a, b) => a * b,
  Div: (a, b) => a / b,
};

/** A column and a constant of its own, or of all. */
function arithmetic(
  node: OnnxNode,
  each: (then: (x: number, k: number) => number) => readonly TreeColumn[],
  only: readonly TreeColumn[],
  graph: OnnxGraph,
): readonly TreeColumn[] | null {
  const compute = ARITHMETIC[node.op];
  const constant = constantOf(graph.initializers[node.inputs[1] ?? '']);
  if (compute === undefined || constant === null || !fits(constant.data, only)) return null;
  const round = constant.isSingle ? Math.fround : (x: number) => x;
  return each((x, k) => round(compute(x, at(constant.data, k))));
}

function constantOf(tensor: GraphTensor | undefined): { data: Float64Array; isSingle: boolean } | null {
  if (tensor?.dtype !== 'float32' && tensor?.dtype !== 'float64') return null;
  const { shape } = tensor;
  // Of rows there is one.
  if (shape.length > 2 || (shape.length === 2 && shape[0] !== 1)) return null;
  return { data: Float64Array.from(tensor.data), isSingle: tensor.dtype === 'float32' };
}

const fits = (constants: Float64Array, columns: readonly TreeColumn[]): boolean =>
  constants.length === 1 || constants.length === columns.length;

const at = (constants: Float64Array, k: number): number => constants[constants.length === 1 ? 0 : k] ?? 0;
