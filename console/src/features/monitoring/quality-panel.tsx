import { useQuality } from '../../api/queries.ts';
import { shareWords } from '../../facts/words.ts';
import { Panel } from '../../ui/panel.tsx';

/** What was wrong with the rows themselves, whatever they are compared with. */
export function QualityPanel({ endpoint }: { readonly endpoint: string }) {
  const query = useQuality(endpoint, true);
  return (
    <Panel
      title="Data quality of the last day"
      query={query}
      empty={({ violations }) => (violations.length === 0 ? 'No row of the last day was damaged.' : null)}
    >
      {({ violations }) => (
        <ul className="violations">
          {violations.map(({ kind, feature, sentence, share }) => (
            <li key={`${kind} ${feature}`}>
              <strong>{feature ?? 'Whole rows'}</strong> <span>{sentence}</span>{' '}
              <small>{shareWords(share)} of rows</small>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}
