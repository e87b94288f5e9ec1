/** Patterns of paths, as shells know them. Pure. */
import { elementAt } from '../../../core/element-at.ts';

const MAGIC = /[*?[{]/;

/** Whether a path is a pattern. */
export const isGlob = (path: string): boolean => MAGIC.test(path);

/** The folder that a pattern looks in, and what is left of the pattern. */
export function splitGlob(pattern: string): { folder: string; rest: string } {
  const parts = pattern.split('/');
  const first = parts.findIndex(isGlob);
  return { folder: parts.slice(0, first).join('/'), rest: parts.slice(first).join('/') };
}

/**
 * A pattern as an expression over whole paths: `*` and `?` within a name, `**` over any number of folders, `[abc]`,
 * `[!abc]`, `{a,b}`.
 */
export function globExpression(pattern: string): RegExp {
  let source = '';
  let braces = 0;
  for (let i = 0; i < pattern.length; i++) {
    const char = elementAt(pattern, i);
    const set = char === '[' ? /^\[(!|\^)?(\]?[^\]/]+)\]/.exec(pattern.slice(i)) : null;
    if (pattern.startsWith('**/', i)) {
      source += '(?:[^/]+/)*';
      i += 2;
    } else if (pattern.startsWith('**', i)) {
      source += '.*';
      i += 1;
    } else if (set) {
      source += `[${set[1] ? '^/' : ''}${elementAt(set, 2).replaceAll(/[\\\]^]/g, '\\$&')}]`;
      i += set[0].length - 1;
    } else if (char === '{' && pattern.includes('}', i)) {
      source += '(?:';
      braces += 1;
    } else if (char === '}' && braces > 0) {
      source += ')';
      braces -= 1;
    } else if (char === ',' && braces > 0) source += '|';
    else
      source += char === '*' ? '[^/]*' : char === '?' ? '[^/]' : char.replace(/[\\^$.*+?()[\]{}|/]/, '\\$&');
  }
  return new RegExp(`^${source}${')'.repeat(braces)}$`, 'u');
}
