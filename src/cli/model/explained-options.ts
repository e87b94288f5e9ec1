import type { Command } from 'commander';
import { type ControlOptions, withControlOptions } from '../connection/control.ts';
import { type ModelFileOptions, UNREAD_OPTIONS, withModelFileOptions } from './file-options.ts';

/** Options of commands that look into a model: a file that is read as data, or a registered version. */
export interface ExplainedModelOptions extends ModelFileOptions, ControlOptions {}

export const withExplainedModel = (command: Command): Command =>
  withModelFileOptions(withControlOptions(command), UNREAD_OPTIONS).argument(
    '<file|model>',
    'model file, or a registered MODEL[@VERSION], MODEL@ALIAS with the rows that it keeps for explanations',
  );
