import { describe, expect, it } from 'vitest';
import { ReadBudget } from '../budget.ts';
import { DEFAULT_LIMITS } from '../limits.ts';
import { parseXml } from './xml.ts';

const parse = (text: string, limits = DEFAULT_LIMITS) =>
  parseXml(text, new ReadBudget({ limits, now: () => 0 }));

describe('XML', () => {
  it('is elements, attributes and text', () => {
    const root = parse('<?xml version="1.0"?><!-- c --><a b="1" c=\'x "y"\'>one<d/>two<![CDATA[<&>]]></a>\n');
    expect(root).toMatchObject({ name: 'a', attributes: ['b', '1', 'c', 'x "y"'], text: 'onetwo<&>' });
    expect(root.children.map(({ name, offset }) => [name, offset])).toEqual([['d', 53]]);
  });

  it('knows the five entities and characters by number', () => {
    expect(parse('<a b="&lt;&#65;&#x1F600;&amp;">&gt;&quot;&apos;</a>')).toMatchObject({
      attributes: ['b', '<A😀&'],
      text: `>"'`,
    });
  });

  it.each([
    ['<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', 'READ_UNSAFE'],
    ['<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>', 'READ_UNSAFE'],
    ['<a>&x;</a>', 'READ_CORRUPT'],
    ['<a>&#0;</a>', 'READ_CORRUPT'],
    ['<a>&#xD800;</a>', 'READ_CORRUPT'],
    ['<a>& b</a>', 'READ_CORRUPT'],
    ['<a b="1" b="2"/>', 'READ_CORRUPT'],
    ['<a b="<"/>', 'READ_CORRUPT'],
    ['<a b=1/>', 'READ_CORRUPT'],
    ['<a b="1"c="2"/>', 'READ_CORRUPT'],
    ['<a></b>', 'READ_CORRUPT'],
    ['<a/></a>', 'READ_CORRUPT'],
    ['<a/><b/>', 'READ_CORRUPT'],
    ['<a/>text', 'READ_CORRUPT'],
    ['text<a/>', 'READ_CORRUPT'],
    ['<a', 'READ_CORRUPT'],
    ['<a>', 'READ_TRUNCATED'],
    ['<a><!-- ', 'READ_TRUNCATED'],
    ['<a b="', 'READ_TRUNCATED'],
    ['', 'READ_TRUNCATED'],
    [`<a>${'<b>'.repeat(2000)}`, 'READ_LIMIT'],
    [`<a b="${'x'.repeat(2 ** 20 + 1)}"/>`, 'READ_LIMIT'],
    [`<${'a'.repeat(300)}/>`, 'READ_LIMIT'],
    [`<a ${Array.from({ length: 3000 }, (_, i) => `b${i}=""`).join(' ')}/>`, 'READ_LIMIT'],
  ])('%.60s is %s', (text, code) => {
    expect(() => parse(text)).toThrow(expect.objectContaining({ code }));
  });

  it('takes no more memory than the limit, however many elements there are', () => {
    expect(() => parse(`<a>${'<b/>'.repeat(3000)}</a>`, { ...DEFAULT_LIMITS, totalBytes: 200_000 })).toThrow(
      expect.objectContaining({ code: 'READ_LIMIT' }),
    );
  });
});
