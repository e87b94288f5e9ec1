import type { ReadingChoices } from '../../model/reading-choices.ts';
import type { ControlOptions } from '../connection/control.ts';
import type { NeedOptions } from './need-flags.ts';

/** Options of `advise`. */
export interface AdviseOptions extends ControlOptions, ReadingChoices, NeedOptions {
  readonly file?: string;
  readonly prices?: string;
  readonly output?: string;
  readonly force?: boolean;
  /** Left out: files are measured, versions were at their registration. */
  readonly measure?: boolean;
  /** What is said of the model's file, as words of a command line. */
  readonly said: readonly string[];
}
