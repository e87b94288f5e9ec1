/** How the router outside that follows an endpoint stands to its route. */
import type { RouterView } from '../../../deploy/routers/follow.ts';
import { time } from './numbers.ts';
import { flow, type Line, wordsOf } from './paint.ts';

/** Nothing where no router follows the endpoint. */
export function routerLines(router: RouterView | null, now: number, width: number): Line[] {
  if (router === null) return [];
  const { router: name, generation, followed, since, error } = router;
  const about = (style: 'dim' | 'yellow', text: string): Line[] =>
    flow('Router', [name, ...wordsOf(text).map((word): Line[number] => [style, word])], width);
  if (error !== null) return about('yellow', `does not follow generation ${generation}: ${error.message}`);
  if (followed !== generation) return about('yellow', `is being brought to generation ${generation}`);
  const long = since === null ? '' : ` for ${time(now - since)}`;
  return about('dim', `follows generation ${generation}${long}: ${sharesOf(router)}`);
}

const sharesOf = ({ wanted }: RouterView): string =>
  Object.entries(wanted)
    .map(([version, percent]) => `version ${version} gets ${percent} %`)
    .join(', ');
