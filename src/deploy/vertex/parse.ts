import { PlimsollError } from '../../core/errors.ts';
import { isRecord } from '../../core/record.ts';
import { type VertexDocument, vertexDocument } from './document.ts';
import { vertexLimitProblems } from './limits.ts';
import { refuseUnsupportedByVertex } from './unsupported.ts';

/**
 * The checked document, from parsed YAML or JSON. Throws VERTEX_UNSUPPORTED for a setting that Vertex cannot honour, and
 * VERTEX_INVALID with every other mistake, each with its path.
 */
export function parseVertexDocument(value: unknown, path: string): VertexDocument {
  refuseUnsupportedByVertex(value);
  const problems: string[] = [];
  if (!isRecord(value)) problems.push('it holds no table');
  const document = isRecord(value) ? vertexDocument.parse(value, '', problems) : null;
  if (document !== null && problems.length === 0) problems.push(...vertexLimitProblems(document));
  if (document === null || problems.length > 0)
    throw new PlimsollError('VERTEX_INVALID', { path, problems: problems.join('; ') });
  return document;
}
