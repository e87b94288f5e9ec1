import { cpSync, rmSync, symlinkSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { ProtoWriter } from '../../../bytes/protobuf-writer.ts';
import { type FileAttack, fixture, put } from './attack.ts';

type Write = (w: ProtoWriter) => void;

const FLOAT = 1;
const INT32 = 3;
const STRING = 7;

const type =
  (value: number): Write =>
  (w) =>
    w.int(6, value);
const text =
  (value: string): Write =>
  (w) =>
    w.string(2, value);
const int =
  (value: number): Write =>
  (w) =>
    w.int(3, value);
const called =
  (name: string): Write =>
  (w) =>
    w.message(10, (fn) => fn.string(1, name));
const sized =
  (field: number, sizes: readonly number[]): Write =>
  (w) =>
    w.message(field, (shape) => {
      for (const size of sizes) shape.message(2, (one) => one.int(1, size));
    });
/** A tensor of the sizes that are said, with as much content as is given. */
const tensor =
  (dtype: number, sizes: readonly number[], content: Write): Write =>
  (w) =>
    w.message(8, (t) => {
      t.int(1, dtype);
      sized(2, sizes)(t);
      content(t);
    });

/** A NodeDef in field 1 of a GraphDef, or field 3 of a FunctionDef. */
function node(
  w: ProtoWriter,
  name: string,
  op: string,
  inputs: readonly string[],
  attributes: Readonly<Record<string, Write>> = {},
  field = 1,
): void {
  w.message(field, (n) => {
    n.string(1, name);
    n.string(2, op);
    for (const input of inputs) n.string(3, input);
    for (const [key, write] of Object.entries(attributes))
      n.message(5, (entry) => {
        entry.string(1, key);
        entry.message(2, write);
      });
  });
}

/** `x`, and a function `f` whose body calls `inner`. */
function withFunction(w: ProtoWriter, inner: string): void {
  w.message(2, (library) =>
    library.message(1, (fn) => {
      fn.message(1, (signature) => {
        signature.string(1, 'f');
        signature.message(2, (arg) => arg.string(1, 'a'));
        signature.message(3, (arg) => arg.string(1, 'o'));
      });
      node(fn, 'again', inner, ['a'], { f: called('f'), body: called('f'), cond: called('f') }, 3);
      fn.message(4, (returned) => {
        returned.string(1, 'o');
        returned.string(2, 'again:output:0');
      });
    }),
  );
}

const floats = (w: ProtoWriter): void =>
  node(w, 'x', 'Placeholder', [], { dtype: type(FLOAT), shape: sized(7, [-1, 4]) });
const name = (w: ProtoWriter, value: string): void =>
  node(w, 'name', 'Const', [], {
    dtype: type(STRING),
    value: tensor(STRING, [], (t) => t.string(8, value)),
  });

/** Graphs that are the same in both formats; `y` is the answer. */
const GRAPHS: readonly (readonly [string, string, (w: ProtoWriter, canary: string) => void])[] = [
  [
    'calls Python with PyFunc',
    'op',
    (w) => {
      floats(w);
      node(w, 'y', 'PyFunc', ['x'], { token: text('pyfunc_0') });
    },
  ],
  [
    'reads a file with ReadFile',
    'op',
    (w) => {
      floats(w);
      name(w, '/etc/passwd');
      node(w, 'read', 'ReadFile', ['name']);
      node(w, 'y', 'Identity', ['x', '^read']);
    },
  ],
  [
    'writes a file with WriteFile',
    'op',
    (w, canary) => {
      floats(w);
      name(w, canary);
      node(w, 'write', 'WriteFile', ['name', 'name']);
      node(w, 'y', 'Identity', ['x', '^write']);
    },
  ],
  [
    'answers what ReadFile gives',
    'op',
    (w) => {
      floats(w);
      name(w, '/etc/passwd');
      node(w, 'y', 'ReadFile', ['name']);
    },
  ],
  [
    'has an operator of its own',
    'op',
    (w) => {
      floats(w);
      node(w, 'y', 'MyCustomOp', ['x']);
    },
  ],
  [
    'has a circle in its graph',
    'MODEL_INVALID',
    (w) => {
      floats(w);
      node(w, 'a', 'Neg', ['b']);
      node(w, 'b', 'Neg', ['a']);
      node(w, 'y', 'Add', ['a', 'x']);
    },
  ],
  [
    'has a function that calls itself',
    'MODEL_INVALID',
    (w) => {
      floats(w);
      node(w, 'y', 'PartitionedCall', ['x'], { f: called('f') });
      withFunction(w, 'PartitionedCall');
    },
  ],
  [
    'has a loop whose body is itself',
    'MODEL_INVALID',
    (w) => {
      floats(w);
      node(w, 'y', 'StatelessWhile', ['x'], { body: called('f'), cond: called('f') });
      withFunction(w, 'StatelessWhile');
    },
  ],
  [
    'has a constant of a terabyte in four bytes',
    'MODEL_INVALID',
    (w) => {
      floats(w);
      node(w, 'c', 'Const', [], {
        dtype: type(FLOAT),
        value: tensor(FLOAT, [2 ** 20, 2 ** 20], (t) => t.float(5, 1)),
      });
      node(w, 'y', 'MatMul', ['x', 'c']);
    },
  ],
  [
    'fills 2⁴⁰ elements',
    'GRAPH_LIMIT',
    (w) => {
      floats(w);
      const whole = (at: string, value: number): void =>
        node(w, at, 'Const', [], { dtype: type(INT32), value: tensor(INT32, [], (t) => t.int(7, value)) });
      whole('size', 2 ** 20);
      whole('one', 1);
      node(w, 'sizes', 'Pack', ['size', 'size'], { N: int(2) });
      node(w, 'fill', 'Fill', ['sizes', 'one']);
      node(w, 'y', 'Identity', ['fill']);
    },
  ],
];

function written(write: Write): Uint8Array {
  const w = new ProtoWriter();
  write(w);
  return w.finish();
}

/** saved_model.pb with one graph, tagged `serve`, whose signature takes `x` and answers `y`. */
function savedModel(w: ProtoWriter, graph: Write): void {
  const info = (to: ProtoWriter, field: number, tensorName: string): void =>
    to.message(field, (entry) => {
      entry.string(1, tensorName);
      entry.message(2, (value) => {
        value.string(1, `${tensorName}:0`);
        value.int(2, FLOAT);
        sized(3, [-1, 4])(value);
      });
    });
  w.int(1, 1);
  w.message(2, (meta) => {
    meta.message(1, (about) => about.string(4, 'serve'));
    meta.message(2, graph);
    meta.message(5, (entry) => {
      entry.string(1, 'serving_default');
      entry.message(2, (signature) => {
        info(signature, 1, 'x');
        info(signature, 2, 'y');
        signature.string(3, 'tensorflow/serving/predict');
      });
    });
  });
}

const copied = (fixtureName: string, folder: string): string => {
  const path = join(folder, fixtureName);
  cpSync(join(import.meta.dirname, '../../../../fixtures/tensorflow/2.21.0', fixtureName), path, {
    recursive: true,
  });
  return path;
};

const folders = (
  attack: string,
  outcome: string,
  fixtureName: string,
  change: (path: string) => void,
): FileAttack => ({
  ...{ format: 'SavedModel', attack, outcome },
  make: (folder) => {
    const path = copied(fixtureName, folder);
    change(path);
    return join(path, 'saved_model.pb');
  },
});

const DATA = 'variables/variables.data-00000-of-00001';

const FOLDERS: readonly FileAttack[] = [
  folders('has a link to another file for its variables', 'READ_CORRUPT', 'mlp', (path) => {
    rmSync(join(path, DATA));
    symlinkSync('/etc/passwd', join(path, DATA));
  }),
  folders('has fewer bytes of variables than it says', 'READ_TRUNCATED', 'mlp', (path) =>
    truncateSync(join(path, DATA), 16),
  ),
  folders('has other bytes of variables than their checksums say', 'READ_CORRUPT', 'mlp', (path) => {
    const bytes = Buffer.from(fixture(`tensorflow/2.21.0/mlp/${DATA}`));
    put(path, DATA, bytes.fill(7));
  }),
  folders('has other bytes in the list of its variables', 'READ_CORRUPT', 'mlp', (path) => {
    const index = 'variables/variables.index';
    const bytes = Buffer.from(fixture(`tensorflow/2.21.0/mlp/${index}`));
    put(path, index, bytes.fill(255, 8, 24));
  }),
  folders('has a path out of its folder for a vocabulary', 'READ_CORRUPT', 'words', (path) => {
    const bytes = Buffer.from(fixture('tensorflow/2.21.0/words/saved_model.pb')).toString('latin1');
    put(path, 'saved_model.pb', Buffer.from(bytes.replaceAll('words.txt', '../../abc'), 'latin1'));
  }),
];

export const TENSORFLOW_ATTACKS: readonly FileAttack[] = [
  ...GRAPHS.flatMap(([attack, outcome, graph]) => [
    {
      ...{ format: 'SavedModel', attack, outcome },
      make: (folder: string, canary: string) =>
        put(
          folder,
          'saved_model.pb',
          written((w) => savedModel(w, (inner) => graph(inner, canary))),
        ),
    },
    {
      ...{ format: 'GraphDef', attack, outcome },
      make: (folder: string, canary: string) =>
        put(
          folder,
          'graph.pb',
          written((w) => graph(w, canary)),
        ),
    },
  ]),
  ...FOLDERS,
];
