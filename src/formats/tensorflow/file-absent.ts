import { PlimsollError } from '../../core/errors.ts';

/** A file that the graph needs is not in the model's folder. */
export const fileAbsent = (path: string): PlimsollError =>
  new PlimsollError('READ_CORRUPT', {
    what: 'the folder of the SavedModel',
    offset: 0,
    found: `no file "${path}"`,
    wanted: 'all that was saved',
  });
