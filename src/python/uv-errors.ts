/** What uv says when it finds or installs no packages, in the words of a person. Pure. */
import { truncate } from '../text/truncate.ts';

/** Why packages were not found. */
export interface UnresolvedReason {
  readonly reason: string;
  /** `scikit-learn 0.24.2`, where it is that this release has no wheel. */
  readonly wheelless: string | null;
  /** Whether another Python may do better. */
  readonly otherPython: boolean;
}

/** Characters of a reason; what uv says about deep conflicts goes on for pages. */
const REASON_LIMIT = 600;

/** Reads what uv said; `python` is a minor version. */
export function explainUv(said: string, python: string): UnresolvedReason {
  const text = oneLine(said);
  const release = /([A-Za-z0-9._-]+?)==(\S+?) has no (?:\w+ )*wheels?\b/.exec(text);
  if (release !== null) {
    const wheelless = `${release[1]} ${release[2]}`;
    return { reason: `${wheelless} has no wheel for Python ${python} here`, wheelless, otherPython: true };
  }
  const none = /all versions of ([A-Za-z0-9._-]+) have no (?:\w+ )*wheels?\b/.exec(text)?.[1];
  if (none !== undefined) {
    return { reason: `${none} has no wheel for Python ${python} here`, wheelless: none, otherPython: true };
  }
  const unknown = /([A-Za-z0-9._-]+) was not found in the (?:package registry|provided)/.exec(text)?.[1];
  if (unknown !== undefined) {
    return { reason: `the index has no package "${unknown}"`, wheelless: null, otherPython: false };
  }
  const version = /there (?:is|are) no versions? of ([A-Za-z0-9._-]+)==([A-Za-z0-9.+!*-]*[A-Za-z0-9*])/.exec(
    text,
  );
  if (version !== null) {
    const reason = `the index has no version ${version[2]} of ${version[1]}`;
    return { reason, wheelless: null, otherPython: false };
  }
  const changed = /Hash mismatch for `([^`]+?)==([^`]+)`/.exec(text);
  if (changed !== null) {
    const reason = `what the index gives for ${changed[1]} ${changed[2]} is not what was locked: its hash differs`;
    return { reason, wheelless: null, otherPython: false };
  }
  if (/Failed to fetch|error sending request|dns error/i.test(text)) {
    const cause = /([^:]+)$/.exec(text.replace(/[a-z+]+:\/\/\S+/gi, ''))?.[1]?.trim();
    return { reason: `the index of packages does not answer: ${cause}`, wheelless: null, otherPython: false };
  }
  // Anything but a conflict (no network, a wrong index) is the same for every Python.
  return {
    reason: shorten(plainConflict(text)),
    wheelless: null,
    otherPython: /No solution found/.test(text),
  };
}

/** Without the drawing that older releases of uv put around their words, without colours, hints and addresses. */
function oneLine(said: string): string {
  return (
    said
      // biome-ignore lint/suspicious/noControlCharactersInRegex: colours of a terminal begin with this one
      .replace(/\u001B\[[0-9;]*m/g, '')
      .replace(/^\s*hint:[\s\S]*$/m, '')
      .replace(/[×╰─▶│├]+/g, ' ')
      .replace(/\s+/g, ' ')
      .trim()
  );
}

/** The sentence about what conflicts, without what the reader knows already. */
function plainConflict(text: string): string {
  return text
    .replace(/[a-z+]+:\/\/\S+/gi, 'the index')
    .replace(/^.*?No solution found when resolving dependencies:?\s*/, '')
    .replace(/^(?:error|cause):\s*/i, '')
    .replace(/\bcause:\s*/g, '')
    .replace(/,? (?:we can conclude that )?your requirements are unsatisfiable\.?/g, '')
    .replace(/^Because /, '')
    .replace(/ and you require \S+?(?=$|,|\.$)/, '')
    .replace(/[.\s]+$/, '');
}

const shorten = (text: string): string =>
  text === '' ? 'the resolver gave no reason' : truncate(text, REASON_LIMIT + 1);
