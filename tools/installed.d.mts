/** Whether `node_modules` holds what the lock file says. */
export function isInstalled(root: string): boolean;
/** Records that it does: called at the end of an installation. */
export function markInstalled(root: string): void;
