/** Digest of names, sizes and times of everything `dist/` is built from. */
export function listing(root: string): string;
/** Digest of names and bytes of the same files. */
export function content(root: string): string;

/** What a bundle is made of besides `src`. */
export const BESIDE: readonly string[];
