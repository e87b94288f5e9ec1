import { expect, it } from 'vitest';
import { global, pickleProgram, readTestPickle, unicode } from './testing/programs.ts';

const PROTO = pickleProgram(0x80, 4);
const instance = pickleProgram(global('scipy.stats._discrete_distns', 'randint_gen'), ')', 0x81);
const bound = (name: string): Uint8Array =>
  pickleProgram(global('builtins', 'getattr'), instance, unicode(name), 0x86, 'R');
const meaningOfGetattr = (bytes: Uint8Array): string | undefined =>
  readTestPickle(bytes).globals.find((one) => one.name === 'getattr')?.meaning;

it('a bound method, which Python pickles as getattr of an instance, is no gadget', () => {
  expect(meaningOfGetattr(pickleProgram(PROTO, bound('_entropy'), '.'))).toBe('unknown');
  expect(readTestPickle(pickleProgram(PROTO, bound('_entropy'), '.')).notes).toEqual([]);
  const split = pickleProgram(
    global('builtins', 'getattr'),
    global('builtins', 'str'),
    unicode('split'),
    0x86,
    'R',
  );
  expect(meaningOfGetattr(pickleProgram(PROTO, split, '.'))).toBe('unknown');
});

it('an instance of a class that the file makes itself, as cloudpickle writes it, is a record', () => {
  const made = pickleProgram(global('cloudpickle.cloudpickle', '_make_skeleton_class'), ')R');
  const { root, globals } = readTestPickle(pickleProgram(PROTO, made, ')', 0x81, '.'));
  expect(root).toMatchObject({ type: 'object', cls: { module: '', name: '<call>' } });
  expect(globals).toMatchObject([{ meaning: 'dangerous' }]);
});

it.each([
  ['pathlib._local', 'PosixPath'],
  ['pathlib', 'WindowsPath'],
  ['logging', 'getLogger'],
])('%s.%s, which people keep beside a model, is no gadget', (module, name) => {
  expect(
    readTestPickle(pickleProgram(PROTO, global(module, name), unicode('x'), 0x85, 'R.')).globals[0]?.meaning,
  ).toBe('unknown');
});

it.each([
  ['called', pickleProgram(PROTO, bound('fit'), ')R.')],
  [
    'walked on from',
    pickleProgram(PROTO, global('builtins', 'getattr'), bound('fit'), unicode('func'), 0x86, 'R.'),
  ],
  ['a dunder', pickleProgram(PROTO, bound('__class__'), '.')],
  ['dotted', pickleProgram(PROTO, bound('a.b'), '.')],
  [
    'dropped after another use of getattr',
    pickleProgram(
      PROTO,
      bound('fit'),
      global('builtins', 'getattr'),
      global('os', 'path'),
      unicode('os'),
      0x86,
      'R0.',
    ),
  ],
  [
    'of a dangerous class',
    pickleProgram(
      PROTO,
      global('builtins', 'getattr'),
      global('subprocess', 'Popen'),
      ')',
      0x81,
      unicode('wait'),
      0x86,
      'R.',
    ),
  ],
  ['never used', pickleProgram(PROTO, global('builtins', 'getattr'), '.')],
  [
    'built by NEWOBJ',
    pickleProgram(PROTO, global('builtins', 'getattr'), global('os', 'path'), unicode('os'), 0x86, 0x81, '.'),
  ],
])('a bound method that is %s is one', (_, bytes) => {
  expect(meaningOfGetattr(bytes)).toBe('dangerous');
});
