/** The nearest of the words that were possible, for messages about a word that is none of them. Pure. */

/** Longer words, and more candidates, are not worth the time of a suggestion. */
const LENGTH_MAX = 64;
const CANDIDATES_MAX = 1000;
/** More slips than this are another word. */
const SLIPS_MAX = 8;

/** The candidate nearest to `word` if it is near enough to be a slip, or null. Case counts for nothing. */
function suggest(word: string, candidates: readonly string[]): string | null {
  if (word.length > LENGTH_MAX) return null;
  let best: string | null = null;
  let bestDistance = Math.min(Math.floor((word.length + 1) / 3), SLIPS_MAX) + 1;
  const meant = plain(word);
  for (const candidate of candidates.slice(0, CANDIDATES_MAX)) {
    if (Math.abs(candidate.length - word.length) >= bestDistance) continue;
    const distance = editDistance(meant, plain(candidate), bestDistance);
    if (distance >= bestDistance) continue;
    best = candidate;
    bestDistance = distance;
  }
  return best;
}

/** `; did you mean "age"?`, or nothing. */
export function didYouMean(word: string, candidates: readonly string[]): string {
  const near = suggest(word, candidates);
  return near === null ? '' : `; did you mean ${JSON.stringify(near)}?`;
}

const plain = (word: string): string => word.toLowerCase().replaceAll(/[\s_.-]+/g, ' ');

/**
 * Levenshtein distance (Wagner and Fischer, 1974), or `limit` where it is no less: only the band of the table within
 * `limit` of its diagonal is filled (Ukkonen, 1985), and a row of it that has nothing below `limit` ends the search.
 */
function editDistance(a: string, b: string, limit: number): number {
  let previous = Uint8Array.from({ length: b.length + 1 }, (_, j) => j);
  let current = new Uint8Array(b.length + 1);
  for (let i = 1; i <= a.length; i++) {
    const from = Math.max(1, i - limit + 1);
    const to = Math.min(b.length, i + limit - 1);
    current.fill(limit);
    let least = from === 1 ? i : limit;
    current[from - 1] = least;
    for (let j = from; j <= to; j++) {
      const change = previous[j - 1]! + (a.charCodeAt(i - 1) === b.charCodeAt(j - 1) ? 0 : 1);
      const cell = Math.min(change, previous[j]! + 1, current[j - 1]! + 1);
      current[j] = cell;
      if (cell < least) least = cell;
    }
    if (least >= limit) return limit;
    [previous, current] = [current, previous];
  }
  return Math.min(previous[b.length]!, limit);
}
