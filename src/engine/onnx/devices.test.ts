import { expect, test } from 'vitest';
import { parseDevice } from '../../core/devices.ts';
import { isPlimsollError } from '../../core/errors.ts';
import { GraphBuilder } from '../../onnx/builder.ts';
import { encodeModel } from '../../onnx/encode.ts';
import { checkDevice, knownDevices } from './devices.ts';
import { GraphSession } from './session.ts';

const device = (text: string) => parseDevice(text) ?? expect.fail(`no device ${text}`);

test('the CPU is there, and named as the runtime names it', async () => {
  expect(await knownDevices()).toContain('cpu');
  await checkDevice(device('cpu'));
});

test('a provider that the runtime was not built with is refused with those that it has', async () => {
  await expect(checkDevice(device('openvino'))).rejects.toMatchObject({
    ...{ code: 'DEVICE_UNAVAILABLE', exit: 4, hint: expect.stringContaining('--device') },
    details: { device: 'openvino', known: (await knownDevices()).join(', ') },
  });
});

test('a card answers, or is refused with what is missing and how to get it', async () => {
  const outcome = await checkDevice(device('cuda:0')).catch((error: unknown) => error);
  if (outcome === undefined) return;
  expect(isPlimsollError(outcome)).toBe(true);
  expect(outcome).toMatchObject({
    ...{ code: 'DEVICE_UNAVAILABLE', details: { device: 'cuda:0' } },
    hint: expect.stringMatching(/npm rebuild|Node/),
  });
});

test('a session opens on the device that it is given, not on the CPU instead', async () => {
  const g = new GraphBuilder('m');
  g.output('y', g.add('Neg', [g.input('x', 'float32', ['N'])]), 'float32', ['N']);
  const opening = GraphSession.open(encodeModel(g.build({})), { device: device('openvino') });
  await expect(opening).rejects.toMatchObject({ code: 'GRAPH_NOT_LOADED' });
});
