import { PlimsollError } from '../core/errors.ts';
import { type ModelContent, type ModelDescription, WHICH_MODEL } from '../model/description.ts';
import { modelUnsupported } from '../model/way-past.ts';

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
  const [first] = description.blockers;
  if (first === undefined)
    throw new PlimsollError('INTERNAL', {
      action: 'a description',
      reason: 'it has no content and no blocker',
    });
  if (first.field === WHICH_MODEL)
    throw new PlimsollError('MODEL_UNCLEAR', { found: first.found, way: first.wanted });
  throw modelUnsupported(first, { blockers: description.blockers.length });
}
