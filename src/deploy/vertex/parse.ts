import { PlimsollError } from '../../core/errors.ts';
import { isRecord } from '../../core/record.ts';
import { decode } from '../../schema/read-value.ts';
import { type VertexDocument, vertexDocument } from './document.ts';
import { vertexLimitProblems } from './limits.ts';
import { refuseUnsupportedByVertex } from './unsupported.ts';

/**
 * The checked document, from parsed YAML or JSON. Throws VERTEX_UNSUPPORTED for a setting that Vertex cannot honour, and
 * VERTEX_INVALID with every other mistake, each with its path.
 */
export function parseVertexDocument(value: unknown, path: string): VertexDocument {
  refuseUnsupportedByVertex(value);
  const refusal = (problems: readonly string[]) =>
    new PlimsollError('VERTEX_INVALID', { path, problems: problems.join('; ') });
  if (!isRecord(value)) throw refusal(['it holds no table']);
  return decode(vertexDocument, value, refusal, (document, problems) =>
    problems.push(...vertexLimitProblems(document)),
  );
}
