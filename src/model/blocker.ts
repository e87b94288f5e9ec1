import { isPlimsollError } from '../core/errors.ts';

/** A step that can't be compiled: which field of which step at which byte, why, and what to do. */
export interface CompileBlocker {
  readonly path: string;
  readonly class: string;
  readonly offset: number;
  readonly field: string;
  readonly found: string;
  readonly wanted: string;
}

/** A refusal of a model as a blocker, which a description lists; any other error is thrown on. */
export function blockerOf(error: unknown): CompileBlocker {
  if (!isPlimsollError(error) || (error.code !== 'MODEL_UNSUPPORTED' && error.code !== 'MODEL_NOT_FITTED'))
    throw error;
  const { path, class: name, offset, field, found, wanted } = error.details;
  const text = (value: unknown): string => (value === undefined ? '' : String(value));
  return {
    path: text(path),
    class: text(name),
    offset: typeof offset === 'number' ? offset : 0,
    field: text(field),
    found: text(found),
    wanted: text(wanted),
  };
}
