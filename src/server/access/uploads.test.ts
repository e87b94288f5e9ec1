import { EventEmitter } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { expect, test } from 'vitest';
import type { UploadQuota } from '../../config/access.ts';
import type { Caller } from '../api/access.ts';
import { Uploads } from './uploads.ts';

const DAY = 86_400_000;
let now = 100 * DAY;
const uploadsOf = (quota: Partial<UploadQuota>): Uploads =>
  new Uploads({ perDay: 3, bytesPerDay: 1000, freeShare: 0, ...quota }, tmpdir(), {
    now: () => now,
    monotonic: () => 0,
  });
const callerOf = (name: string): Caller => ({
  isLocal: false,
  key: { name, scope: 'admin', endpoints: [], sha256: '', expiresAt: null },
});

/** Sends an upload; without an announced length where `length` is null. */
function send(uploads: Uploads, caller: Caller, sent: number, length: number | null = sent): void {
  const headers = length === null ? {} : { 'content-length': String(length) };
  const request = Object.assign(new EventEmitter(), { headers, socket: { bytesRead: 7 } });
  uploads.admit(caller, request as unknown as IncomingMessage);
  request.socket.bytesRead += sent;
  request.emit('close');
}

test('a key makes as many uploads in a day as it may, whatever others do', () => {
  const uploads = uploadsOf({});
  for (let k = 0; k < 3; k++) send(uploads, callerOf('ci'), 1);
  const over = () => send(uploads, callerOf('ci'), 1);
  expect(over).toThrow(expect.objectContaining({ code: 'QUOTA_EXCEEDED', http: 429 }));
  expect(over).toThrow(/made 3 today, 3 at most/);
  send(uploads, callerOf('other'), 1);
  now += DAY;
  over();
});

test('what came counts, not what was announced, and what would be too much is not begun', () => {
  const uploads = uploadsOf({});
  send(uploads, callerOf('ci'), 900, null);
  expect(() => send(uploads, callerOf('ci'), 101)).toThrow(/would have sent 1001 bytes/);
  send(uploads, callerOf('ci'), 500, null);
  expect(() => send(uploads, callerOf('ci'), 0, null)).toThrow(/QUOTA|1400 bytes/);
});

test('nothing is taken that would fill the disk, from programs on this machine neither', () => {
  const local: Caller = { isLocal: true, key: null };
  expect(() => send(uploadsOf({ freeShare: 1 }), local, 1)).toThrow(
    expect.objectContaining({ code: 'DISK_RESERVED' }),
  );
  for (let k = 0; k < 10; k++) send(uploadsOf({}), local, 1);
});
