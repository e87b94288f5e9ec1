/**
 * Pure. Path-dependent Shapley values of trees for two rows side by side. Part of the kernel, in AssemblyScript; `path-image.ts`
 * writes the memory it works in.
 *
 * A player's value is an integral over t in [0, 1] (Owen, Management Science 18, 1972): with z the share of the training rows
 * that a path's questions of one player let through, and o whether the row passes them, a leaf v adds to player i
 * v (o_i - z_i) ∫ Π_{j≠i} (z_j (1 - t) + o_j t) dt. The integrand is a polynomial, so that Gauss's rule of half as many points
 * as a path has players has no error of its own. Of each node, at each point: A is the product of the factors above it and of the
 * rule's weight, g the factor of its left edge (that of its right edge is 1 - g), B the sum over the leaves below it of the
 * factors there and of v. One pass down makes A, one up makes B and adds to the players. Nothing is divided.
 */

/** A tree: its nodes from and to u32, bytes of its points u32, their table u32, scores of a leaf u32, its place among the values u32. */
const TREE: usize = 24;
/**
 * A node that asks, parents first: threshold f64; share of the left edge f64; column u32; flags u32; place of its player among the values
 * u32; mask of the edge above it that last asked the same player, or 0, u32; table of its factors where there is one u32; A u32; work area u32;
 * left u32; right u32: work area of a node's B, or a leaf's values.
 */
const NODE: usize = 56;
const LESS: u32 = 1;
const MISSING_LEFT: u32 = 2;
const LEFT_LEAF: u32 = 4;
const RIGHT_LEAF: u32 = 8;
/** A work area: mask of the left edge, of the right edge, then for each point A of the left, A of the right, B, g, h. */
const MASKS: usize = 32;

/** Adds the values of the trees from entry `first` to `last`; those of a score take `stride` bytes. */
export function explainPaths(first: usize, last: usize, x: usize, values: usize, stride: usize): void {
  for (let tree = first; tree < last; tree += TREE) {
    const from = <usize>load<u32>(tree);
    const to = <usize>load<u32>(tree, 4);
    const bytes = <usize>load<u32>(tree, 8);
    descend(from, to, bytes, <usize>load<u32>(tree, 12), x);
    const scores = load<u32>(tree, 16);
    let at = values + <usize>load<u32>(tree, 20);
    for (let score: u32 = 0; score < scores; score++, at += stride) ascend(from, to, bytes, at, score << 4);
  }
}

/** Which of two rows go left. */
function asked(node: usize, flags: u32, x: usize): v128 {
  const value = v128.load(x + <usize>load<u32>(node, 16));
  const threshold = v128.load64_splat(node);
  if (flags & MISSING_LEFT)
    return v128.not(flags & LESS ? f64x2.ge(value, threshold) : f64x2.gt(value, threshold));
  return flags & LESS ? f64x2.lt(value, threshold) : f64x2.le(value, threshold);
}

function descend(from: usize, to: usize, bytes: usize, rule: usize, x: usize): void {
  for (let node = from; node < to; node += NODE) {
    const left = asked(node, load<u32>(node, 20), x);
    const above = <usize>load<u32>(node, 28);
    const work = <usize>load<u32>(node, 40);
    const a = <usize>load<u32>(node, 36);
    const share = v128.load64_splat(node, 8);
    if (above === 0) {
      v128.store(work, left);
      v128.store(work, v128.not(left), 16);
      for (let q: usize = 0; q < bytes; q += 16) {
        const g = f64x2.add(
          f64x2.mul(share, v128.load(rule + q)),
          v128.and(left, v128.load(rule + bytes + q)),
        );
        pass(work + MASKS + q, bytes, v128.load(a + q), g);
      }
    } else {
      const passed = v128.load(above);
      v128.store(work, v128.and(passed, left));
      v128.store(work, v128.andnot(passed, left), 16);
      let table = <usize>load<u32>(node, 32);
      for (let q: usize = 0; q < bytes; q += 16, table += 32) {
        const g = v128.bitselect(v128.load64_splat(table), v128.load64_splat(table, 8), left);
        const h = v128.bitselect(v128.load64_splat(table, 16), v128.load64_splat(table, 24), left);
        const at = work + MASKS + q;
        pass(at, bytes, v128.load(a + q), v128.bitselect(g, share, passed));
        v128.store(at + (bytes << 2), v128.and(h, passed));
      }
    }
  }
}

/** A of both edges of a node at a point, and g. */
function pass(at: usize, bytes: usize, a: v128, g: v128): void {
  const left = f64x2.mul(a, g);
  v128.store(at, left);
  v128.store(at + bytes, f64x2.sub(a, left));
  v128.store(at + 3 * bytes, g);
}

function ascend(from: usize, to: usize, bytes: usize, values: usize, score: usize): void {
  for (let node = to; node > from; ) {
    node -= NODE;
    const flags = load<u32>(node, 20);
    const work = <usize>load<u32>(node, 40);
    const above = load<u32>(node, 28);
    let a = <usize>load<u32>(node, 36);
    let left = <usize>load<u32>(node, 44) + (flags & LEFT_LEAF ? score : 0);
    let right = <usize>load<u32>(node, 48) + (flags & RIGHT_LEAF ? score : 0);
    const leftStep: usize = flags & LEFT_LEAF ? 0 : 16;
    const rightStep: usize = flags & RIGHT_LEAF ? 0 : 16;
    let sum = f64x2.splat(0);
    let at = work + MASKS;
    for (const end = at + bytes; at < end; at += 16, a += 16, left += leftStep, right += rightStep) {
      const second = v128.load(right);
      const difference = f64x2.sub(v128.load(left), second);
      const part = f64x2.mul(v128.load(a), difference);
      sum = f64x2.add(sum, above === 0 ? part : f64x2.mul(part, v128.load(at + (bytes << 2))));
      v128.store(at + (bytes << 1), f64x2.add(second, f64x2.mul(v128.load(at + 3 * bytes), difference)));
    }
    if (above === 0) {
      const passed = v128.and(v128.load(work), f64x2.splat(1));
      sum = f64x2.mul(sum, f64x2.sub(passed, v128.load64_splat(node, 8)));
    }
    const player = values + <usize>load<u32>(node, 24);
    v128.store(player, f64x2.add(v128.load(player), sum));
  }
}
