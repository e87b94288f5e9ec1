import { elementAt } from '../../core/element-at.ts';
import type { OnnxLimits } from '../limits.ts';
import { graphInvalid, overLimit } from './where.ts';

/** A child that is a leaf. */
export const LEAF = -1;

/** The nodes of an ensemble by index, and where each leads. */
export interface TreeLinks {
  readonly roots: Iterable<number>;
  /** Indexes of children, or `LEAF`. */
  readonly yes: Int32Array;
  readonly no: Int32Array;
  /** What a node is called in errors. */
  readonly where: (index: number) => string;
}

const [NEW, OPEN, DONE] = [0, 1, 2];

/**
 * Walks every tree from its root, each node once, and so finds what would never end and what is too deep: onnxruntime
 * descends by recursion while it loads, and the stack of a thread ends at some five thousand levels. Nodes may share
 * children: converters of LightGBM write sets of categories so.
 *
 * @throws GRAPH_INVALID for a cycle, GRAPH_LIMIT for more levels than `onnxTreeDepth`
 */
export function checkTreePaths(links: TreeLinks, limits: OnnxLimits): void {
  const { roots, yes, no, where } = links;
  const state = new Uint8Array(yes.length);
  /** Levels below a node that is done. */
  const levels = new Int32Array(yes.length);
  const path: number[] = [];
  const visit = (child: number): void => {
    if (child === LEAF || state[child] === DONE) return;
    if (state[child] === OPEN)
      throw graphInvalid(where(child), 'a cycle through it', 'paths that end at leaves');
    path.push(child);
  };
  for (const root of roots) {
    visit(root);
    for (let index = path.at(-1); index !== undefined; index = path.at(-1)) {
      if (state[index] === NEW) {
        state[index] = OPEN;
        visit(elementAt(yes, index));
      } else if (state[index] === OPEN) {
        // The first branch is done: now the second one, and then the node itself.
        const depth = path.length;
        visit(elementAt(no, index));
        if (path.length > depth) continue;
        levels[index] =
          1 + Math.max(levelsOf(levels, elementAt(yes, index)), levelsOf(levels, elementAt(no, index)));
        state[index] = DONE;
        path.pop();
      }
      const found = Math.max(path.length, elementAt(levels, index));
      if (found > limits.onnxTreeDepth)
        throw overLimit(where(index), `${found} levels`, 'onnxTreeDepth', limits);
    }
  }
}

const levelsOf = (levels: Int32Array, child: number): number =>
  child === LEAF ? 0 : elementAt(levels, child);
