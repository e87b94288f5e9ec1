/** Beyond every score, and yet finite times a price. */
const BEYOND = 1e30;

/** The least score whose number is at least `value`; or the greatest whose number is at most that. ∓`BEYOND` where all are, or none is. */
export function scoreAt(number: (score: number) => number, value: number, isLeast: boolean): number {
  const fits = (score: number): boolean => (isLeast ? number(score) >= value : number(score) <= value);
  let [good, bad] = isLeast ? [BEYOND, -BEYOND] : [-BEYOND, BEYOND];
  if (!fits(good)) return good;
  if (fits(bad)) return bad;
  for (let middle = 0; middle !== good && middle !== bad; middle = (good + bad) / 2) {
    if (fits(middle)) good = middle;
    else bad = middle;
  }
  return good;
}
