import { type DocumentValue, itemsOf } from '../json/document.ts';

/** A tensor of a graph: an output of one call of a layer. */
export interface TensorReference {
  readonly layer: string;
  readonly call: number;
  readonly output: number;
}

/** `["layer", call, output]`, or null where the value is none. */
export function tensorReference(value: DocumentValue | undefined): TensorReference | null {
  const [layer, call, output] = itemsOf(value) ?? [];
  if (typeof layer !== 'string' || !isIndex(call) || !isIndex(output)) return null;
  return { layer, call, output };
}

const isIndex = (value: DocumentValue | undefined): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
