import { existsSync, mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DEFAULT_LIMITS, type ReadLimits } from '../limits.ts';
import { dictGet, objectState } from './access.ts';
import { readPickle } from './read.ts';
import { global, outcome, pickleProgram, readTestPickle, u32, u64, unicode } from './testing/programs.ts';
import type { PyDict, PyList, PyObject } from './value.ts';

const PROTO = pickleProgram(0x80, 4);

describe('code-execution gadgets', () => {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-canary-'));
  const canary = join(folder, 'canary');
  const command = `touch ${canary}`;
  const gadgets: [string, Uint8Array, string][] = [
    [
      'os.system by REDUCE',
      pickleProgram(PROTO, global('os', 'system'), unicode(command), 0x85, 'R.'),
      'os.system',
    ],
    ['posix.system by GLOBAL', pickleProgram(`cposix\nsystem\n(S'${command}'\ntR.`), 'posix.system'],
    [
      'builtins.eval',
      pickleProgram(PROTO, global('builtins', 'eval'), unicode(`open("${canary}","w")`), 0x85, 'R.'),
      'builtins.eval',
    ],
    [
      'builtins.exec by INST',
      pickleProgram(`(S'open("${canary}","w")'\ni__builtin__\nexec\n.`),
      '__builtin__.exec',
    ],
    [
      'subprocess.Popen by OBJ',
      pickleProgram('(csubprocess\nPopen\n', `S'${command}'\no.`),
      'subprocess.Popen',
    ],
    [
      'OBJ dropped by POP, which leaves no trace',
      pickleProgram('(cos\nsystem\n', `S'${command}'\no0N.`),
      'os.system',
    ],
    ['NEWOBJ', pickleProgram(PROTO, global('os', 'system'), unicode(command), 0x85, 0x81, '.'), 'os.system'],
    [
      'NEWOBJ_EX',
      pickleProgram(PROTO, global('os', 'system'), unicode(command), 0x85, '}', 0x92, '.'),
      'os.system',
    ],
    [
      'runpy',
      pickleProgram(PROTO, global('runpy', '_run_code'), unicode(command), '}', 0x86, 'R.'),
      'runpy._run_code',
    ],
    [
      'a pickle in a pickle',
      pickleProgram(PROTO, global('pickle', 'loads'), 'C', 4, 'cos\n', 0x85, 'R.'),
      'pickle.loads',
    ],
    [
      'a dotted attribute of a known module',
      pickleProgram(PROTO, global('numpy', 'os.system'), unicode(command), 0x85, 'R.'),
      'numpy.os.system',
    ],
    [
      'getattr chains',
      pickleProgram(
        PROTO,
        global('builtins', 'getattr'),
        global('os', 'path'),
        unicode('os'),
        0x86,
        'R',
        unicode(command),
        0x85,
        'R.',
      ),
      'builtins.getattr',
    ],
  ];

  it.each(gadgets)('%s is a record, and the name is reported', (_, bytes, name) => {
    const file = readTestPickle(bytes);
    const found = file.globals.find((one) => `${one.module}.${one.name}` === name);
    expect(found?.meaning).toBe('dangerous');
    expect(found?.offset).toBeGreaterThanOrEqual(0);
    expect(file.notes.some((note) => note.level === 'risk' && note.text.includes(name))).toBe(true);
    expect(existsSync(canary)).toBe(false);
  });

  it('BUILD on a name, which would change a module, is refused', () => {
    expect(outcome(pickleProgram('cos\nenviron\n}b.')).code).toBe('READ_CORRUPT');
  });

  it('the canary is untouched in the end', () => {
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe('type confusion', () => {
  const cases: [string, Uint8Array, number][] = [
    ['STACK_GLOBAL with an int as name', pickleProgram(PROTO, unicode('os'), 'K', 1, 0x93, '.'), 8],
    ['STACK_GLOBAL with a list as module', pickleProgram(PROTO, ']', unicode('x'), 0x93, '.'), 6],
    ['STACK_GLOBAL with bytes', pickleProgram(PROTO, 'C', 2, 'os', unicode('x'), 0x93, '.'), 9],
    ['STACK_GLOBAL with a NUL', pickleProgram(PROTO, unicode('o\0s'), unicode('x'), 0x93, '.'), 10],
    ['GLOBAL with an empty name', pickleProgram('cos\n\n.'), 0],
    ['REDUCE of a string', pickleProgram(PROTO, unicode('os'), ')R.'), 7],
    ['REDUCE with a list of arguments', pickleProgram('cos\nx\n]R.'), 7],
    ['NEWOBJ of a string', pickleProgram(unicode('os'), ')', 0x81, '.'), 5],
    ['APPEND to a dict', pickleProgram('}Na.'), 2],
    ['APPENDS to a tuple', pickleProgram(')(Ne.'), 3],
    ['SETITEM on a list', pickleProgram(']NNs.'), 3],
    ['SETITEM with a list as key', pickleProgram('}]Ns.'), 3],
    ['SETITEMS with an odd count', pickleProgram('}(NNNu.'), 5],
    ['DICT with an odd count', pickleProgram('(Nd.'), 2],
    ['ADDITEMS to a frozenset', pickleProgram(PROTO, '(', 0x91, '(N', 0x90, '.'), 6],
    ['BUILD on an int', pickleProgram('K', 1, '}b.'), 3],
    ['BUILD twice', pickleProgram('cos\nx\n)', 0x81, '}b}b.'), 11],
    [
      'an array without a dtype',
      pickleProgram('cnumpy.core.multiarray\n_reconstruct\n)R(K', 1, ')K', 1, 'K', 0, 'C', 0, 'tb.'),
      37,
    ],
    ['a dtype that is no string', pickleProgram('cnumpy\ndtype\nK', 1, 0x85, 'R.'), 16],
  ];

  it.each(cases)('%s is refused at its byte', (_, bytes, offset) => {
    expect(outcome(bytes)).toEqual({ code: 'READ_CORRUPT', offset, name: undefined });
  });
});

it('protocol 0 may hold megabytes on one line, as it writes arrays', () => {
  const text = 'a'.repeat(3 * 2 ** 20);
  expect(readTestPickle(pickleProgram('V', text, '\n.')).root).toBe(text);
  expect(outcome(pickleProgram('V', text, '\n.'), { stringBytes: 2 ** 20 }).code).toBe('READ_LIMIT');
});

describe('broken programs', () => {
  const cases: [string, Uint8Array, string][] = [
    ['nothing at all', pickleProgram(), 'READ_TRUNCATED'],
    ['POP on an empty stack', pickleProgram('0N.'), 'READ_CORRUPT'],
    ['a value below the mark', pickleProgram('N(a.'), 'READ_CORRUPT'],
    ['TUPLE without a mark', pickleProgram('Nt.'), 'READ_CORRUPT'],
    ['STOP on an empty stack', pickleProgram('.'), 'READ_CORRUPT'],
    ['STOP with two values', pickleProgram('NN.'), 'READ_CORRUPT'],
    ['STOP under a mark', pickleProgram('(N.'), 'READ_CORRUPT'],
    ['a memo miss', pickleProgram('h', 3, '.'), 'READ_CORRUPT'],
    ['a memo miss far out', pickleProgram('j', u32(4_000_000_000), '.'), 'READ_CORRUPT'],
    ['an unknown opcode', pickleProgram(0xff), 'READ_CORRUPT'],
    ['protocol 6', pickleProgram(0x80, 6, 'N.'), 'READ_CORRUPT'],
    ['bytes after STOP', pickleProgram('N.N.'), 'READ_CORRUPT'],
    ['a persistent id', pickleProgram('Pid\n.'), 'READ_CORRUPT'],
    ['a binary persistent id', pickleProgram('NQ.'), 'READ_CORRUPT'],
    ['an extension code', pickleProgram(0x82, 1, '.'), 'READ_CORRUPT'],
    ['an out-of-band buffer', pickleProgram(0x97, '.'), 'READ_CORRUPT'],
    ['a frame past the end', pickleProgram(PROTO, 0x95, u64(100n), 'N.'), 'READ_TRUNCATED'],
    ['a frame of 2^63 bytes', pickleProgram(PROTO, 0x95, u64(2n ** 63n), 'N.'), 'READ_LIMIT'],
    [
      'an opcode across the end of its frame',
      pickleProgram(PROTO, 0x95, u64(2n), unicode('abc'), '.'),
      'READ_CORRUPT',
    ],
    ['a frame in a frame', pickleProgram(PROTO, 0x95, u64(12n), 0x95, u64(1n), 'NN.'), 'READ_CORRUPT'],
    ['text that is not UTF-8', pickleProgram('X', u32(1), 0xff, '.'), 'READ_CORRUPT'],
    ['a float that is code', pickleProgram('F__import__\n.'), 'READ_CORRUPT'],
    ['an int in hexadecimal', pickleProgram('I0x10\n.'), 'READ_CORRUPT'],
    ['a string without quotes', pickleProgram('Sabc\n.'), 'READ_CORRUPT'],
    ['a negative length', pickleProgram('T', u32(0xffffffff), '.'), 'READ_CORRUPT'],
  ];

  it.each(cases)('%s: %#', (_, bytes, code) => {
    const found = outcome(bytes);
    expect(found.code).toBe(code);
    expect(found.offset).toBeTypeOf('number');
  });

  it('a mark is dropped by POP as CPython does', () => {
    expect(readTestPickle(pickleProgram('N(0.')).root).toBe(null);
  });
});

describe('limits', () => {
  const dtype = (spec: string): Uint8Array => pickleProgram('cnumpy\ndtype\n', unicode(spec), 0x85, 'R');
  const shaped = (shape: Uint8Array, type: Uint8Array): Uint8Array =>
    pickleProgram('cnumpy.core.multiarray\n_reconstruct\n)R(K', 1, shape, type, 0x89, 'C', 0, 'tb.');
  const huge = pickleProgram(0x8a, 6, 0, 0, 0, 0, 0, 1);
  const cases: [string, Uint8Array, string, Partial<ReadLimits>][] = [
    ['opcodes', pickleProgram('(', 'N'.repeat(20_000), 't.'), 'opcodes', { opcodes: 10_000 }],
    ['memo entries', pickleProgram('N', new Uint8Array(50).fill(0x94), '.'), 'memo', { memo: 40 }],
    ['marks', pickleProgram('('.repeat(2000)), 'marks', {}],
    ['nesting by TUPLE1', pickleProgram(')', new Uint8Array(2000).fill(0x85), '.'), 'depth', {}],
    ['nesting by lists', pickleProgram(']'.repeat(2000), 'a'.repeat(1999), '.'), 'depth', {}],
    ['a long string', pickleProgram('X', u32(100), 'x'.repeat(100), '.'), 'stringBytes', { stringBytes: 99 }],
    ['a long int', pickleProgram(0x8b, u32(5000), new Uint8Array(5000).fill(1), '.'), 'longBytes', {}],
    ['a long int in text', pickleProgram('L', '9'.repeat(20_000), 'L\n.'), 'longBytes', {}],
    ['a line without an end', pickleProgram('I', '9'.repeat(2 ** 20 + 2)), 'line', {}],
    ['a long name', pickleProgram('c', 'a'.repeat(300), '\nx\n.'), 'nameChars', {}],
    [
      'globals',
      pickleProgram(...Array.from({ length: 30 }, (_, i) => `ca\nb${i}\n0`), 'N.'),
      'globals',
      { globals: 20 },
    ],
    ['array elements', shaped(pickleProgram(huge, 0x85), dtype('f8')), 'arrayElements', {}],
    [
      'array elements by product',
      shaped(pickleProgram('J', u32(2 ** 30), 'J', u32(2 ** 30), 0x86), dtype('f8')),
      'arrayElements',
      {},
    ],
    ['array elements of no size', shaped(pickleProgram(huge, 0x85), dtype('S0')), 'arrayElements', {}],
    ['array bytes', shaped(pickleProgram('M', 0xff, 0xff, 0x85), dtype('S99999')), 'arrayBytes', {}],
    ['dimensions', shaped(pickleProgram('(', 'K\x01'.repeat(100), 't'), dtype('f8')), 'dimensions', {}],
    ['memory in all', pickleProgram('(', ']'.repeat(100_000), 't.'), 'totalBytes', { totalBytes: 2 ** 20 }],
  ];

  it.each(cases)('%s stop at a named limit', (_, bytes, name, limits) => {
    expect(outcome(bytes, limits)).toMatchObject({ code: 'READ_LIMIT', name });
  });

  it('references that unfold exponentially stop at a named limit', () => {
    // a = []; then forty times: a = [a, a]
    const parts = [pickleProgram(']q', 0)];
    for (let i = 0; i < 40; i++) parts.push(pickleProgram('0](h', i, 'h', i, 'eq', i + 1));
    expect(outcome(pickleProgram(...parts, '.'))).toMatchObject({ code: 'READ_LIMIT', name: 'unfolded' });
  });

  it('declared sizes beyond the file are refused before anything is allocated', () => {
    for (const code of [0x8e, 0x96, 0x8d]) {
      expect(outcome(pickleProgram(code, u64(2n ** 27n), '.')).code).toMatch(/READ_(TRUNCATED|LIMIT)/);
      expect(outcome(pickleProgram(code, u64(2n ** 62n), '.')).code).toBe('READ_LIMIT');
    }
    expect(outcome(pickleProgram('B', u32(0xfffffff), '.')).code).toBe('READ_TRUNCATED');
  });

  it('time stops a reading', () => {
    let now = 0;
    const context = { limits: DEFAULT_LIMITS, now: () => (now += 1000) };
    expect(() => readPickle(pickleProgram('(', 'N'.repeat(100_000), 't.'), context)).toThrow(/cpuMs/);
  });
});

describe('structures', () => {
  it('a list that holds itself is read', () => {
    const { root } = readTestPickle(pickleProgram(']q', 0, 'h', 0, 'a.'));
    expect((root as PyList).items[0]).toBe(root);
  });

  it('keys named after JavaScript internals are plain data', () => {
    const { root } = readTestPickle(
      pickleProgram(
        '(',
        unicode('__proto__'),
        'K',
        1,
        unicode('constructor'),
        'K',
        2,
        unicode('toString'),
        'K',
        3,
        'd.',
      ),
    );
    expect(dictGet(root as PyDict, '__proto__')).toEqual({ type: 'int', value: 1 });
    expect(dictGet(root as PyDict, 'hasOwnProperty')).toBe(undefined);
    const object = readTestPickle(pickleProgram('ca\nb\n)', 0x81, '}', unicode('__proto__'), 'K', 1, 'sb.'))
      .root as PyObject;
    expect([...objectState(object).keys()]).toEqual(['__proto__']);
    expect(({} as Record<string, unknown>)['K']).toBe(undefined);
  });

  it('a repeated key counts as its last value', () => {
    expect(
      dictGet(readTestPickle(pickleProgram('}Vk\nK', 1, 's', 'Vk\nK', 2, 's.')).root as PyDict, 'k'),
    ).toEqual({
      type: 'int',
      value: 2,
    });
  });
});
