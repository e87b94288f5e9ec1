import { shellWord } from '../../text/shell.ts';
import type { VersionEvidence } from './evidence.ts';

/** Other requirements make another version. */
const REQUIREMENTS = '--requirements';

/**
 * The push of the file of a version with something more; what else was said of it is said again, so that the same bytes are the
 * same version. Pure.
 */
export function pushAgain({ file, model, runtime, python }: VersionEvidence, more: string): string {
  const name = python?.isFolder ? 'FOLDER' : shellWord(file);
  const words = ['plimsoll push', name, '--name', shellWord(model)];
  if (python === null) return [...words, more].join(' ');
  const isOthers = more.includes(REQUIREMENTS) || python.isFolder || python.requirements === null;
  return [
    ...words,
    ...(runtime === 'python' && !python.isFolder ? ['--runtime python'] : []),
    '--trust',
    ...python.options,
    ...(isOthers ? [] : [`${REQUIREMENTS} ${shellWord(python.requirements ?? '')}`]),
    more,
  ].join(' ');
}
