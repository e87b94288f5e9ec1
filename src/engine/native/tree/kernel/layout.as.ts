/** Pure. What the parts of the kernel agree on. */

/** Rows of a group, and bytes of one packed column of it. */
export const GROUP: usize = 16;
export const COLUMN: usize = 64;
