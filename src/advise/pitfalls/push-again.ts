import { shellWord } from '../../text/shell.ts';
import type { VersionEvidence } from './evidence.ts';

/** The push of the file of a version with something more: the same bytes are the same version. Pure. */
export function pushAgain({ file, model, runtime, python }: VersionEvidence, more: string): string {
  const trusted = python === null ? '' : `${runtime === 'python' ? ' --runtime python' : ''} --trust`;
  return `plimsoll push ${shellWord(file)} --name ${shellWord(model)}${trusted} ${more}`;
}
