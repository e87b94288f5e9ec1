type Sizes = readonly (number | null)[];

/** numpy broadcasting of shapes whose free sizes are null: 1 gives way, and a free size to any that is not 1. */
export function broadcastShapes(a: Sizes, b: Sizes): (number | null)[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const left = sizeAt(a, axis - rank + a.length);
    const right = sizeAt(b, axis - rank + b.length);
    if (left === 1) return right;
    return right === 1 ? left : (left ?? right);
  });
}

const sizeAt = (shape: Sizes, axis: number): number | null => (axis < 0 ? 1 : (shape[axis] ?? null));
