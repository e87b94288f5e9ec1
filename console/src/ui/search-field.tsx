import { Input } from '@base-ui/react/input';

interface SearchFieldProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

export const SearchField = ({ label, value, onChange }: SearchFieldProps) => (
  <Input
    type="search"
    aria-label={label}
    placeholder={label}
    className="field"
    value={value}
    onValueChange={onChange}
  />
);
