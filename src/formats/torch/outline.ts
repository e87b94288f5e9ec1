import type { OutlineNode } from '../../model/description.ts';

/** A tensor of a file, as `inspect` shows it. */
export const tensorNode = (
  path: string,
  kind: string,
  dtype: string,
  shape: readonly (number | string)[],
): OutlineNode => ({
  path,
  class: kind,
  offset: 0,
  params: { dtype, shape: `[${shape.join(', ')}]` },
  children: [],
});
