/** Digest of names, sizes and times of everything `dist/` is built from. */
export function listing(root: string): string;
/** Digest of names and bytes of the same files. */
export function content(root: string): string;

/** Folders of what a bundle is made of. */
export const FOLDERS: readonly string[];
/** Files that a bundle is made of besides those of whole folders. */
export const BESIDE: readonly string[];
