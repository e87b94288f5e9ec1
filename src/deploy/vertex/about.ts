/** What a person should know before a deployment is made. Pure. */
import { costsOf, PRICES_FROM, sayCosts } from './cost.ts';
import type { VertexDocument } from './document.ts';
import { permissionsOf } from './permissions.ts';

export const detailsOf = (document: VertexDocument) => ({
  permissions: permissionsOf(document),
  costs: { ...PRICES_FROM, currency: 'USD', of: costsOf(document) },
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
    ...sayCosts(document),
  ];
}
