import type { ModelOutline } from '../../api/generated/control-api.ts';
import { plural } from '../../facts/words.ts';
import { useParameter } from '../../location/location.ts';
import { Choice } from '../../ui/choice.tsx';
import { Scrolled } from '../../ui/scrolled.tsx';
import { SearchField } from '../../ui/search-field.tsx';
import { SelectField } from '../../ui/select-field.tsx';
import { shortClass } from './step-words.ts';

type Linear = ModelOutline['linear'][number];

/** Targets that are offered as buttons. */
const BUTTONS_MOST = 8;
const NUMBER = new Intl.NumberFormat('en', { maximumSignificantDigits: 4 });

/** The weights of a sum, the heaviest first, each as a bar from the middle. */
export function Coefficients({ linear }: { readonly linear: Linear }) {
  const [wanted, setWanted] = useParameter('target', '');
  const [search, setSearch] = useParameter('column', '');
  const { targets, columns, omitted } = linear;
  const target = targets.find(({ name }) => name === wanted) ?? targets[0];
  if (target === undefined) return null;
  const found = target.coefficients.filter(({ column }) =>
    column.toLowerCase().includes(search.toLowerCase()),
  );
  const most = Math.max(...target.coefficients.map(({ value }) => Math.abs(value)), Number.MIN_VALUE);
  const left = columns - target.coefficients.length;
  return (
    <div className="panel-body version-panel">
      <p className="note">
        {shortClass(linear.class)}: the score of {target.name} is {NUMBER.format(target.intercept)} and the
        sum of {plural(columns, 'column')} times these weights. Weights are of columns as they reach this
        step: scaled where a step before scales.
      </p>
      <div className="tree-choice">
        {targets.length > 1 && targets.length <= BUTTONS_MOST && (
          <Choice
            label="Score of"
            value={target.name}
            onChange={setWanted}
            options={targets.map(({ name }) => ({ value: name, text: name }))}
          />
        )}
        {targets.length > BUTTONS_MOST && (
          <SelectField
            label="Score of"
            value={target.name}
            onChange={setWanted}
            options={targets.map(({ name }) => ({ value: name, text: name }))}
          />
        )}
        {target.coefficients.length > 10 && (
          <SearchField label="Find a column" value={search} onChange={setSearch} />
        )}
      </div>
      <Scrolled label="Weights by column">
        <table className="version-weights">
          <thead>
            <tr>
              <th scope="col">Column</th>
              <th scope="col" className="figures-cell">
                Weight
              </th>
              <th scope="col">
                <span className="unseen">As a bar</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {found.map(({ column, value }) => (
              <tr key={column}>
                <th scope="row">{column}</th>
                <td className="figures-cell">{NUMBER.format(value)}</td>
                <td className="weight-cell">
                  <Bar share={value / most} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scrolled>
      {(left > 0 || omitted > 0) && (
        <p className="note">
          {left > 0 && `${plural(left, 'lighter column')} left out. `}
          {omitted > 0 && `${plural(omitted, 'other score')} left out.`}
        </p>
      )}
    </div>
  );
}

/** From the middle to the right where it raises, to the left where it lowers. */
const Bar = ({ share }: { readonly share: number }) => (
  <svg className="weight" viewBox="0 0 200 12" preserveAspectRatio="none" aria-hidden="true">
    <rect
      className={share < 0 ? 'weight-lowers' : 'weight-raises'}
      x={share < 0 ? 100 + share * 100 : 100}
      width={Math.max(1, Math.abs(share) * 100)}
      height="12"
    />
    <path className="weight-zero" d="M100 0v12" />
  </svg>
);
