/** What `dist/` is built from: folders, files, and the sizes and times of both. */
export interface Listing {
  readonly folders: readonly string[];
  readonly files: readonly string[];
  readonly stamps: string;
}
/** Folders and source files with their sizes and times. */
export function listing(root: string): Listing;
/** Whether everything is as it was listed; false for what is no listing. */
export function isAsListed(root: string, listed: unknown): boolean;
/** Digest of names and bytes of the same files. */
export function content(root: string): string;

/** Folders of what a bundle is made of. */
export const FOLDERS: readonly string[];
/** Files that a bundle is made of besides those of whole folders. */
export const BESIDE: readonly string[];
