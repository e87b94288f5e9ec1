import type { SignatureOutline } from '../api/generated/control-api.ts';
import { plural } from '../facts/words.ts';
import { useParameter } from '../location/location.ts';
import { ColumnHeads } from '../ui/column-heads.tsx';
import { Scrolled } from '../ui/scrolled.tsx';
import { SearchField } from '../ui/search-field.tsx';
import { inputFacts } from './signature-words.ts';

const HEADS = [{ text: 'Input' }, { text: 'Type' }, { text: 'What it takes' }];
/** Rows at once: of two thousand columns those are shown that are sought. */
const SHOWN = 60;

/** What it takes, column by column, and what it answers. */
export function SignatureTable({ signature }: { readonly signature: SignatureOutline }) {
  const [search, setSearch] = useParameter('input', '');
  const { inputs, omittedInputs, outputs, isOpen } = signature;
  const all = inputs.length + omittedInputs;
  const found = inputs.filter(({ name }) => name.toLowerCase().includes(search.toLowerCase()));
  const left = found.length - SHOWN;
  return (
    <>
      {all > 10 && (
        <div className="toolbar">
          <SearchField label="Find an input" value={search} onChange={setSearch} />
        </div>
      )}
      <Scrolled label="Inputs">
        <table>
          <ColumnHeads columns={HEADS} />
          <tbody>
            {found.slice(0, SHOWN).map((one) => (
              <tr key={one.name}>
                <th scope="row">{one.name}</th>
                <td>{one.type}</td>
                <td className="faint">{inputFacts(one)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scrolled>
      <div className="panel-body">
        {isOpen && (
          <p className="note">The file does not say how many columns there are: any number is taken.</p>
        )}
        {left > 0 && <p className="note">{plural(left, 'input')} more: search for them.</p>}
        {omittedInputs > 0 && <p className="note">{plural(omittedInputs, 'input')} are not listed.</p>}
        <h3>Answers</h3>
        <ul className="plain">
          {outputs.map(({ name, type, classes, firstClasses }) => (
            <li key={name}>
              <code>{name}</code> {type}
              {classes !== null &&
                `, ${plural(classes, 'class', 'classes')}: ${firstClasses.join(', ')}${classes > firstClasses.length ? ', …' : ''}`}
            </li>
          ))}
        </ul>
      </div>
    </>
  );
}
