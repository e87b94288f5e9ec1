import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateSync, gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { xxh32 } from '../formats/codecs/checksum.ts';

/**
 * Bombs, each read by a process of its own as any user would: whatever the file says, reading takes less than 512 MB and
 * five seconds, and a second more for 5 MB of the file (by which libbzip2 itself takes a second here), and ends with data or a coded refusal.
 */
const MIB = 2 ** 20;
const MAX_RSS = 512 * MIB;
const MAX_MS = 5000;
const MILLIS_A_BYTE = 2e-4;

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-hostile-'));
afterAll(() => rmSync(folder, { recursive: true }));

const CHILD = `
import { readFileSync } from 'node:fs';
import { readModelFile } from ${JSON.stringify(join(import.meta.dirname, 'read-model.ts'))};
const started = performance.now();
let code = 'read';
try { readModelFile(process.argv[1]); } catch (error) { code = error.code ?? String(error); }
const wall = performance.now() - started;
const { user, system } = process.cpuUsage();
// On a crowded machine the clock also counts the time of others.
const ms = Math.min(wall, (user + system) / 1000);
// Not resourceUsage().maxRSS: on Linux that starts with what the parent had when it forked.
const peak = /VmHWM:\\s+(\\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'))[1];
console.log(JSON.stringify({ code, ms, rss: 1024 * peak }));
`;

/** A file in pieces, most of them the same one: what is written twice is made once. */
type Bomb = readonly Uint8Array[];

function writeInPieces(path: string, pieces: Bomb): void {
  const file = openSync(path, 'w');
  try {
    for (const piece of pieces) writeFileSync(file, piece);
  } finally {
    closeSync(file);
  }
}

interface Measured {
  readonly code: string;
  readonly ms: number;
  readonly rss: number;
  /** Of the file. */
  readonly size: number;
}

function readInChild(bomb: Bomb): Measured {
  const path = join(folder, 'bomb');
  writeInPieces(path, bomb);
  const child = spawnSync(process.execPath, ['--no-warnings', '--input-type=module', '-e', CHILD, path], {
    encoding: 'utf8',
  });
  if (child.error) throw child.error;
  if (child.status !== 0)
    throw new Error(`the reader died (${child.signal ?? child.status}): ${child.stderr.slice(-500)}`);
  return { ...JSON.parse(child.stdout), size: statSync(path).size } as Measured;
}

const PROTO = Buffer.from([0x80, 4]);

const latin = (text: string | readonly number[]): Buffer =>
  typeof text === 'string' ? Buffer.from(text, 'latin1') : Buffer.from(text);

/** `unit` over and over: one block, which is written as often as it is wanted. */
function repeated(unit: Uint8Array, count: number): Bomb {
  const units = Math.max(1, Math.floor(MIB / unit.length));
  const block = Buffer.alloc(units * unit.length, unit);
  return [
    ...new Array<Buffer>(Math.floor(count / units)).fill(block),
    block.subarray(0, (count % units) * unit.length),
  ];
}

/** `prefix`, then `unit` as often as it fits, then `suffix`. */
function flood(
  size: number,
  unit: readonly number[] | string,
  prefix: string | readonly number[] = '',
  suffix = '',
): Bomb {
  const bytes = latin(unit);
  return [PROTO, latin(prefix), ...repeated(bytes, Math.floor(size / bytes.length)), latin(suffix)];
}

function counted(count: number, make: (i: number) => string, prefix = '', suffix = ''): Bomb {
  const made = Array.from({ length: count }, (_, i) => make(i)).join('');
  return [PROTO, latin(prefix), latin(made), latin(suffix)];
}

const u32 = (value: number): string =>
  String.fromCharCode(value & 0xff, (value >>> 8) & 0xff, (value >>> 16) & 0xff, value >>> 24);

/** An LZ4 frame of blocks that are one long run each. */
function lz4Bomb(blocks: number): Bomb {
  const descriptor = [0x60, 0x70];
  const run = 4 * MIB - 1 - 5 - 4 - 15;
  const match = [0x1f, 0x61, 0x01, 0x00, ...new Array<number>(Math.floor(run / 255)).fill(255), run % 255];
  const block = Buffer.from([...match, 0x50, 1, 2, 3, 4, 5]);
  const size = Buffer.from(new Uint32Array([block.length]).buffer);
  const header = [0x04, 0x22, 0x4d, 0x18, ...descriptor, (xxh32(Uint8Array.from(descriptor)) >>> 8) & 0xff];
  return [
    Buffer.from(header),
    ...Array.from({ length: blocks }, () => [size, block]).flat(),
    Buffer.alloc(4),
  ];
}

interface Stream {
  readonly codec: string;
  readonly variant: string;
  readonly content: string;
  readonly stream: string;
}
const streams: readonly Stream[] = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../fixtures/codecs.json'), 'utf8'),
);

/** A stream by Python's compressor, over and over. */
function streamed(codec: string, content: string, count: number): Bomb {
  const stream = streams.find((one) => one.codec === codec && one.content === content)!;
  return repeated(Buffer.from(stream.stream, 'base64'), count);
}

/** Poorly and very compressible data mixed, so that the ratio alone looks fine. */
function mixed(megabytes: number): Buffer {
  const noise = Buffer.alloc(2 * MIB);
  for (let i = 0, x = 1; i < noise.length; i++) {
    x = (Math.imul(x, 1103515245) + 12345) >>> 0;
    noise[i] = x >>> 24;
  }
  return Buffer.concat([noise, Buffer.alloc((megabytes - 2) * MIB)]);
}

const RECONSTRUCT = 'cnumpy.core.multiarray\n_reconstruct\nq\x01';
const WRAPPER = 'cjoblib.numpy_pickle\nNumpyArrayWrapper\n)\x81}(X\x05\x00\x00\x00shapeJ';

/** A text of LightGBM: a header of two columns, trees, and numbers as long as wanted. */
const lightgbm = (...pieces: readonly Uint8Array[]): Bomb => [
  latin('tree\nversion=v4\nnum_class=1\nmax_feature_idx=1\nfeature_names=a b\n'),
  ...pieces,
];
const trees = (count: number, text: string): Buffer =>
  latin(Array.from({ length: count }, (_, i) => `Tree=${i}\n${text}\n`).join(''));

const BOMBS: Readonly<Record<string, () => Bomb>> = {
  'a stack of None': () => flood(200 * MIB, 'N', '('),
  'opcodes without an effect': () => flood(240 * MIB, 'N0'),
  'empty lists': () => flood(64 * MIB, ']', '('),
  'empty dicts': () => flood(64 * MIB, '}', '('),
  sets: () => flood(64 * MIB, [0x8f], '('),
  'one-element tuples': () => flood(64 * MIB, [0x4e, 0x85], '('),
  'nested tuples': () => flood(64 * MIB, [0x85], 'N', '.'),
  'nested lists': () => flood(16 * MIB, '](', '('),
  floats: () => flood(200 * MIB, 'G\x00\x00\x00\x00\x00\x00\x00\x01', '('),
  ints: () => flood(200 * MIB, 'M\xff\xff', '('),
  'long ints': () => flood(100 * MIB, '\x8a\x09\x01\x02\x03\x04\x05\x06\x07\x08\x09', '('),
  'long ints in text': () => counted(10_000, () => `L${'9'.repeat(9000)}L\n`, '('),
  'short strings': () => flood(100 * MIB, 'U\x02ab', '('),
  'escaped strings': () => counted(30, () => `S'${'\\x41'.repeat(250_000)}'\n`, '('),
  'unicode escapes': () => counted(30, () => `V${'\\u0041'.repeat(160_000)}\n`, '('),
  'wide strings': () => counted(3, () => `X${u32(60 * MIB)}${'\xf0\x9f\x98\x80'.repeat(15 * MIB)}`, '('),
  'memo entries': () => flood(100 * MIB, 'N\x94', '('),
  'scattered memo entries': () => counted(2_000_000, (i) => `r${u32(i * 100)}`, 'N'),
  'dict entries': () => flood(100 * MIB, 'NNs', '}'),
  'append to one list': () => flood(240 * MIB, 'Na', ']'),
  'duplicates of a growing list': () => flood(60 * MIB, '2a', ']'),
  marks: () => flood(64 * MIB, '('),
  objects: () => flood(64 * MIB, ')\x81', 'ca\nb\n'),
  calls: () => flood(64 * MIB, 'h\x00)R', 'ca\nb\nq\x00('),
  names: () => counted(2_000_000, (i) => `ca\nb${i}\n`, '('),
  dtypes: () => flood(64 * MIB, 'h\x00h\x01R', 'cnumpy\ndtype\nq\x00X\x02\x00\x00\x00f8\x85q\x01('),
  'empty arrays': () => flood(64 * MIB, 'h\x01)R', `${RECONSTRUCT}(`),
  'references that unfold': () =>
    counted(2000, (i) => `0](${`j${u32(i)}`.repeat(100)}er${u32(i + 1)}`, `]r${u32(0)}`, '.'),
  'arrays over the same bytes': () =>
    counted(
      20_000,
      () => 'h\x02(h\x03h\x04h\x05X\x01\x00\x00\x00CtR',
      `C\x00q\x00cnumpy.core.numeric\n_frombuffer\nq\x02B${u32(8 * MIB)}${'\0'.repeat(8 * MIB)}q\x03cnumpy\ndtype\nX\x02\x00\x00\x00i1\x85Rq\x04J${u32(8 * MIB)}\x85q\x05(`,
    ),
  'a joblib array larger than the file': () =>
    counted(
      1,
      () =>
        `${WRAPPER}${u32(2 ** 30)}\x85X\x05\x00\x00\x00dtypecnumpy\ndtype\nX\x02\x00\x00\x00f8\x85RX\x05\x00\x00\x00orderX\x01\x00\x00\x00Cub`,
    ),
  'a file over the limit': () => flood(300 * MIB, [0], '('),
  noise: () => flood(100 * MIB, [0x95, 0xff, 0x1f]),
  'a zlib bomb': () => [deflateSync(Buffer.alloc(400 * MIB), { level: 9 })],
  'a gzip bomb': () => [gzipSync(Buffer.alloc(400 * MIB), { level: 9 })],
  'a zlib bomb with a modest ratio': () => [deflateSync(mixed(390), { level: 1 })],
  'an LZ4 bomb': () => lz4Bomb(100),
  'bzip2 of zeros, over and over': () => streamed('bz2', 'zeros', 20_000),
  'bzip2 of noise, over and over': () => streamed('bz2', 'noise', 8_000),
  'bzip2 of nothing, over and over': () => streamed('bz2', 'nothing', 500_000),
  'xz of zeros, over and over': () => streamed('xz', 'zeros', 20_000),
  'xz of noise, over and over': () => streamed('xz', 'noise', 20_000),
  'xz of nothing, over and over': () => streamed('xz', 'nothing', 500_000),
  'trees of one leaf': () => lightgbm(trees(1_000_000, 'num_leaves=1\nleaf_value=1\n')),
  'small trees': () =>
    lightgbm(
      trees(
        300_000,
        'num_leaves=2\nsplit_feature=0\nthreshold=0\nleft_child=-1\nright_child=-2\nleaf_value=1 2\n',
      ),
    ),
  'leaves without end': () =>
    lightgbm(latin(`Tree=0\nnum_leaves=${50 * MIB}\nleaf_value=`), ...repeated(latin('1 '), 50 * MIB)),
  'names without end': () =>
    lightgbm(latin('max_feature_idx=1000000\nfeature_names='), ...repeated(latin('a '), 30 * MIB)),
  'keys without end': () => lightgbm(...repeated(latin('k=1\n'), 40 * MIB)),
  'lists in lists': () =>
    lightgbm(
      trees(1, 'num_leaves=1\nleaf_value=1\n'),
      latin('end of trees\npandas_categorical:'),
      ...repeated(latin('['), 8 * MIB - 1),
    ),
  'LZ4 of nothing, over and over': () => streamed('lz4', 'nothing', 2_000_000),
};

describe('hostile files', () => {
  it.each(Object.keys(BOMBS))('%s', (name) => {
    const { code, ms, rss, size } = readInChild(BOMBS[name]!());
    expect(code).toMatch(/^(?:read$|READ_|MODEL_|FORMAT_)/);
    expect(rss).toBeLessThan(MAX_RSS);
    expect(ms).toBeLessThan(MAX_MS + MILLIS_A_BYTE * size);
  });
});
