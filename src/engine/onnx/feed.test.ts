import { describe, expect, test } from 'vitest';
import type { DType } from '../../model/tensor.ts';
import { textInputName } from '../../onnx/text-stage/expression.ts';
import { feedPlan, feedTensors } from './feed.ts';

const lower = textInputName({ op: 'lower', of: 't', ascii: true });
const feed = (text: string, dtype: DType = 'string') =>
  feedTensors(feedPlan([{ name: lower, dtype }]), {
    kind: 'tensors',
    rows: 1,
    tensors: { t: { dtype: 'string', shape: [1], data: [text] } },
  });

describe('an input that is computed of texts', () => {
  test('is fed by what its name says', () => {
    expect(feed('AbC')[lower]).toEqual({ dtype: 'string', shape: [1], data: ['abc'] });
  });

  test.each([
    ['a NUL, at which the runtime would cut it', 'A\0b', 'string'],
    ['half of a character', 'A\ud800', 'string'],
    ['another type than the graph takes', 'abc', 'int64'],
  ] as const)('is refused that has %s', (_what, text, dtype) => {
    expect(() => feed(text, dtype)).toThrow(expect.objectContaining({ code: 'INPUT_INVALID' }));
  });
});
