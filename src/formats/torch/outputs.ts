import { modelUnsupported } from '../../model/way-past.ts';
import type { OnnxModel, OnnxNode } from '../../onnx/graph.ts';
import type { AtenGraph } from './aten/graph.ts';
import type { AtenTensor } from './aten/value.ts';

/** What a graph answers. */
export class GraphOutputs {
  readonly #g: AtenGraph;
  #count = 0;

  constructor(g: AtenGraph) {
    this.#g = g;
  }

  /** One more output; without a name of its own it is `output`, then `output_1` and so on. */
  add(value: AtenTensor, name: string | null): void {
    const { builder } = this.#g;
    const stem = name ?? (this.#count === 0 ? 'output' : `output_${this.#count}`);
    let free = stem;
    for (let i = 1; builder.has(free); i += 1) free = `${stem}_${i}`;
    // Constants are no values that a graph can answer by themselves: `Identity` makes one.
    builder.output(free, this.#g.nameOf(value), value.dtype, value.shape);
    this.#count += 1;
  }

  build(): OnnxModel {
    if (this.#count === 0)
      throw modelUnsupported({
        path: 'the model',
        class: 'torch',
        offset: 0,
        field: 'its answer',
        found: 'no tensor',
        wanted: 'models that answer tensors are',
      });
    return withoutUnread(this.#g.builder.build({}));
  }
}

/** A graph without what no output depends on: sizes that turned out to be known, statistics that nothing reads. */
function withoutUnread(model: OnnxModel): OnnxModel {
  const { graph } = model;
  const read = new Set(graph.outputs.map(({ name }) => name));
  const kept: OnnxNode[] = [];
  for (const node of graph.nodes.toReversed()) {
    if (!node.outputs.some((name) => read.has(name))) continue;
    for (const name of node.inputs) read.add(name);
    // Places of the largest cost time, and are read by few.
    const isAlone = node.op === 'MaxPool' && !read.has(node.outputs[1] ?? '');
    kept.push(isAlone ? { ...node, outputs: node.outputs.slice(0, 1) } : node);
  }
  const initializers = Object.entries(graph.initializers).filter(([name]) => read.has(name));
  return {
    ...model,
    graph: { ...graph, nodes: kept.reverse(), initializers: Object.fromEntries(initializers) },
  };
}
