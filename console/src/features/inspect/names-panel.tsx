import { countWords, plural } from '../../facts/words.ts';
import type { ExaminedFile } from '../../reader/messages.ts';
import { ColumnHeads } from '../../ui/column-heads.tsx';
import { Scrolled } from '../../ui/scrolled.tsx';
import { Section } from '../../ui/section.tsx';

type Names = ExaminedFile['names'];
type Foreign = Names['foreign'][number];

const HEADS = [{ text: 'Name' }, { text: 'What Python would do' }, { text: 'Byte' }];

/** What the file names: understood as data, or code that only Python runs. Nothing of it is imported here. */
export function NamesPanel({ names }: { readonly names: Names }) {
  const { foreign, moreForeign } = names;
  return (
    <Section title="Names in the file">
      <div className="panel-body">
        <p className="inspect-plain">{knownWords(names)}</p>
      </div>
      {foreign.length > 0 && (
        <Scrolled label="Names of code">
          <table>
            <ColumnHeads columns={HEADS} />
            <tbody>
              {foreign.map((one) => (
                <tr key={`${one.module}.${one.name} ${one.offset}`}>
                  <th scope="row" className="inspect-name">
                    <code>
                      {one.module}.{one.name}
                    </code>
                  </th>
                  <td className={one.meaning === 'dangerous' ? 'bad' : ''}>{doneWords(one)}</td>
                  <td>{countWords(one.offset)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </Scrolled>
      )}
      {moreForeign > 0 && <p className="note panel-note">{plural(moreForeign, 'name')} more.</p>}
    </Section>
  );
}

function doneWords({ meaning, called }: Foreign): string {
  if (meaning === 'dangerous')
    return called ? 'Calls it while loading: it can run anything' : 'Names it: it can run anything';
  return called
    ? 'Calls it while loading: code that is not known here'
    : 'Imports it: code that is not known here';
}

function knownWords({ known, packages, foreign }: Names): string {
  if (known === 0)
    return foreign.length === 0
      ? 'It names no code: there is nothing in it that Python would import.'
      : 'None of its names is understood as data.';
  const of = packages.length === 0 ? '' : `, of ${packages.join(', ')}`;
  return `${plural(known, 'name')} understood as data${of}.${foreign.length === 0 ? ' There is no other code in it.' : ''}`;
}
