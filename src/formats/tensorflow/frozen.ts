import { edgeOf } from './edge.ts';
import type { GraphDef } from './graph-def.ts';
import type { SignatureDef, TensorInfo } from './saved-model.ts';
import type { TensorShape } from './shape-proto.ts';

/** Field 1 of GraphDef, a node, whose own fields 1 and 2 are its name and its operator: texts. */
const NODE = 0x0a;
const NAME = 0x0a;
const OP = 0x12;
/** Longest name and operator that the first bytes of a file show whole. */
const MAX_TEXT = 200;

/** Whether the first bytes are those of a graph: a node with a name and an operator. */
export function isGraphDef(head: Uint8Array): boolean {
  if (head[0] !== NODE) return false;
  // The length of the node takes up to five bytes.
  let at = 1;
  while (at < 6 && (head[at] ?? 0) >= 0x80) at += 1;
  at += 1;
  const name = textAt(head, at, NAME);
  return name !== null && textAt(head, name, OP) !== null;
}

/** Where a short text field of ASCII ends, or null where there is none. */
function textAt(head: Uint8Array, at: number, tag: number): number | null {
  const length = head[at + 1] ?? 0;
  const end = at + 2 + length;
  if (head[at] !== tag || length === 0 || length > Math.min(MAX_TEXT, 0x7f) || end > head.length) return null;
  return head.subarray(at + 2, end).every((byte) => byte > 0x20 && byte < 0x7f) ? end : null;
}

/** Operators that are no answers. */
const NO_OUTPUT: ReadonlySet<string> = new Set(['NoOp', 'Assert', 'Const', 'Placeholder']);

/** What a graph without signature takes and gives: its placeholders, and the nodes that no other reads. */
export function frozenSignature(graph: GraphDef): SignatureDef {
  const nodes = [...graph.nodes.values()];
  const read = new Set(
    nodes.flatMap(({ inputs }) => inputs.map((input) => edgeOf(input.replace('^', '')).name)),
  );
  const inputs = nodes.filter(({ op }) => op === 'Placeholder');
  const outputs = nodes.filter(({ name, op }) => !read.has(name) && !NO_OUTPUT.has(op));
  const info = (name: string, type: number, shape: TensorShape): [string, TensorInfo] => [
    name,
    { name: `${name}:0`, type, shape },
  ];
  return {
    inputs: new Map(
      inputs.map(({ name, attrs }) => {
        const [type, shape] = [attrs.get('dtype'), attrs.get('shape')];
        return info(
          name,
          type?.kind === 'type' ? type.value : 0,
          shape?.kind === 'shape' ? shape.value : null,
        );
      }),
    ),
    outputs: new Map(outputs.map(({ name }) => info(name, 0, null))),
  };
}
