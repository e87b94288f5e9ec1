import type { OutlineNode } from '../../../model/description.ts';
import type { DocumentView } from '../../json/document-view.ts';
import { tensorNode } from '../outline.ts';
import { setField, tensorMeta } from './schema.ts';

/** Operators worth naming in an outline. */
const MAX_OPERATORS = 12;

/** What a program is: its operators, and the tensors that it brings along. */
export function programOutline(document: DocumentView): OutlineNode {
  const module = document.child('graph_module');
  const graph = module.child('graph');
  const nodes = graph.children('nodes');
  const counts = new Map<string, number>();
  for (const node of nodes) {
    const name = node
      .text('target')
      .replace(/^torch\.ops\.aten\./, '')
      .replace(/\.default$/, '');
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const operators = [...counts].sort(([, a], [, b]) => b - a).slice(0, MAX_OPERATORS);
  return {
    path: '',
    class: 'torch.export program',
    offset: 0,
    params: {
      nodes: String(nodes.length),
      operators: operators.map(([op, count]) => (count === 1 ? op : `${op} × ${count}`)).join(', '),
    },
    children: module
      .child('signature')
      .children('input_specs')
      .flatMap((spec) => storedTensor(spec, graph)),
  };
}

function storedTensor(spec: DocumentView, graph: DocumentView): OutlineNode[] {
  const kind = setField(spec);
  if (kind !== 'parameter' && kind !== 'buffer' && kind !== 'tensor_constant') return [];
  const input = spec.child(kind);
  const meta = graph.child('tensor_values').childOrNull(input.child('arg').text('name'));
  if (meta === null) return [];
  const { dtype, shape } = tensorMeta(meta, 'a tensor');
  return [tensorNode(input.text(`${kind}_name`), kind, dtype, shape)];
}
