/** How the router outside that follows an endpoint stands to its route. */
import type { RouterView } from '../../../deploy/routers/follow.ts';
import { elapsedText } from './numbers.ts';
import { type StyledLine, wordsOf, wrapWords } from './styled-line.ts';

/** Nothing where no router follows the endpoint. */
export function routerLines(router: RouterView | null, now: number, width: number): StyledLine[] {
  if (router === null) return [];
  const { router: name, generation, followed, since, error } = router;
  const about = (style: 'dim' | 'yellow', text: string): StyledLine[] =>
    wrapWords('Router', [name, ...wordsOf(text).map((word): StyledLine[number] => [style, word])], width);
  if (error !== null) return about('yellow', `does not follow generation ${generation}: ${error.message}`);
  if (followed !== generation) return about('yellow', `is being brought to generation ${generation}`);
  const long = since === null ? '' : ` for ${elapsedText(now - since)}`;
  return about('dim', `follows generation ${generation}${long}: ${sharesOf(router)}`);
}

const sharesOf = ({ wanted }: RouterView): string =>
  Object.entries(wanted)
    .map(([version, percent]) => `version ${version} gets ${percent} %`)
    .join(', ');
