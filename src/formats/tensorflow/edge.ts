interface EdgeReference {
  readonly name: string;
  /** Name of the output, in functions. */
  readonly output: string | null;
  readonly index: number;
}

/** What an input of a node names: `node`, `node:2`, or in functions `node:output:0`. */
export function edgeOf(reference: string): EdgeReference {
  const [name = '', second, third] = reference.split(':');
  if (third !== undefined) return { name, output: second ?? '', index: Number(third) };
  return { name, output: null, index: second === undefined ? 0 : Number(second) };
}
