/** Operators worth naming in an outline. */
const MAX_OPERATORS = 12;

/** The operators that a graph uses most, with how often: `MatMul × 3, Softmax`. */
export function mostUsed(operators: Iterable<string>): string {
  const counts = new Map<string, number>();
  for (const operator of operators) counts.set(operator, (counts.get(operator) ?? 0) + 1);
  return [...counts]
    .sort(([, a], [, b]) => b - a)
    .slice(0, MAX_OPERATORS)
    .map(([operator, count]) => (count === 1 ? operator : `${operator} × ${count}`))
    .join(', ');
}
