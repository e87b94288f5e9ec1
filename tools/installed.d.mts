/** What is installed: what building and serving take, or what tests take, too. */
export type Extent = 'program' | 'all';
/** Whether `node_modules` holds what the lock file says of it. */
export function isInstalled(root: string, extent: Extent): boolean;
/** Records that it does: called at the end of an installation. */
export function markInstalled(root: string, extent: Extent, folder?: string): void;
/** Called before an installation is changed; whether it was whole until now. */
export function unmark(root: string): boolean;
