/** Texts of strangers on pages. Pure. */

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** A stranger's word as text of a page, also in an attribute; control characters and marks that order text become blanks. */
export const escapeHtml = (text: string): string =>
  text.replaceAll(/[&<>"'\p{Cc}\p{Bidi_Control}]/gu, (found) => ESCAPES[found] ?? ' ');
