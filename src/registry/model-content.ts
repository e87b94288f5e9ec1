import { PlimsollError } from '../core/errors.ts';
import type { ModelContent, ModelDescription } from '../model/description.ts';

/**
 * What there is to run of a file: throws READ_UNSAFE where the file names code that would run on loading (it never
 * did, but nobody should serve such a file), else MODEL_UNSUPPORTED with the first blocker.
 */
export function contentOf(description: ModelDescription): ModelContent {
  const danger = description.globals.find(({ meaning }) => meaning === 'dangerous');
  if (danger) {
    const found = `the name "${danger.module}.${danger.name}", through which a loader runs code`;
    throw new PlimsollError('READ_UNSAFE', {
      what: `a ${description.format} file`,
      offset: danger.offset,
      found,
    });
  }
  if (description.content) return description.content;
  throw new PlimsollError('MODEL_UNSUPPORTED', {
    ...description.blockers[0],
    blockers: description.blockers.length,
  });
}
