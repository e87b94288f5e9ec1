/** Pure. What the parts of the kernel agree on. */

/** Rows that are asked together. */
export const GROUP: usize = 16;
