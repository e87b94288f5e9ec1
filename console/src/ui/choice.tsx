import { Toggle } from '@base-ui/react/toggle';
import { ToggleGroup } from '@base-ui/react/toggle-group';

interface ChoiceProps<T extends string> {
  readonly label: string;
  readonly value: T;
  readonly options: readonly { readonly value: T; readonly text: string }[];
  readonly onChange: (value: T) => void;
}

/** One of a few, all of them in sight; arrows move between them. */
export const Choice = <T extends string>({ label, value, options, onChange }: ChoiceProps<T>) => (
  <ToggleGroup
    aria-label={label}
    className="choice"
    value={[value]}
    onValueChange={([next]) => next !== undefined && onChange(next as T)}
  >
    {options.map((one) => (
      <Toggle key={one.value} value={one.value} className="choice-item">
        {one.text}
      </Toggle>
    ))}
  </ToggleGroup>
);
