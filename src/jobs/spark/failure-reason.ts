/** Why Spark ended, from what it printed. Pure. */

/** How the scorer's own errors stand in a trace: code and JSON. */
const CODED = /PLIMSOLL [A-Z_]+ (\{.*\})\s*$/;
const SCORER = /ScorerFailed: (.+)$/;
/** The name of an exception of Java or Python, and what it says. */
const EXCEPTION = /^(?:Caused by: |: )?(?:[\w$]+\.)*\w*(?:Error|Exception|SystemExit): (.+)$/;
const LENGTH_MAX = 500;

/** The reason in lines of a log, in the words of whoever failed first; how the program ended where none says one. */
export function failureReason(lines: readonly string[], ended: string): string {
  const coded = firstMatch(lines, CODED);
  if (coded !== null) return messageOf(coded);
  const words = firstMatch(lines, SCORER) ?? lastMatch(lines, EXCEPTION);
  return words?.slice(0, LENGTH_MAX) ?? `spark-submit ended: ${ended}`;
}

function firstMatch(lines: readonly string[], pattern: RegExp): string | null {
  for (const line of lines) {
    const found = pattern.exec(line)?.[1];
    if (found !== undefined) return found;
  }
  return null;
}

const lastMatch = (lines: readonly string[], pattern: RegExp): string | null =>
  firstMatch(lines.toReversed(), pattern);

function messageOf(json: string): string {
  try {
    return (JSON.parse(json) as { message: string }).message;
  } catch (error) {
    if (error instanceof SyntaxError) return json.slice(0, LENGTH_MAX);
    throw error;
  }
}
