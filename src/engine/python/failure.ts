/** What goes wrong in Python, as errors of this program. Pure. */

import { PlimsollError } from '../../core/errors.ts';
import type { RawRequest } from '../../model/raw.ts';
import { truncate } from '../../text/truncate.ts';
import type { PythonFailure } from './messages.ts';

/** An exception of the model's own code; whoever serves makes a coded error of it with `failureToError`. */
export class PythonFailureError extends Error {
  readonly failure: PythonFailure;

  constructor(failure: PythonFailure) {
    super(`${failure.type}: ${failure.message}`);
    this.name = 'PythonFailureError';
    this.failure = failure;
  }
}

const MESSAGE_CHARACTERS = 600;

/**
 * MEDIA_TYPE_UNKNOWN or NOT_ACCEPTABLE where the code does not read or write the form that was asked of it, as the toolkit of
 * SageMaker has it (https://github.com/aws/sagemaker-containers/blob/master/src/sagemaker_containers/_transformer.py);
 * INPUT_INVALID where the code refuses the rows, PYTHON_OUTPUT_INVALID where its answer is nothing that can be sent, else
 * PYTHON_FAILED with the line at which it failed.
 */
export function failureToError(
  failure: PythonFailure,
  model: string,
  request: RawRequest | null = null,
): PlimsollError {
  const { stage, type, at } = failure;
  const message = shortened(failure.message);
  if (stage === 'content-type') {
    const found = request?.given.kind === 'body' ? request.given.contentType : '';
    const known = `those that the script of ${model} takes, which says: ${message}`;
    return new PlimsollError('MEDIA_TYPE_UNKNOWN', { found, known, model });
  }
  if (stage === 'accept') {
    const known = `those that the script of ${model} gives, which says: ${message}`;
    return new PlimsollError('NOT_ACCEPTABLE', { found: request?.accept ?? '', known, model });
  }
  if (stage === 'rows') return new PlimsollError('INPUT_INVALID', { problem: `rows: ${message}` });
  if (stage === 'output') return new PlimsollError('PYTHON_OUTPUT_INVALID', { model, reason: message });
  const file = at && placeOf(at.file);
  const where = at ? ` in ${file} line ${at.line} (${shortened(at.text.trim())})` : '';
  return new PlimsollError('PYTHON_FAILED', {
    ...{ model, type, message, where },
    ...(at ? { file, line: at.line, text: at.text } : {}),
  });
}

/** As much of a message as is shown; some hold whole tables. */
export const shortened = (text: string): string => truncate(text, MESSAGE_CHARACTERS + 1);

/** Clients see where in the model's files and packages it was, not where on this machine those lie. */
const placeOf = (file: string): string =>
  /(?:^|\/)(?:original|site-packages)\/(.+)$/.exec(file)?.[1] ?? file.slice(file.lastIndexOf('/') + 1);
