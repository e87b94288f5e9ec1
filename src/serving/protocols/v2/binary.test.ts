import { describe, expect, test } from 'vitest';
import type { Signature } from '../../../model/signature.ts';
import { MIXED, SIMPLE, target } from '../testing/targets.ts';
import { v2 } from './v2.ts';

const [protocol] = v2.protocols;
const read = (body: unknown, signature: Signature = MIXED): unknown =>
  protocol!.decode(target(signature, 'simple'))(body);
const optionsOf = (body: unknown): unknown => protocol!.responseOptions!(target(SIMPLE))(body);
const input = (name: string, shape: number[], datatype: string, data: unknown) => ({
  name,
  shape,
  datatype,
  data,
});
const simple = (data: unknown = new Array<number>(16).fill(1)) => ({
  inputs: [
    input('INPUT0', [1, 16], 'INT32', data),
    input('INPUT1', [1, 16], 'INT32', new Array<number>(16).fill(1)),
  ],
});

describe('binary tensors', () => {
  const sized = (size: number) => ({
    name: 'INPUT0',
    shape: [1, 16],
    datatype: 'INT32',
    parameters: { binary_data_size: size },
  });
  const bytes = new Uint8Array(Int32Array.from({ length: 32 }, (_, i) => i).buffer);
  const parsed = (inputs: unknown[], rest: Uint8Array) =>
    read(protocol!.parse(JSON.stringify({ inputs }), rest), SIMPLE);
  test('follow the JSON in the order of the inputs, beside others that are in it', () => {
    const second = { ...sized(64), name: 'INPUT1' };
    expect(parsed([sized(64), second], bytes)).toEqual({
      kind: 'tensors',
      rows: 1,
      tensors: {
        INPUT0: { dtype: 'int32', shape: [1, 16], data: Int32Array.from({ length: 16 }, (_, i) => i) },
        INPUT1: { dtype: 'int32', shape: [1, 16], data: Int32Array.from({ length: 16 }, (_, i) => i + 16) },
      },
    });
    const mixed = [simple().inputs[1], sized(64)];
    expect(parsed(mixed, bytes.subarray(0, 64))).toEqual(
      read(simple(Array.from({ length: 16 }, (_, i) => i)), SIMPLE),
    );
  });
  test.each([
    [
      'more bytes than there are',
      [sized(64), simple().inputs[1]],
      bytes.subarray(0, 63),
      '64 bytes are announced, 63 are left',
    ],
    [
      'bytes that no input names',
      [simple().inputs[0], simple().inputs[1]],
      bytes,
      'unexpected additional input data: 128 bytes',
    ],
    [
      'fewer bytes than the shape',
      [sized(60), simple().inputs[1]],
      bytes.subarray(0, 60),
      'takes 64 bytes, got 60',
    ],
    [
      'bytes and data',
      [{ ...simple().inputs[0], ...sized(64) }, simple().inputs[1]],
      bytes.subarray(0, 64),
      'got both',
    ],
    ['a negative size', [sized(-4), simple().inputs[1]], bytes, 'got -4'],
  ])('%s are refused', (_, inputs, rest, message) => {
    expect(() => parsed(inputs, rest)).toThrow(
      expect.objectContaining({ code: 'INPUT_INVALID', message: expect.stringContaining(message) }),
    );
  });
  test('texts stand after their lengths, which are held to what is there', () => {
    const text = { name: 'c', shape: [2, 1], datatype: 'BYTES', parameters: { binary_data_size: 12 } };
    const rows = [input('a', [2], 'FP64', [1, 2]), input('b', [2], 'FP64', [1, 2]), text];
    const raw = Uint8Array.of(1, 0, 0, 0, 0x78, 3, 0, 0, 0, 0xe2, 0x82, 0xac);
    const parse = (rest: Uint8Array) => read(protocol!.parse(JSON.stringify({ inputs: rows }), rest));
    expect(parse(raw)).toMatchObject({ columns: [{}, {}, ['x', '€']] });
    expect(() => parse(raw.map((byte, k) => (k === 5 ? 200 : byte)))).toThrow(
      'element 1 of 200 bytes where 3 are left',
    );
    expect(() => parse(raw.map((byte, k) => (k === 10 ? 0x20 : byte)))).toThrow('expected text in UTF-8');
  });
  test('answers come as bytes where all, or this output, is asked for so', () => {
    const tensor = (n: number) => ({ dtype: 'int32' as const, shape: [1, 2], data: Int32Array.of(n, n + 1) });
    const wanted = optionsOf({
      parameters: { binary_data_output: true },
      outputs: [{ name: 'OUTPUT1' }, { name: 'OUTPUT0', parameters: { binary_data: false } }],
    });
    const answer = protocol!.encode(target(SIMPLE))(
      { OUTPUT0: tensor(1), OUTPUT1: tensor(5) },
      1,
      'r',
      wanted,
    );
    if (typeof answer === 'string') throw new Error(answer);
    const [name, length] = answer.headers;
    expect([name, answer.type]).toEqual(['inference-header-content-length', 'application/octet-stream']);
    const at = Number(length);
    expect(JSON.parse(Buffer.from(answer.bytes.subarray(0, at)).toString()).outputs).toEqual([
      { name: 'OUTPUT1', datatype: 'INT32', shape: [1, 2], parameters: { binary_data_size: 8 } },
      { name: 'OUTPUT0', datatype: 'INT32', shape: [1, 2], data: [1, 2] },
    ]);
    expect([...answer.bytes.subarray(at)]).toEqual([5, 0, 0, 0, 6, 0, 0, 0]);
  });
  test('FP16 in JSON is refused with a code', () => {
    const half = { ...simple().inputs[0], datatype: 'FP16' };
    expect(() => parsed([half, simple().inputs[1]], new Uint8Array())).toThrow(
      expect.objectContaining({ code: 'BINARY_TENSORS', http: 400 }),
    );
  });
  test.each(['ten', '-1', '1e3'])('a length of the JSON of "%s" is refused', (length) => {
    const headers = { 'inference-header-content-length': length };
    expect(() => protocol!.textBytes!(headers)).toThrow('expected a number of bytes');
  });
});
