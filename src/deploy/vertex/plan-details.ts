/** What a person should know before a deployment is made. Pure. */
import { VERTEX_PRICES_FROM, vertexCostLines, vertexCostsOf } from './cost.ts';
import type { VertexDocument } from './document.ts';
import { permissionsOf } from './permissions.ts';

export const vertexDetailsOf = (document: VertexDocument) => ({
  permissions: permissionsOf(document),
  costs: { ...VERTEX_PRICES_FROM, currency: 'USD', of: vertexCostsOf(document) },
});

/** Lines for people. */
export function aboutVertex(document: VertexDocument): readonly string[] {
  const { project, grants } = permissionsOf(document);
  return [
    '',
    'Permissions that are needed, and no more, as a role in the project:',
    `  ${project.join(',')}`,
    ...grants.map(({ member, role, on }) => `  ${member}: ${role} on ${on}`),
    '',
    ...vertexCostLines(document),
  ];
}
