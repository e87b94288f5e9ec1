import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { liveServer, lockData } from './lock.ts';

const folder = (): string => mkdtempSync(join(tmpdir(), 'plimsoll-lock-'));
const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

/** Another process that tries to take the folder; answers what it says first: `held`, or a code. */
async function contender(data: string, then = 'setInterval(() => undefined, 1000)') {
  const module = JSON.stringify(new URL('./lock.ts', import.meta.url).href);
  const code = `import { lockData } from ${module};
    try {
      const lock = lockData(${JSON.stringify(data)});
      lock.announce('http://127.0.0.1:1');
      console.log('held');
      ${then};
    } catch (error) { console.log(error.code); }`;
  const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', code], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  const [said] = await once(child.stdout, 'data');
  return { child, said: String(said).trim() };
}

test('a folder has one owner; the next one is told who it is and where it answers', async () => {
  const data = folder();
  const { child, said } = await contender(data);
  expect(said).toBe('held');
  expect(() => lockData(data)).toThrow(
    expect.objectContaining({
      code: 'DATA_LOCKED',
      exit: 1,
      message: `Cannot use the data folder "${data}": process ${child.pid} owns it and answers at http://127.0.0.1:1`,
    }),
  );
});

test('an owner that is killed leaves nothing to clean up', async () => {
  const data = folder();
  const { child } = await contender(data);
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(liveServer(data)).toBe(null);
  lockData(data).release();
});

test('of many at once exactly one gets the folder, also where its owner was killed before', async () => {
  const data = folder();
  const { child } = await contender(data);
  child.kill('SIGKILL');
  await once(child, 'exit');
  const all = await Promise.all(Array.from({ length: 5 }, () => contender(data)));
  expect(all.map(({ said }) => said).toSorted()).toEqual([...Array(4).fill('DATA_LOCKED'), 'held']);
});

test('a server is live from its announcement to its release', () => {
  const data = folder();
  expect(liveServer(data)).toBe(null);
  const lock = lockData(data);
  expect(liveServer(data)).toBe(null);
  lock.announce('http://127.0.0.1:8080');
  expect(liveServer(data)).toMatchObject({
    pid: process.pid,
    url: 'http://127.0.0.1:8080',
    socket: lock.socket,
  });
  lock.release();
  expect(liveServer(data)).toBe(null);
  expect(existsSync(join(data, 'server.json'))).toBe(false);
});

test('who asks for the live server keeps nobody from becoming it', async () => {
  const data = folder();
  lockData(data).release();
  const asking = setInterval(() => liveServer(data), 1);
  for (let k = 0; k < 50; k++) {
    lockData(data).release();
    await new Promise(setImmediate);
  }
  clearInterval(asking);
});

test('a long path gets its socket in a folder of its own', () => {
  const data = join(folder(), 'x'.repeat(90));
  const lock = lockData(data);
  expect(lock.socket.length).toBeLessThan(100);
  expect(lock.socket.startsWith(data)).toBe(false);
  lock.release();
  expect(existsSync(lock.socket)).toBe(false);
});

test.each(['', 'null', '{"pid":"1"}', '{"pid":1,"socket":7,"url":null,"startedAt":""}'])(
  'what is no account of a server is none: %s',
  (text) => {
    const data = folder();
    const lock = lockData(data);
    writeFileSync(join(data, 'server.json'), text);
    expect(liveServer(data)).toBe(null);
    expect(() => lockData(data)).toThrow(/another process owns it$/);
    lock.release();
  },
);

test('a folder that cannot be made is a coded error', () => {
  const file = join(folder(), 'file');
  writeFileSync(file, '');
  expect(() => lockData(join(file, 'data'))).toThrow(expect.objectContaining({ code: 'DATA_UNWRITABLE' }));
  const taken = folder();
  mkdirSync(join(taken, 'lock'));
  expect(() => lockData(taken)).toThrow(expect.objectContaining({ code: 'DATA_UNWRITABLE' }));
});
