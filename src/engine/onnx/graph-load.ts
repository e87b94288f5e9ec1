import type { Device } from '../../core/devices.ts';

/** What a process that holds a graph is told to load. */
export interface GraphLoad {
  /** Path of the ModelProto. */
  readonly model: string;
  /** Threads that share one operator. @default {1} */
  readonly threads?: number | undefined;
  /** Graph outputs that it answers. */
  readonly outputs: readonly string[];
  /** What it runs on. @default {the CPU} */
  readonly device?: Device | undefined;
}
