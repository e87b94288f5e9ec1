import type { NamedGlobal, ReadNote } from '../model/description.ts';
import type { ReadBudget } from './budget.ts';
import type { PyValue } from './pickle/value.ts';

/** What a pickle, joblib or skops file holds: one Python value as data, and the names it mentions. */
export interface ObjectFile {
  readonly format: 'pickle' | 'joblib' | 'skops';
  /** Compression of the whole file, or null. */
  readonly compression: 'zlib' | 'gzip' | 'bz2' | 'lzma' | 'xz' | 'lz4' | 'zf' | null;
  readonly root: PyValue;
  readonly globals: readonly NamedGlobal[];
  readonly notes: readonly ReadNote[];
  /** What the reading has left for texts and files within the values: boosters are pickled as what they are saved as. */
  readonly budget: ReadBudget;
  /** Iterations of its model that predict, the first ones; null where that was not said. */
  readonly iterations?: number | null | undefined;
}
