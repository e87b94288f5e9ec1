/** `/models/{model}/predict` as a pattern with named groups; a colon may be escaped, as the clients of some languages do. */
export const routePattern = (route: string): RegExp =>
  new RegExp(
    `^${route
      .replaceAll(/[.*+?^$()|[\]\\]/g, '\\$&')
      .replaceAll(':', '(?::|%3[Aa])')
      .replaceAll(/\{(\w+)\}/g, '(?<$1>[^/]+)')}/?$`,
  );

/** A name as it stands in a path, without its escapes. */
export function decodePathSegment(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
