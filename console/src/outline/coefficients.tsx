import type { ModelOutline } from '../api/generated/control-api.ts';
import { plural } from '../facts/words.ts';
import { useParameter } from '../location/location.ts';
import { Choice } from '../ui/choice.tsx';
import { SearchField } from '../ui/search-field.tsx';
import { SelectField } from '../ui/select-field.tsx';
import { shortClass } from './step-words.ts';
import { WeightTable } from './weight-table.tsx';

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
      <WeightTable
        label="Weights by column"
        columns={['Column', 'Weight']}
        rows={found.map(({ column, value }) => ({
          name: column,
          figure: NUMBER.format(value),
          share: value / most,
        }))}
        isSigned
      />
      {(left > 0 || omitted > 0) && (
        <p className="note">
          {left > 0 && `${plural(left, 'lighter column')} left out. `}
          {omitted > 0 && `${plural(omitted, 'other score')} left out.`}
        </p>
      )}
    </div>
  );
}
