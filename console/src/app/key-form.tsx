import { Field } from '@base-ui/react/field';
import { type FormEvent, useState } from 'react';
import { giveKey } from '../api/session.ts';
import { Button } from '../ui/button.tsx';

/** Asks for a key: it is kept in this tab alone, and goes with it. */
export function KeyForm({ refusal }: { readonly refusal: string }) {
  const [key, setKey] = useState('');
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (key.trim() !== '') giveKey(key.trim());
  };
  return (
    <main id="main" className="key-form">
      <h1>This server wants a key</h1>
      <p role="status">{refusal}</p>
      <form onSubmit={submit}>
        <Field.Root className="labelled">
          <Field.Label>API key, or the token of the data folder</Field.Label>
          <Field.Control
            type="password"
            autoComplete="off"
            className="field"
            value={key}
            onValueChange={(value) => setKey(String(value))}
          />
          <Field.Description>
            Made by <code>plimsoll keys create NAME --scope viewer</code>. It is kept in this tab alone.
          </Field.Description>
        </Field.Root>
        <Button type="submit" kind="main">
          Open the console
        </Button>
      </form>
    </main>
  );
}
