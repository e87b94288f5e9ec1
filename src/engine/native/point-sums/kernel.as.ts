/**
 * Pure. Sums over the columns of one row and many points, eight points at once: each sum has a lane of its own, and takes its terms in the
 * order of the columns, so that it has the bits of a plain loop. In AssemblyScript; `tools/checks/kernel-module.ts` compiles it.
 *
 * `points` holds blocks of eight points, column after column; `out` as many sums as points.
 */

const BLOCK_BYTES: usize = 64;

/** Σ x·p a point. */
export function products(x: usize, cols: usize, points: usize, blocks: i32, out: usize): void {
  const end = x + (cols << 3);
  for (let block = 0; block < blocks; block++) {
    let a = f64x2.splat(0);
    let b = f64x2.splat(0);
    let c = f64x2.splat(0);
    let d = f64x2.splat(0);
    for (let at = x; at < end; at += 8) {
      const value = v128.load64_splat(at);
      a = f64x2.add(a, f64x2.mul(value, v128.load(points)));
      b = f64x2.add(b, f64x2.mul(value, v128.load(points, 16)));
      c = f64x2.add(c, f64x2.mul(value, v128.load(points, 32)));
      d = f64x2.add(d, f64x2.mul(value, v128.load(points, 48)));
      points += BLOCK_BYTES;
    }
    v128.store(out, a);
    v128.store(out, b, 16);
    v128.store(out, c, 32);
    v128.store(out, d, 48);
    out += BLOCK_BYTES;
  }
}

function squared(value: v128, points: usize): v128 {
  const difference = f64x2.sub(value, v128.load(points));
  return f64x2.mul(difference, difference);
}

/** Σ (x - p)² a point. */
export function squares(x: usize, cols: usize, points: usize, blocks: i32, out: usize): void {
  const end = x + (cols << 3);
  for (let block = 0; block < blocks; block++) {
    let a = f64x2.splat(0);
    let b = f64x2.splat(0);
    let c = f64x2.splat(0);
    let d = f64x2.splat(0);
    for (let at = x; at < end; at += 8) {
      const value = v128.load64_splat(at);
      a = f64x2.add(a, squared(value, points));
      b = f64x2.add(b, squared(value, points + 16));
      c = f64x2.add(c, squared(value, points + 32));
      d = f64x2.add(d, squared(value, points + 48));
      points += BLOCK_BYTES;
    }
    v128.store(out, a);
    v128.store(out, b, 16);
    v128.store(out, c, 32);
    v128.store(out, d, 48);
    out += BLOCK_BYTES;
  }
}
