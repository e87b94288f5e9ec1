import { expect, test } from 'vitest';
import { PlimsollError } from '../../core/errors.ts';
import { ApiError, codeOf, failureOf } from './failure.ts';

// Codes: google/rpc/code.proto. Words: google-auth-library, as it throws them.
test.each([
  [16, 'Request had invalid authentication credentials.', 'CLOUD_DENIED'],
  [7, "Permission 'aiplatform.models.upload' denied on resource", 'CLOUD_DENIED'],
  [undefined, 'Could not load the default credentials. Browse to https://…', 'CLOUD_DENIED'],
  [undefined, 'invalid_grant', 'CLOUD_DENIED'],
  [8, 'The following quota metrics exceed quota limits: custom_model_serving_cpus', 'CLOUD_QUOTA'],
  [3, 'List of found errors: 1.Field: model.container_spec', 'CLOUD_REFUSED'],
  [9, 'The model is deployed', 'CLOUD_REFUSED'],
  [12, 'Method not found.', 'CLOUD_REFUSED'],
  [14, 'No connection established', 'CLOUD_UNREACHABLE'],
  [4, 'Deadline exceeded', 'CLOUD_UNREACHABLE'],
  [10, 'The etag does not match', 'CLOUD_UNREACHABLE'],
  [undefined, 'socket hang up', 'CLOUD_UNREACHABLE'],
])('%s "%s" is %s', (code, details, wanted) => {
  const failure = failureOf(new ApiError(code, details), 'upload model');
  expect(failure.code).toBe(wanted);
  expect(failure.message).toContain('upload model on Vertex');
  expect(failure.message).toContain(details);
});

test('what is coded already stays as it is', () => {
  const failure = new PlimsollError('CLOUD_QUOTA', { action: 'x', reason: 'y' });
  expect(failureOf(failure, 'z')).toBe(failure);
});

test.each([
  ['NOT_FOUND', 404, 5],
  ['ABORTED', 409, 10],
  ['ALREADY_EXISTS', 409, 6],
  [null, 404, 12],
  [null, 401, 16],
  [null, 429, 8],
  [null, 502, 14],
  [null, 504, 4],
  [null, 418, 2],
])('an answer that says %s with status %i has the code %i', (name, status, wanted) => {
  expect(codeOf(name, status)).toBe(wanted);
});
