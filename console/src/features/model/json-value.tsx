import { jsonLines } from './json-words.ts';

/** A value as people read it: an object key by key, a list in one line. */
export function JsonValue({ value }: { readonly value: unknown }) {
  const lines = jsonLines(value);
  return (
    <ul className="json">
      {lines.map(({ key, text }) => (
        <li key={key}>
          {key !== '' && <span className="faint">{key}</span>} <code title={text}>{text}</code>
        </li>
      ))}
    </ul>
  );
}
