/** What the process of a lane is started from. */
export const LANE_ENTRY = new URL('./worker.child.ts', import.meta.url);
