import type { ApiRoute } from '../../src/server/api/operation.ts';
import { scopeOf } from '../../src/server/api/scopes.ts';

const BEGIN = '<!-- scopes -->\n';
const END = '<!-- /scopes -->';

/** docs/security.md with the table of scopes as the operations have them; the rest is written by hand. */
export function securityPage(page: string, operations: readonly ApiRoute[]): string {
  const [before, rest] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (before < 0 || rest < 0) return page;
  return `${page.slice(0, before + BEGIN.length)}${tableOf(operations)}${page.slice(rest)}`;
}

const HEAD = '\n| operation of `/api/v1` | does | least scope |\n|---|---|---|\n';

const tableOf = (operations: readonly ApiRoute[]): string => `${HEAD}${operations.map(row).join('')}\n`;

const row = (operation: ApiRoute): string =>
  `| \`${operation.method} ${operation.path}\` | ${operation.summary} | \`${scopeOf(operation)}\` |\n`;
