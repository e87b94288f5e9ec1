import type { ExaminedFile } from '../../reader/messages.ts';
import { Badge } from '../../ui/badge.tsx';
import { Section } from '../../ui/section.tsx';

/** What its libraries would warn of, or break on, in other releases. */
export const SkewPanel = ({ skew }: Pick<ExaminedFile, 'skew'>) => (
  <Section title="Where Python loads it with other releases">
    <div className="panel-body">
      <p className="inspect-plain">
        Here it is read as data, whatever release wrote it. Elsewhere, with Python:
      </p>
      <ul className="inspect-skew">
        {skew.map(({ level, where, what, seen }) => (
          <li key={`${where} ${what}`}>
            <Badge tone={level === 'breaks' ? 'act' : 'watch'}>
              {level === 'breaks' ? 'Breaks' : 'Warns'}
            </Badge>{' '}
            <strong>{where}</strong>
            <p>{what}</p>
            <small>Told by {seen}</small>
          </li>
        ))}
      </ul>
    </div>
  </Section>
);
