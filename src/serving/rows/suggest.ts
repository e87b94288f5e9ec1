/** Longer words, and more candidates, are not worth the time of a suggestion. */
const LENGTH_MAX = 64;
const CANDIDATES_MAX = 1000;

/** The candidate nearest to `word` if it is near enough to be a slip, or null. Case counts for nothing. */
function suggest(word: string, candidates: readonly string[]): string | null {
  if (word.length > LENGTH_MAX) return null;
  let best: string | null = null;
  let bestDistance = Math.floor((word.length + 1) / 3) + 1;
  for (const candidate of candidates.slice(0, CANDIDATES_MAX)) {
    if (Math.abs(candidate.length - word.length) >= bestDistance) continue;
    const distance = editDistance(plain(word), plain(candidate));
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

/** Levenshtein distance with two rows (Wagner and Fischer, 1974). */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      current.push(Math.min(change, previous[j]! + 1, current[j - 1]! + 1));
    }
    previous = current;
  }
  return previous[b.length]!;
}
