import { expect, it } from 'vitest';
import { checkIndex } from './docs-index.ts';
import { listFiles } from './project.ts';

const messages = (index: string, pages: readonly string[]): string[] =>
  checkIndex(index, pages).map(({ message }) => message);

it('takes an index that lists every page once, with or without an anchor', () => {
  const index = '[a](a.md) [decision](adr/1.md#why) [out](../README.md) [web](https://example.com/b.md)';
  expect(messages(index, ['docs/README.md', 'docs/a.md', 'docs/adr/1.md'])).toEqual([]);
});

it('names a page that the index does not list', () => {
  expect(messages('[a](a.md)', ['docs/README.md', 'docs/a.md', 'docs/b.md'])).toEqual([
    'does not list docs/b.md: name it in the table of the task that it serves',
  ]);
});

it('names a page that the index lists and that is not there', () => {
  expect(messages('[a](a.md)', ['docs/README.md'])).toEqual([
    'lists docs/a.md, which is not there: correct the link or take it out',
  ]);
});

it('finds every page of this project in its index', () => {
  const files = ['.md', '.json', '.yaml'].flatMap((suffix) => listFiles('docs', suffix));
  const index = files.find(({ path }) => path === 'docs/README.md');
  expect(
    checkIndex(
      index!.text,
      files.map(({ path }) => path),
    ),
  ).toEqual([]);
});

it('finds every type that the glossary names in the sources', () => {
  const [glossary] = listFiles('docs/glossary.md', '.md');
  const sources = listFiles('src', '.ts').map(({ text }) => text);
  const exported = new Set(
    sources.flatMap((text) =>
      [...text.matchAll(/^export (?:abstract )?(?:interface|type|class) (\w+)/gm)].map(
        ([, name = '']) => name,
      ),
    ),
  );
  const types = [...glossary!.text.matchAll(/\(([^()]*)\) \|$/gm)].flatMap(([, list = '']) =>
    [...list.matchAll(/`([A-Z]\w+)`/g)].map(([, name = '']) => name),
  );
  expect(types.length).toBeGreaterThan(30);
  expect(types.filter((name) => !exported.has(name))).toEqual([]);
});
