/** What the process of a worker is started from. */
export const CHUNK_WORKER_ENTRY = new URL('./worker.child.ts', import.meta.url);
