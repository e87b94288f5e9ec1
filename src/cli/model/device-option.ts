import { InvalidArgumentError } from 'commander';
import { DEVICE_WANTED, type Device, parseDevice } from '../../core/devices.ts';

/** `--device`, as it is written. */
export function deviceOption(text: string): Device {
  const device = parseDevice(text);
  if (device === undefined) throw new InvalidArgumentError(`wanted ${DEVICE_WANTED}`);
  return device;
}
