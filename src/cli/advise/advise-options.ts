import type { ControlOptions } from '../connection/control.ts';
import type { ModelFileOptions } from '../model/file-options.ts';
import type { NeedOptions } from './need-flags.ts';

/** Options of `advise`. */
export interface AdviseOptions extends ControlOptions, ModelFileOptions, NeedOptions {
  readonly file?: string;
  readonly prices?: string;
  readonly output?: string;
  readonly force?: boolean;
}
