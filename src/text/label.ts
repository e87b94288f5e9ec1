/** Labels as texts: two are the same where they are the same number, the same truth value or the same text. Pure. */

/** Null where the text is no finite number. */
export const labelNumber = (text: string): number | null => {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  return Number.isFinite(value) ? value : null;
};

/** One text for one label: numbers as numbers, truth values as 1 and 0. */
export function canonicalLabel(text: string): string {
  if (/^true$/i.test(text)) return '1';
  if (/^false$/i.test(text)) return '0';
  return String(labelNumber(text) ?? text);
}
