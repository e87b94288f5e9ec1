/** Whether a file can be served, in words. Pure. */
import type { ExaminedFile } from '../../reader/messages.ts';
import type { Tone } from '../../ui/badge.tsx';

interface VerdictWords {
  readonly tone: Tone;
  readonly badge: string;
  readonly sentence: string;
}

export function verdictWords({ verdict, names, engines, goldenRows }: ExaminedFile): VerdictWords {
  if (verdict === 'dangerous') {
    const dangerous = names.foreign.filter(({ meaning }) => meaning === 'dangerous');
    const listed = dangerous.slice(0, 3).map(({ module, name }) => `${module}.${name}`);
    return {
      tone: 'act',
      badge: 'Runs code in Python',
      sentence: `Loading it in Python would run ${listed.join(', ')}${dangerous.length > 3 ? ', …' : ''}. The name was read here, and nothing was run.`,
    };
  }
  if (verdict === 'blocked')
    return {
      tone: 'watch',
      badge: 'Not served yet',
      sentence: 'It is read as data, and something stands in the way of serving it.',
    };
  const both = engines?.native.runs === true && engines.onnx.runs;
  const proof = goldenRows > 0 ? ', and the rows that it brings are answered again' : '';
  return {
    tone: 'steady',
    badge: 'Can be served',
    sentence: both
      ? `Two engines run it, without Python; they check each other before it is served${proof}.`
      : `One engine runs it, without Python${proof}.`,
  };
}

/** The command to run next, with quotes where a shell wants them. */
export function serveCommand(file: string, member: string | null): string {
  const word = (text: string): string =>
    /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
  const path = file.startsWith('-') ? `./${file}` : file;
  return `plimsoll serve ${word(path)}${member === null ? '' : ` --member ${word(member)}`}`;
}
