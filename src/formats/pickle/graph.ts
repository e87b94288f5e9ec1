import type { ReadBudget } from '../budget.ts';
import type { PyValue } from './value.ts';

/** Steps between two looks at the clock. */
const TICK = 65536;

interface Visit {
  readonly value: object;
  readonly children: readonly PyValue[];
  next: number;
  depth: number;
  size: number;
}

interface Extent {
  readonly depth: number;
  readonly size: number;
}

/** Values directly inside a value; null for leaves and empty containers. */
function childrenOf(value: PyValue): readonly PyValue[] | null {
  const children = contentOf(value);
  return children === null || children.length === 0 ? null : children;
}

function contentOf(value: PyValue): readonly PyValue[] | null {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return null;
  switch (value.type) {
    case 'list':
    case 'tuple':
    case 'set':
    case 'frozenset':
      return value.items;
    case 'dict':
      return value.entries.flat();
    case 'object':
      return [
        value.state,
        ...(value.kwargs === null ? [] : [value.kwargs]),
        ...value.args,
        ...value.items,
        ...value.entries.flat(),
      ];
    case 'array':
      return value.data instanceof Uint8Array ? null : value.data;
    default:
      return null;
  }
}

/**
 * Bounds what a walk over the values can cost: the longest nesting (`depth`), and the number of values seen by a walk
 * that follows every shared reference again (`unfolded`). Takes time linear in the file; a cycle counts once, so
 * walkers still have to know where they are.
 */
export function checkGraph(root: PyValue, budget: ReadBudget, offset: number): void {
  const done = new Map<object, Extent>();
  const open = new Set<object>();
  const path: Visit[] = [];
  const enter = (value: PyValue): boolean => {
    const children = childrenOf(value);
    if (children === null) return false;
    open.add(value as object);
    path.push({ value: value as object, children, next: 0, depth: 1, size: 1 });
    budget.check('depth', path.length, 'nested values', offset);
    return true;
  };
  enter(root);
  let steps = 0;
  for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
    if (++steps % TICK === 0) budget.checkTime('nested values', offset);
    if (top.next === top.children.length) {
      leave(path, done, open, budget, offset);
      continue;
    }
    const child = top.children[top.next++]!;
    const known = done.get(child as object);
    if (known !== undefined) grow(top, known, budget, offset);
    else if (open.has(child as object) || !enter(child)) top.size += 1;
  }
}

function grow(parent: Visit, child: Extent, budget: ReadBudget, offset: number): void {
  parent.depth = Math.max(parent.depth, child.depth + 1);
  parent.size += child.size;
  budget.check('depth', parent.depth, 'nested values', offset);
  budget.check('unfolded', parent.size, 'shared values', offset);
}

function leave(
  path: Visit[],
  done: Map<object, Extent>,
  open: Set<object>,
  budget: ReadBudget,
  offset: number,
): void {
  const visit = path.pop()!;
  open.delete(visit.value);
  done.set(visit.value, { depth: visit.depth, size: visit.size });
  const parent = path.at(-1);
  if (parent !== undefined) grow(parent, visit, budget, offset);
}
