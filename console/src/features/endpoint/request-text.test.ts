import { execFileSync } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DOORS, doorRequest, type RequestFacts, snippetOf } from './request-text.ts';

const ROW = { name: `O'Neill "x" \\ $HOME é`, age: 53, member: true };
const heard: { url: string; body: unknown; key: string | undefined }[] = [];
const server = createServer((request, response) => {
  let text = '';
  request.on('data', (chunk) => {
    text += chunk;
  });
  request.on('end', () => {
    heard.push({ url: request.url ?? '', body: JSON.parse(text), key: request.headers.authorization });
    response.end('{"ok":true}');
  });
});
let facts: RequestFacts;
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  facts = { origin: `http://127.0.0.1:${port}`, endpoint: 'churn/1', row: ROW, needsKey: false };
});
afterAll(() => server.close());

test('V2 has an input a column, V1 a list of rows; what is no row of columns has no form in V2', () => {
  expect(doorRequest('V2', facts)).toMatchObject({
    path: '/v2/models/churn%2F1/infer',
    body: {
      inputs: [{ datatype: 'BYTES' }, { name: 'age', datatype: 'FP64', data: [53] }, { datatype: 'BOOL' }],
    },
  });
  expect(doorRequest('V1', facts)?.body).toEqual({ instances: [ROW] });
  expect(doorRequest('V2', { ...facts, row: 'a text' })).toBeNull();
});

test('the TypeScript that is copied runs, and asks what the form asks', async () => {
  for (const door of DOORS) {
    const text = snippetOf('TypeScript', door, facts)!;
    await import(`data:text/javascript,${encodeURIComponent(text)}`);
    const asked = doorRequest(door, facts);
    expect(heard.at(-1)).toEqual({ url: asked?.path, body: asked?.body, key: undefined });
  }
});

test('the shell and Python are given the same texts, whatever is in them, and a key is named, not shown', () => {
  const shell = snippetOf('curl', 'predict', { ...facts, needsKey: true })!;
  expect(shell).toContain('$PLIMSOLL_KEY');
  const last = shell.split('\n').at(-1)!.trim().slice(3);
  expect(execFileSync('sh', ['-c', `printf %s ${last}`], { encoding: 'utf8' })).toBe(JSON.stringify(ROW));
  expect(snippetOf('Python', 'predict', facts)).toContain(JSON.stringify(JSON.stringify(ROW)));
  expect(snippetOf('Python', 'predict', { ...facts, needsKey: true })).toContain(
    "os.environ['PLIMSOLL_KEY']",
  );
});
