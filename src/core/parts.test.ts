import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { PlimsollError } from './errors.ts';
import { asCodedError, missingPart, partError } from './parts.ts';

const thrown = (code: string | undefined, message: string): Error =>
  Object.assign(new Error(message), code === undefined ? {} : { code });

// Words of Node 24 and of the packages themselves.
test.each<[string | undefined, string, string | null]>([
  [
    'ERR_MODULE_NOT_FOUND',
    "Cannot find package 'onnxruntime-node' imported from /x/dist/session-A.js",
    'onnxruntime',
  ],
  [
    'MODULE_NOT_FOUND',
    "Cannot find module 'onnxruntime-node/package.json'\nRequire stack:\n- /x/dist/project.js",
    'onnxruntime',
  ],
  ['MODULE_NOT_FOUND', "Cannot find module '@duckdb/node-bindings'\nRequire stack:\n- /x/a.js", 'DuckDB'],
  ['MODULE_NOT_FOUND', "Cannot find module '@duckdb/node-bindings-linux-x64/duckdb.node'", 'DuckDB'],
  ['MODULE_NOT_FOUND', "Cannot find module 'fastify'", null],
  [undefined, 'onnxruntime-node says something else', null],
])('%s "%s" is about %s', (code, message, part) => {
  const found = partError(thrown(code, message));
  expect(found?.details['part'] ?? null).toBe(part);
  if (found === null) return;
  expect(found.code).toBe('PART_MISSING');
  expect(found.hint).toContain('npm ');
});

test.each<[string | undefined, string]>([
  [
    'MODULE_NOT_FOUND',
    "Cannot find module '../bin/napi-v6/freebsd/x64/onnxruntime_binding.node'\nRequire stack:\n- /x",
  ],
  ['ERR_DLOPEN_FAILED', "/x/onnxruntime_binding.node: version `GLIBC_2.38' not found"],
  ['ERR_DLOPEN_FAILED', '/x/duckdb.node: cannot open shared object file'],
  [undefined, "Error loading duckdb native binding: unsupported arch 's390x' for platform 'linux'"],
])('%s "%s": it is there and does not run', (code, message) => {
  const found = partError(thrown(code, message))!;
  expect(found.code).toBe('PART_UNUSABLE');
  expect(found.message).toContain(message.split('\n')[0]);
});

test('what is coded stays as it is, and what is no part is a defect', () => {
  const coded = new PlimsollError('USAGE', { reason: 'x', command: 'y' });
  expect(asCodedError(coded, 'z')).toBe(coded);
  expect(asCodedError(thrown('MODULE_NOT_FOUND', "Cannot find module 'x'"), 'z').code).toBe('INTERNAL');
});

test('a checkout has its parts, and the one of DuckDB in the version that the code in the bundle is for', () => {
  expect([missingPart('onnxruntime'), missingPart('DuckDB')]).toEqual([null, null]);
  const manifest = new URL('../../node_modules/@duckdb/node-api/package.json', import.meta.url);
  const { dependencies } = JSON.parse(readFileSync(manifest, 'utf8'));
  expect(packageJson.optionalDependencies['@duckdb/node-bindings']).toBe(
    dependencies['@duckdb/node-bindings'],
  );
});
