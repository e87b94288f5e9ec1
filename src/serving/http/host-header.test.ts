import { expect, test } from 'vitest';
import { hostHeaderError } from './host-header.ts';

test.each([
  [['Host', 'a'], '1.1', null],
  [['host', 'a', 'x-host', 'b'], '1.1', null],
  [['accept', 'host'], '1.0', null],
  [['HOST', ''], '1.1', null],
  [['Host', 'a', 'x', 'y', 'hOST', 'a'], '1.1', 2],
  [['Host', 'a', 'Host', 'b'], '1.0', 2],
  [['accept', 'host'], '1.1', 0],
  [[], '1.1', 0],
])('headers %j of HTTP/%s have one host or are refused', (rawHeaders, httpVersion, found) => {
  const fault = hostHeaderError({ rawHeaders, httpVersion });
  expect(fault && [fault.code, fault.http, fault.details['found']]).toEqual(
    found === null ? null : ['HOST_INVALID', 400, found],
  );
});
