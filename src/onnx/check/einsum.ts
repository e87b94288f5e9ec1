/** Sizes as far as they are known; null where the rank is not, and in place of a size that is not. */
type Sizes = readonly (number | null)[] | null;

/**
 * Sizes of what Einsum gives, letter by letter; null where the equation leaves the output or axes open (`ij,jk`, `...ij`), or
 * where a rank is not known or does not fit.
 */
export function einsumShape(equation: string, shapes: readonly Sizes[]): Sizes {
  const [left = '', output] = equation.replaceAll(' ', '').split('->');
  if (output === undefined || equation.includes('.')) return null;
  const terms = left.split(',');
  const sizes = new Map<string, number | null>();
  for (const [i, term] of terms.entries()) {
    const shape = shapes[i];
    if (shape?.length !== term.length) return null;
    for (const [axis, letter] of [...term].entries()) {
      const size = shape[axis] ?? null;
      // Of a letter that several inputs have, 1 gives way.
      const known = sizes.get(letter) ?? null;
      if (!sizes.has(letter) || known === null || known === 1) sizes.set(letter, size ?? known);
    }
  }
  return [...output].map((letter) => sizes.get(letter) ?? null);
}
