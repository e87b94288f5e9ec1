import { describe, expect, it } from 'vitest';
import { CODECS } from '../../files/codecs.ts';
import { ReadBudget } from '../budget.ts';
import { DEFAULT_LIMITS, type ReadLimits } from '../limits.ts';
import { ZipArchive } from './archive.ts';
import { type TestMember, zipOf } from './testing/zips.ts';

const open = (bytes: Uint8Array, limits: Partial<ReadLimits> = {}): ZipArchive =>
  new ZipArchive(bytes, CODECS, new ReadBudget({ limits: { ...DEFAULT_LIMITS, ...limits }, now: () => 0 }));
const text = (archive: ZipArchive, name: string): string => Buffer.from(archive.read(name)).toString();
const refusal = (code: string) => expect.objectContaining({ code });
const one = (member: Partial<TestMember>): Uint8Array => zipOf([{ name: 'a', content: 'abc', ...member }]);

describe('a zip archive', () => {
  it('gives what its files hold, stored and deflated, in the order of their bytes', () => {
    const members = [
      { name: 'a', content: 'abc' },
      { name: 'b/c', content: 'x'.repeat(9000), deflated: true },
    ];
    const archive = open(zipOf(members, { comment: 'a comment' }));
    expect([...archive.names]).toEqual(['a', 'b/c']);
    expect(text(archive, 'a')).toBe('abc');
    expect(text(archive, 'b/c')).toBe('x'.repeat(9000));
    expect(() => archive.read('d')).toThrow(/no file "d"/);
  });

  it('takes sizes after the data, as programs write them that cannot go back', () => {
    const streamed = { flags: 8, crc: 0, packedSize: 0, size: 0 };
    expect(text(open(one({ local: streamed, central: { flags: 8 } })), 'a')).toBe('abc');
  });

  /** ZIP64 records before the end record, as torch writes them for the smallest archive. */
  function withWideRecords(archive: Uint8Array, entries: number): Buffer {
    const at = archive.length - 22;
    const end = Buffer.from(archive.subarray(at));
    const record = Buffer.alloc(56);
    record.writeUInt32LE(0x06064b50);
    const [size, start] = [end.readUInt32LE(12), end.readUInt32LE(16)];
    for (const [i, value] of [44, entries, entries, size, start].entries())
      record.writeBigUInt64LE(BigInt(value), i === 0 ? 4 : 16 + 8 * i);
    const locator = Buffer.alloc(20);
    locator.writeUInt32LE(0x07064b50);
    locator.writeBigUInt64LE(BigInt(at), 8);
    locator.writeUInt32LE(1, 16);
    return Buffer.concat([archive.subarray(0, at), record, locator, end]);
  }

  it('takes ZIP64 records that nothing needs, where they say the same', () => {
    expect(text(open(withWideRecords(one({}), 1)), 'a')).toBe('abc');
    expect(() => open(withWideRecords(one({}), 2))).toThrow(refusal('READ_CORRUPT'));
  });

  it.each<[string, Uint8Array, string]>([
    ['a checksum that is another', one({ local: { crc: 1 }, central: { crc: 1 } }), 'READ_CORRUPT'],
    ['a size that lies', one({ local: { size: 4 }, central: { size: 4 } }), 'READ_CORRUPT'],
    [
      'a deflated size that lies',
      one({ deflated: true, local: { size: 2 }, central: { size: 2 } }),
      'READ_CORRUPT',
    ],
  ])('refuses %s when the file is read', (_, bytes, code) => {
    const archive = open(bytes);
    expect(() => archive.read('a')).toThrow(refusal(code));
  });

  it.each<[string, Uint8Array, string]>([
    ['a local name that differs', one({ local: { name: 'b' } }), 'READ_CORRUPT'],
    ['a local size that differs', one({ local: { size: 9 } }), 'READ_CORRUPT'],
    ['a local method that differs', one({ local: { method: 8 } }), 'READ_CORRUPT'],
    [
      'data past the end',
      one({ local: { packedSize: 9999 }, central: { packedSize: 9999 } }),
      'READ_CORRUPT',
    ],
    ['an offset past the end', one({ central: { offset: 99_999 } }), 'READ_TRUNCATED'],
    [
      'a file inside a file',
      zipOf([
        { name: 'a', content: one({}) },
        { name: 'b', content: '', central: { name: 'a/b', offset: 31 } },
      ]),
      'READ_CORRUPT',
    ],
    [
      'two files of one name',
      zipOf([
        { name: 'a', content: '' },
        { name: 'a', content: '1' },
      ]),
      'READ_UNSAFE',
    ],
    ['encryption', one({ local: { flags: 1 }, central: { flags: 1 } }), 'READ_UNSAFE'],
    ['another compression', one({ local: { method: 12 }, central: { method: 12 } }), 'READ_UNSAFE'],
    ['a count that lies', zipOf([{ name: 'a', content: '' }], { entries: 2 }), 'READ_TRUNCATED'],
    ['a directory elsewhere', zipOf([{ name: 'a', content: 'abc' }], { start: 5 }), 'READ_CORRUPT'],
    ['bytes after its end', Buffer.concat([one({}), Buffer.from('more')]), 'READ_CORRUPT'],
    ['no end', one({}).subarray(0, 60), 'READ_TRUNCATED'],
    ['nothing', new Uint8Array(0), 'READ_TRUNCATED'],
    ...['../a', '/a', 'a//b', './a', 'a/../b', 'c:/a', 'a\\b', 'a\0', ''].map(
      (name): [string, Uint8Array, string] => [
        `the name ${JSON.stringify(name)}`,
        one({ name }),
        'READ_UNSAFE',
      ],
    ),
  ])('with %s is refused', (_, bytes, code) => {
    expect(() => open(bytes)).toThrow(refusal(code));
  });

  it('is refused whose file unpacks to far more than it is, before anything is unpacked', () => {
    const zeros = new Uint8Array(40 * 2 ** 20);
    const archive = open(zipOf([{ name: 'a', content: zeros, deflated: true }]));
    expect(() => archive.read('a')).toThrow(/decompressionRatio/);
  });

  it('is refused with more files than the limit', () => {
    const members = Array.from({ length: 5 }, (_, i) => ({ name: String(i), content: '' }));
    expect(() => open(zipOf(members), { members: 4 })).toThrow(/members/);
  });
});
