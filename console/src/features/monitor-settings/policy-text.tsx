import { useState } from 'react';
import { type PolicyDocument, parsedDocument } from './policy-document.ts';

interface PolicyTextProps {
  readonly document: PolicyDocument;
  readonly onChange: (document: PolicyDocument) => void;
}

/** The document as it is written: also what the form does not know. */
export function PolicyText({ document, onChange }: PolicyTextProps) {
  const [typed, setTyped] = useState<{ readonly text: string; readonly of: PolicyDocument } | null>(null);
  // A document that came from elsewhere, as when the changes are forgotten, is not what was typed.
  const text = typed?.of === document ? typed.text : JSON.stringify(document, null, 2);
  const parsed = parsedDocument(text);
  const type = (next: string): void => {
    const found = parsedDocument(next);
    setTyped({ text: next, of: 'document' in found ? found.document : document });
    if ('document' in found) onChange(found.document);
  };
  return (
    <>
      <textarea
        aria-label="Policy as JSON"
        className="field policy-text"
        spellCheck={false}
        rows={Math.min(40, Math.max(12, text.split('\n').length + 1))}
        value={text}
        onChange={({ target }) => type(target.value)}
      />
      <p className={'problem' in parsed ? 'bad' : 'note'} role="status">
        {'problem' in parsed
          ? `Not JSON yet: ${parsed.problem}`
          : 'As below monitors in plimsoll.yaml, written as JSON. docs/monitoring.md has the grammar.'}
      </p>
    </>
  );
}
