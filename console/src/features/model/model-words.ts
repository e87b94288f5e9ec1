/** What is said of a model among others. Pure. */
import type { EndpointView, ModelView } from '../../api/generated/control-api.ts';

/** Whether a model has a text in its name, the file of its newest version, its note or an alias. */
export function isFound({ name, latest, aliases }: ModelView, search: string): boolean {
  const wanted = search.trim().toLowerCase();
  return [name, latest.file, latest.note, ...Object.keys(aliases)].some((text) =>
    text.toLowerCase().includes(wanted),
  );
}

/** Which versions of its model an endpoint answers with. */
export const answeringWords = ({ stable, rollout }: Pick<EndpointView, 'stable' | 'rollout'>): string =>
  rollout === null ? `with version ${stable}` : `with version ${stable}, rolling out ${rollout.candidate}`;
