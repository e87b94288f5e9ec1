import type { PartsBeside } from '../../registry/folder-layout.ts';
import { shellWord } from '../../text/shell.ts';
import { truncate } from '../../text/truncate.ts';

/** That files beside a model fit, and the command that serves them together: they are never joined unasked. */
export function besideText({ names, member }: PartsBeside, folder: string): string {
  const named = truncate(names.map((name) => `"${name}"`).join(', '), 300);
  const words = member === null ? '' : ` --member ${shellWord(member)}`;
  const lie = names.length === 1 ? 'lies beside it, fits and is' : 'lie beside it, fit and are';
  return `${named} ${lie} not applied: plimsoll serve ${shellWord(folder)}${words} serves them as one model`;
}
