/** Environment markers (PEP 508): whether a text is one. They are decided by the resolver, which knows the interpreter. Pure. */
import { elementAt } from '../core/element-at.ts';

const VARIABLES = new Set([
  'python_version',
  'python_full_version',
  'os_name',
  'sys_platform',
  'platform_release',
  'platform_system',
  'platform_version',
  'platform_machine',
  'platform_python_implementation',
  'implementation_name',
  'implementation_version',
  'extra',
]);

const TOKEN =
  /\s*(?:(\(|\))|(===|==|~=|!=|<=|>=|<|>|not\s+in\b|in\b)|(and\b|or\b)|([a-z_]+\b)|("[^"]*"|'[^']*'))/y;

type Kind = 'bracket' | 'operator' | 'joint' | 'variable' | 'text';

interface Token {
  readonly kind: Kind;
  readonly text: string;
}

/** Brackets in brackets; nobody writes more than two. */
const DEPTH_LIMIT = 20;

/** Why a text is no marker, or null where it is one. */
export function markerProblem(marker: string): string | null {
  const tokens = tokenise(marker);
  if (tokens === null) return 'its marker has a character that has no place there';
  const unknown = tokens.find(({ kind, text }) => kind === 'variable' && !VARIABLES.has(text));
  if (unknown !== undefined) return `its marker asks for ${unknown.text}, which is no marker variable`;
  const end = readAlternatives(tokens, 0, 0);
  return end === tokens.length ? null : 'its marker is not well formed';
}

function tokenise(marker: string): readonly Token[] | null {
  const tokens: Token[] = [];
  const text = marker.trimEnd();
  let at = 0;
  while (at < text.length) {
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(text);
    if (match === null) return null;
    const kinds: readonly Kind[] = ['bracket', 'operator', 'joint', 'variable', 'text'];
    const index = match.slice(1).findIndex((part) => part !== undefined);
    tokens.push({ kind: elementAt(kinds, index), text: elementAt(match, index + 1) });
    at = TOKEN.lastIndex;
  }
  return tokens;
}

/** Index after `term ((and|or) term)*`, or -1. */
function readAlternatives(tokens: readonly Token[], start: number, depth: number): number {
  let at = readTerm(tokens, start, depth);
  while (at >= 0 && tokens[at]?.kind === 'joint') at = readTerm(tokens, at + 1, depth);
  return at;
}

/** Index after a comparison or a bracket, or -1. */
function readTerm(tokens: readonly Token[], start: number, depth: number): number {
  if (tokens[start]?.text === '(' && tokens[start]?.kind === 'bracket') {
    const end = depth < DEPTH_LIMIT ? readAlternatives(tokens, start + 1, depth + 1) : -1;
    return end >= 0 && tokens[end]?.text === ')' ? end + 1 : -1;
  }
  const [left, operator, right] = tokens.slice(start, start + 3);
  const isValue = (token: Token | undefined): boolean => token?.kind === 'variable' || token?.kind === 'text';
  return isValue(left) && operator?.kind === 'operator' && isValue(right) ? start + 3 : -1;
}
