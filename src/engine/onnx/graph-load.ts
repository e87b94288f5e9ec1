/** What a process that holds a graph is told to load. */
export interface GraphLoad {
  /** Path of the ModelProto. */
  readonly model: string;
  /** Graph outputs that it answers. */
  readonly outputs: readonly string[];
}
