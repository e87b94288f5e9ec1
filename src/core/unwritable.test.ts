import { mkdtempSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { asCodedError } from './parts.ts';
import { unwritableError } from './unwritable.ts';

function thrownBy(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

const system = (code: string, syscall: string, path?: string): Error =>
  Object.assign(new Error(`${code}: what it means, ${syscall}`), { code, syscall, path });

test('a temporary folder that cannot be made is no defect, and named without the name that was to be', () => {
  const error = thrownBy(() => mkdtempSync('/nowhere/plimsoll-'));
  expect(asCodedError(error, 'a test')).toMatchObject({
    code: 'DISK_UNWRITABLE',
    details: { place: '"/nowhere"' },
  });
  const denied = unwritableError(system('EACCES', 'mkdtemp', join('/tmp', 'plimsoll-XXXXXX')));
  expect(denied?.message).toBe('Cannot write to "/tmp": permission is denied');
});

test('so is a disk that is full, where nothing says which', () => {
  expect(asCodedError(system('ENOSPC', 'write'), 'a test').message).toBe(
    'Cannot write to the disk: its disk is full',
  );
});

test('what could not be read is left as it is', () => {
  expect(unwritableError(thrownBy(() => readFileSync('/nowhere/a')))).toBeNull();
  expect(unwritableError(system('EACCES', 'open', '/a'))).toBeNull();
  expect(unwritableError('ENOSPC')).toBeNull();
});
