import type { OutlineNode } from '../../../model/description.ts';
import type { DocumentView } from '../../json/document-view.ts';
import { mostUsed } from '../../onnx/most-used.ts';
import { tensorNode } from '../outline.ts';
import { setField, symbolicSize, torchTypeName } from './schema.ts';

const operatorName = (node: DocumentView): string =>
  node
    .text('target')
    .replace(/^torch\.ops\.aten\./, '')
    .replace(/\.default$/, '');

/** What a program is: its operators, and the tensors that it brings along. */
export function programOutline(document: DocumentView): OutlineNode {
  const module = document.child('graph_module');
  const graph = module.child('graph');
  const nodes = graph.children('nodes');
  return {
    path: '',
    class: 'torch.export program',
    offset: 0,
    params: {
      nodes: String(nodes.length),
      operators: mostUsed(nodes.map(operatorName)),
    },
    children: module
      .child('signature')
      .children('input_specs')
      .flatMap((spec) => storedTensor(spec, graph)),
  };
}

/** What is to be known of a program as a whole. */
export function programRemarks(document: DocumentView): readonly string[] {
  const metas = document.child('graph_module').child('graph').child('tensor_values');
  const isBrief = metas.names().some((name) => torchTypeName(metas.child(name)) === 'bfloat16');
  return isBrief ? ['Tensors of bfloat16 are taken, computed and answered as float32'] : [];
}

function storedTensor(spec: DocumentView, graph: DocumentView): OutlineNode[] {
  const kind = setField(spec);
  if (kind !== 'parameter' && kind !== 'buffer' && kind !== 'tensor_constant') return [];
  const input = spec.child(kind);
  const meta = graph.child('tensor_values').childOrNull(input.child('arg').text('name'));
  if (meta === null) return [];
  const shape = meta.children('sizes').map(symbolicSize);
  return [tensorNode(input.text(`${kind}_name`), kind, torchTypeName(meta), shape)];
}
