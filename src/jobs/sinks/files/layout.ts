import type { ChunkTotals } from '../../chunk.ts';
import type { SinkRun } from '../sink.ts';
import type { ReleaseNote } from './release.ts';
import type { StagingFolder } from './staging.ts';
import type { FileTarget } from './target.ts';

/** What becomes of the parts of a run: one file, or a folder of them. */
export interface PublishLayout {
  /** Where the part of that name is now, if it is. */
  find(part: string): Promise<string>;
  /** Makes everything ready but for the last rename. Begun again after a crash, it comes to the same. */
  assemble(
    accounts: readonly ChunkTotals[],
    manifest: Readonly<Record<string, unknown>>,
  ): Promise<ReleaseNote>;
  /** Removes what `assemble` put outside the staging folder. */
  withdraw(): Promise<void>;
}

export interface LayoutContext {
  readonly run: SinkRun;
  readonly target: FileTarget;
  readonly staging: StagingFolder;
}
