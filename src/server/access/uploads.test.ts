import { EventEmitter } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { expect, test } from 'vitest';
import type { UploadQuota } from '../../config/access.ts';
import type { ApiCaller } from '../api/access.ts';
import { UploadUsage } from './uploads.ts';

const DAY = 86_400_000;
let now = 100 * DAY;
const uploadsOf = (quota: Partial<UploadQuota>): UploadUsage =>
  new UploadUsage({ perDay: 3, bytesPerDay: 1000, freeShare: 0, ...quota }, tmpdir(), {
    now: () => now,
    monotonic: () => 0,
  });
const callerOf = (name: string): ApiCaller => ({
  isLocal: false,
  key: { name, scope: 'admin', endpoints: [], sha256: '', expiresAt: null },
});

/** An upload that has been let in; without an announced length where `length` is null. */
function begin(uploads: UploadUsage, caller: ApiCaller, length: number | null, bytesRead = 0) {
  const headers = length === null ? {} : { 'content-length': String(length) };
  const request = Object.assign(new EventEmitter(), { headers, socket: { bytesRead } });
  const check = uploads.admit(caller, request as unknown as IncomingMessage);
  return {
    send(bytes: number): void {
      request.socket.bytesRead += bytes;
      check();
    },
    end: () => request.emit('close'),
  };
}

/** Sends a whole one. */
function send(uploads: UploadUsage, caller: ApiCaller, sent: number, length: number | null = sent): void {
  const upload = begin(uploads, caller, length);
  upload.send(sent);
  upload.end();
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
  send(uploads, callerOf('ci'), 100, null);
  expect(() => send(uploads, callerOf('ci'), 0, null)).toThrow(/1001 bytes/);
});

test('what came at once with the head of a request counts', () => {
  const uploads = uploadsOf({});
  begin(uploads, callerOf('ci'), 900, 1000).end();
  expect(() => begin(uploads, callerOf('ci'), null)).toThrow(/1001 bytes/);
});

test('uploads that come at the same time share the day, also those that say nothing of their length', () => {
  const uploads = uploadsOf({ perDay: 10 });
  const announced = begin(uploads, callerOf('ci'), 600);
  expect(() => begin(uploads, callerOf('ci'), 600)).toThrow(/would have sent 1200 bytes/);
  const [one, two] = [begin(uploads, callerOf('ci'), null), begin(uploads, callerOf('ci'), null)];
  begin(uploads, callerOf('other'), 1000).end();
  one.send(200);
  two.send(200);
  expect(() => one.send(1)).toThrow(expect.objectContaining({ code: 'QUOTA_EXCEEDED' }));
  // What breaks off has used what has come of it.
  announced.end();
  one.send(100);
});

test('the disk is looked at while an upload comes', () => {
  const quota = { perDay: 3, bytesPerDay: 1000, freeShare: 0 };
  const uploads = new UploadUsage(quota, tmpdir(), { now: () => now, monotonic: () => 0 });
  const local = begin(uploads, { isLocal: true, key: null }, null);
  local.send(1);
  quota.freeShare = 1;
  expect(() => local.send(1)).toThrow(expect.objectContaining({ code: 'DISK_RESERVED' }));
});

test('nothing is taken that would fill the disk, from programs on this machine neither', () => {
  const local: ApiCaller = { isLocal: true, key: null };
  expect(() => send(uploadsOf({ freeShare: 1 }), local, 1)).toThrow(
    expect.objectContaining({ code: 'DISK_RESERVED' }),
  );
  for (let k = 0; k < 10; k++) send(uploadsOf({}), local, 1);
});
