/** Process exit codes of the command line contract. */
export const EXIT = { done: 0, failed: 1, usage: 2, refused: 3, unsupported: 4 } as const;
