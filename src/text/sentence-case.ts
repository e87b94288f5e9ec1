/** A text with a capital at its start: words of a list as a sentence. Pure. */
export const sentenceCase = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
