import { PlimsollError } from '../../core/errors.ts';
import type { OnnxNode } from '../graph.ts';
import type { OnnxLimits } from '../limits.ts';

/** `node "dense" (MatMul)`, for messages. */
export function nodeName(node: OnnxNode): string {
  const name = node.name === '' ? (node.outputs.find((output) => output !== '') ?? '') : node.name;
  return `node "${name}" (${node.domain === '' ? '' : `${node.domain}.`}${node.op})`;
}

export const graphInvalid = (where: string, found: string, wanted: string): PlimsollError =>
  new PlimsollError('GRAPH_INVALID', { where, found, wanted });

export const graphUnknown = (where: string, found: string, known: string): PlimsollError =>
  new PlimsollError('GRAPH_UNKNOWN', { where, found, known });

/** @param found what there is, with its unit, e.g. `3 trips` */
export const overLimit = (
  where: string,
  found: string,
  name: keyof OnnxLimits,
  limits: OnnxLimits,
): PlimsollError => new PlimsollError('GRAPH_LIMIT', { where, found, limit: limits[name], name });
