import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { ProtoWriter } from '../../../bytes/protobuf-writer.ts';
import { type FileAttack, put } from './attack.ts';

type Write = (w: ProtoWriter) => void;

const FLOAT = 1;
const INT64 = 7;

function node(
  w: ProtoWriter,
  op: string,
  inputs: readonly string[],
  output: string,
  more: Write = () => undefined,
  field = 1,
): void {
  w.message(field, (n) => {
    for (const input of inputs) n.string(1, input);
    n.string(2, output);
    n.string(4, op);
    more(n);
  });
}

const value = (w: ProtoWriter, field: number, name: string): void =>
  w.message(field, (info) => {
    info.string(1, name);
    info.message(2, (type) =>
      type.message(1, (tensor) => {
        tensor.int(1, FLOAT);
        tensor.message(2, (shape) => {
          shape.message(1, (dim) => dim.string(2, 'N'));
          shape.message(1, (dim) => dim.int(1, 4));
        });
      }),
    );
  });

/** A model that takes `x` and answers `y`. */
function model(graph: Write, more: Write = () => undefined): Uint8Array {
  const w = new ProtoWriter();
  w.int(1, 10);
  w.message(7, (g) => {
    graph(g);
    g.string(2, 'attack');
    value(g, 11, 'x');
    value(g, 12, 'y');
  });
  w.message(8, (opset) => opset.int(2, 21));
  more(w);
  return w.finish();
}

interface External {
  readonly location: string;
  readonly offset?: string;
  readonly key?: string;
}

/** y = x · w, whose bytes lie elsewhere. */
const external = ({ location, offset = '0', key = 'location' }: External): Uint8Array =>
  model((g) => {
    node(g, 'MatMul', ['x', 'w'], 'y');
    g.message(5, (tensor) => {
      tensor.packedInts(1, [4, 4]);
      tensor.int(2, FLOAT);
      tensor.string(8, 'w');
      for (const [name, text] of [
        [key, location],
        ['offset', offset],
      ] as const)
        tensor.message(13, (entry) => {
          entry.string(1, name);
          entry.string(2, text);
        });
      tensor.int(14, 1);
    });
  });

const constant = (
  w: ProtoWriter,
  name: string,
  dims: readonly number[],
  raw: Uint8Array,
  dtype = FLOAT,
): void =>
  w.message(5, (tensor) => {
    tensor.packedInts(1, dims);
    tensor.int(2, dtype);
    tensor.string(8, name);
    tensor.bytes(9, raw);
  });

const int64s = (...values: readonly bigint[]): Uint8Array =>
  new Uint8Array(BigInt64Array.from(values).buffer);

const attack = (what: string, outcome: string, make: (folder: string) => Uint8Array): FileAttack => ({
  ...{ format: 'ONNX', attack: what, outcome },
  make: (folder) => put(folder, 'model.onnx', make(folder)),
});

export const ONNX_ATTACKS: readonly FileAttack[] = [
  attack('has a path out of its folder for weights', 'READ_UNSAFE', () =>
    external({ location: '../../etc/passwd' }),
  ),
  attack('has an absolute path for weights', 'READ_UNSAFE', () => external({ location: '/etc/passwd' })),
  attack('has a path with a NUL for weights', 'READ_UNSAFE', () => external({ location: 'w.bin\0.txt' })),
  attack('has a link to another file for weights', 'READ_UNSAFE', (folder) => {
    put(folder, 'other', '');
    symlinkSync('/etc/passwd', join(folder, 'w.bin'));
    return external({ location: 'w.bin' });
  }),
  attack('has weights behind the end of their file', 'READ_TRUNCATED', (folder) => {
    put(folder, 'w.bin', new Uint8Array(64));
    return external({ location: 'w.bin', offset: String(2 ** 40) });
  }),
  attack('has a key of its own for weights elsewhere', 'READ_CORRUPT', () =>
    external({ location: 'w.bin', key: '__class__' }),
  ),
  attack('has an operator of another library', 'GRAPH_UNKNOWN', () =>
    model(
      (g) => node(g, 'Run', ['x'], 'y', (n) => n.string(7, 'mine')),
      (w) =>
        w.message(8, (opset) => {
          opset.string(1, 'mine');
          opset.int(2, 1);
        }),
    ),
  ),
  attack('has a circle in its graph', 'GRAPH_INVALID', () =>
    model((g) => {
      node(g, 'Neg', ['b'], 'a');
      node(g, 'Neg', ['a'], 'b');
      node(g, 'Add', ['a', 'x'], 'y');
    }),
  ),
  attack('has a function that calls itself', 'GRAPH_INVALID', () =>
    model(
      (g) => node(g, 'F', ['x'], 'y', (n) => n.string(7, 'own')),
      (w) => {
        w.message(8, (opset) => {
          opset.string(1, 'own');
          opset.int(2, 1);
        });
        w.message(25, (fn) => {
          fn.string(1, 'F');
          fn.string(4, 'a');
          fn.string(5, 'o');
          node(fn, 'F', ['a'], 'o', (n) => n.string(7, 'own'), 7);
          fn.message(9, (opset) => {
            opset.string(1, 'own');
            opset.int(2, 1);
          });
          fn.string(10, 'own');
        });
      },
    ),
  ),
  attack('has more bytes of weights than its sizes say', 'READ_CORRUPT', () =>
    model((g) => {
      node(g, 'MatMul', ['x', 'w'], 'y');
      constant(g, 'w', [4, 4], new Uint8Array(1024));
    }),
  ),
  attack('has a size below zero', 'READ_CORRUPT', () =>
    model((g) => {
      node(g, 'MatMul', ['x', 'w'], 'y');
      constant(g, 'w', [-4, -4], new Uint8Array(64));
    }),
  ),
  attack('makes a terabyte of four numbers', 'GRAPH_LIMIT', () =>
    model((g) => {
      node(g, 'ConstantOfShape', ['size'], 'ones');
      node(g, 'ReduceSum', ['ones'], 'sum');
      node(g, 'Add', ['x', 'sum'], 'y');
      constant(g, 'size', [2], int64s(2n ** 19n, 2n ** 19n), INT64);
    }),
  ),
  attack('nests a graph in a graph two hundred times', 'READ_LIMIT', () => {
    let body: Write = (g) => node(g, 'Identity', ['x'], 'o');
    for (let depth = 0; depth < 200; depth += 1) {
      const inner = body;
      body = (g) =>
        node(g, 'If', ['c'], 'o', (n) =>
          n.message(5, (attribute) => {
            attribute.string(1, 'then_branch');
            attribute.message(6, inner);
            attribute.int(20, 5);
          }),
        );
    }
    return model((g) => {
      body(g);
      node(g, 'Identity', ['o'], 'y');
    });
  }),
];
