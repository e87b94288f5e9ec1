import { expect, test } from 'vitest';
import { deviceText, parseDevice } from './devices.ts';

test.each(['cpu', 'cuda', 'cuda:1', 'dml:0', 'webgpu', 'openvino'])('reads the device %s', (text) => {
  const device = parseDevice(text);
  expect(device && deviceText(device)).toBe(text);
});

test.each(['', 'gpu', 'cuda:', 'cuda:x', 'cuda:1234', 'cpu:0', 'webgpu:1', 'cuda,cpu'])(
  'knows no device %j',
  (text) => {
    expect(parseDevice(text)).toBeUndefined();
  },
);
