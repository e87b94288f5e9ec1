import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Device, deviceHint, deviceText } from '../../core/devices.ts';
import { isPlimsollError, PlimsollError } from '../../core/errors.ts';
import { GraphBuilder } from '../../onnx/builder.ts';
import { encodeModel } from '../../onnx/encode.ts';
import { startGraphProcess } from './graph-process.ts';
import { loadRuntime } from './runtime.ts';

/** Names of the devices that the installed onnxruntime knows; whether there is such a card, only a session tells. */
export async function knownDevices(): Promise<readonly string[]> {
  const { listSupportedBackends } = await loadRuntime();
  return listSupportedBackends().map(({ name }) => name);
}

/** Memory of the process that tries a device: drivers reserve far more than they use. */
const MEMORY = 64 * 2 ** 30;
const MILLIS = 60_000;

/**
 * Tries a device on a graph of one node, in a process of its own: its libraries and drivers are loaded there, and what they write
 * stays there.
 *
 * @throws DEVICE_UNAVAILABLE with what is there instead, and how to get it; PART_MISSING
 */
export async function checkDevice(device: Device): Promise<void> {
  if (device.name === 'cpu') return;
  const known = await knownDevices();
  if (!known.includes(device.name)) throw unavailable(device, known, 'this onnxruntime has no such provider');
  const scratch = mkdtempSync(join(tmpdir(), 'plimsoll-device-'));
  const model = join(scratch, 'model.onnx');
  const g = new GraphBuilder('device');
  g.output('y', g.add('Add', [g.input('x', 'float32', ['N', 1]), g.float32([1], [1])]), 'float32', ['N', 1]);
  try {
    writeFileSync(model, encodeModel(g.build({})), { mode: 0o600 });
    const load = { model, outputs: ['y'], device };
    const times = { startMillis: MILLIS, callMillis: MILLIS };
    const worker = await startGraphProcess({ name: 'the device', load, memoryBytes: MEMORY, ...times });
    await worker.close();
  } catch (error) {
    if (!isPlimsollError(error) || error.code === 'PART_MISSING') throw error;
    // Where in the runtime's sources it failed says nothing to people.
    const reason = String(error.details['reason'] ?? error.message).replace(/^\/\S+:\d+ .* was false\. /, '');
    throw unavailable(device, known, reason);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

const unavailable = (device: Device, known: readonly string[], reason: string): PlimsollError =>
  new PlimsollError('DEVICE_UNAVAILABLE', {
    ...{ device: deviceText(device), reason, known: known.join(', '), how: deviceHint(device.name) },
  });
