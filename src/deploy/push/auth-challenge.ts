/** What a registry asks for in `WWW-Authenticate` (RFC 9110, 11.6.1). Pure. */
import { elementAt, valueInMap } from '../../core/element-at.ts';

export type AuthChallenge =
  | { readonly scheme: 'basic' }
  | { readonly scheme: 'bearer'; readonly realm: string; readonly service: string | null };

const MAX_HEADER = 8192;
const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const PARAMETER = new RegExp(`\\s*,?\\s*(${TOKEN})\\s*=\\s*(?:"((?:[^"\\\\]|\\\\.)*)"|(${TOKEN}))`, 'y');
const SCHEME = new RegExp(`[\\s,]*(${TOKEN})(?=\\s|,|$)`, 'y');

/** The challenge that is answered: a bearer's token where there is a choice, or null where none is known. */
export function challengeOf(header: string | undefined): AuthChallenge | null {
  const all = challengesIn((header ?? '').slice(0, MAX_HEADER));
  const bearer = all.find(({ scheme, parameters }) => scheme === 'bearer' && parameters.has('realm'));
  if (bearer !== undefined)
    return {
      scheme: 'bearer',
      realm: valueInMap(bearer.parameters, 'realm'),
      service: bearer.parameters.get('service') ?? null,
    };
  return all.some(({ scheme }) => scheme === 'basic') ? { scheme: 'basic' } : null;
}

function challengesIn(header: string): { scheme: string; parameters: Map<string, string> }[] {
  const found: { scheme: string; parameters: Map<string, string> }[] = [];
  let at = 0;
  while (at < header.length) {
    SCHEME.lastIndex = at;
    const scheme = SCHEME.exec(header);
    if (scheme === null) break;
    at = SCHEME.lastIndex;
    const parameters = new Map<string, string>();
    for (PARAMETER.lastIndex = at; ; at = PARAMETER.lastIndex) {
      const parameter = PARAMETER.exec(header);
      if (parameter === null) break;
      const [, name = '', quoted, bare = ''] = parameter;
      parameters.set(name.toLowerCase(), quoted?.replaceAll(/\\(.)/g, '$1') ?? bare);
    }
    found.push({ scheme: elementAt(scheme, 1).toLowerCase(), parameters });
  }
  return found;
}
