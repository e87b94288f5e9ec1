import { Field } from '@base-ui/react/field';
import { useState } from 'react';
import type { PolicyGrammar } from '../../api/generated/monitor-grammar.ts';
import { Choice } from '../../ui/choice.tsx';
import { type FieldKind, fieldName, fieldText, fieldValue, kindOf } from './field-value.ts';

interface SettingProps {
  readonly path: readonly string[];
  readonly node: PolicyGrammar;
  readonly value: unknown;
  readonly onChange: (value: unknown) => void;
}

/** One value of the policy, in the field that fits its grammar. */
export function Setting({ path, node, value, onChange }: SettingProps) {
  const kind = kindOf(node);
  const name = fieldName(path.at(-1) ?? '');
  if (kind === 'choice' || kind === 'flag')
    return <Chosen name={name} node={node} value={value} isFlag={kind === 'flag'} onChange={onChange} />;
  if (kind === 'other') return <Other name={name} node={node} value={value} />;
  return <Typed name={name} kind={kind} node={node} value={value} onChange={onChange} />;
}

const sentenceOf = ({ description = '' }: PolicyGrammar): string =>
  description === '' ? '' : `${description[0]?.toUpperCase()}${description.slice(1)}.`;

interface ChosenProps {
  readonly name: string;
  readonly node: PolicyGrammar;
  readonly value: unknown;
  readonly isFlag: boolean;
  readonly onChange: (value: unknown) => void;
}

function Chosen({ name, node, value, isFlag, onChange }: ChosenProps) {
  const of = (text: string): unknown => (isFlag ? text === 'on' : text);
  const options = isFlag ? ['on', 'off'] : (node.enum ?? []);
  const held = value ?? node.default;
  const shown = isFlag ? (held === false ? 'off' : 'on') : String(held);
  return (
    <div className="labelled setting">
      <span>{name}</span>
      <Choice
        label={name}
        value={shown}
        onChange={(text) => onChange(of(text) === node.default ? undefined : of(text))}
        options={options.map((one) => ({ value: one, text: one }))}
      />
      <p>{sentenceOf(node)}</p>
    </div>
  );
}

/** Too rich for a field: it is changed in the text. */
const Other = ({ name, node, value }: Pick<ChosenProps, 'name' | 'node' | 'value'>) => (
  <div className="labelled setting">
    <span>{name}</span>
    <code>{JSON.stringify(value ?? node.default ?? null)}</code>
    <p>{sentenceOf(node)} It is changed in the text.</p>
  </div>
);

interface TypedProps extends Omit<ChosenProps, 'isFlag'> {
  readonly kind: FieldKind;
}

function Typed({ name, kind, node, value, onChange }: TypedProps) {
  const written = fieldText(kind, value);
  // What is typed is not always a value yet: `0.` on its way to `0.1`.
  const [typed, setTyped] = useState({ text: written, of: written });
  const text = typed.of === written ? typed.text : written;
  const type = (next: string): void => {
    const meant = fieldValue(kind, next, node);
    setTyped({ text: next, of: fieldText(kind, meant) });
    onChange(meant);
  };
  const isLong = kind === 'list' || kind === 'pairs';
  const otherwise =
    node.default === undefined ? 'not set' : `${fieldText(kind, node.default) || 'none'} by default`;
  return (
    <Field.Root className="labelled setting">
      <Field.Label>{name}</Field.Label>
      {isLong ? (
        <textarea
          aria-label={name}
          className="field"
          rows={Math.min(8, Math.max(2, text.split('\n').length))}
          value={text}
          placeholder={kind === 'list' ? 'One a line' : 'name = value, one a line'}
          onChange={({ target }) => type(target.value)}
        />
      ) : (
        <Field.Control
          className="field"
          inputMode={kind === 'number' ? 'decimal' : 'text'}
          value={text}
          placeholder={otherwise}
          onValueChange={(next) => type(String(next))}
        />
      )}
      <Field.Description>{sentenceOf(node)}</Field.Description>
    </Field.Root>
  );
}
