import { posix } from 'node:path';
import { listFiles, type Problem, report } from './project.ts';

const INDEX = 'docs/README.md';

/** Pages that the index does not name, and those it names that are not there. Paths are relative to the checkout. */
export function checkIndex(index: string, pages: readonly string[]): Problem[] {
  const named = new Set(linkedPages(index));
  const missing = pages
    .filter((page) => page !== INDEX && !named.has(page))
    .map((page) => `does not list ${page}: name it in the table of the task that it serves`);
  const gone = [...named]
    .filter((page) => page.startsWith('docs/') && !pages.includes(page))
    .map((page) => `lists ${page}, which is not there: correct the link or take it out`);
  return [...missing, ...gone].map((message) => ({ file: INDEX, message }));
}

/** Files that the index links to, without anchors and addresses of the web. */
function linkedPages(markdown: string): string[] {
  const links = [...markdown.matchAll(/\]\((?!https?:)([^)#\s]+)[^)]*\)/g)];
  return links.map(([, link = '']) => posix.join(posix.dirname(INDEX), link));
}

if (import.meta.main) {
  const files = ['.md', '.json', '.yaml'].flatMap((suffix) => listFiles('docs', suffix));
  const index = files.find(({ path }) => path === INDEX)?.text ?? '';
  report(
    'docs-index',
    checkIndex(
      index,
      files.map(({ path }) => path),
    ),
  );
}
