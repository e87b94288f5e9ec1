import { useState } from 'react';
import { useInfo } from '../../api/queries.ts';
import { useParameter } from '../../location/location.ts';
import { Button } from '../../ui/button.tsx';
import { Choice } from '../../ui/choice.tsx';
import { DOORS, type Door, LANGUAGES, type Language, snippetOf } from './request-text.ts';

/** The same request for programs. */
export function Snippets({ endpoint, row }: { readonly endpoint: string; readonly row: unknown }) {
  const [language, setLanguage] = useParameter<Language>('language', 'curl');
  const [door, setDoor] = useParameter<Door>('door', 'predict');
  const [copied, setCopied] = useState<string | null>(null);
  const { data } = useInfo();
  const facts = { origin: window.location.origin, endpoint, row, needsKey: data?.access === 'keys' };
  const text = snippetOf(language, door, facts);
  const copy = async (snippet: string): Promise<void> => {
    await navigator.clipboard.writeText(snippet);
    setCopied(snippet);
  };
  const options = <T extends string>(all: readonly T[]) => all.map((value) => ({ value, text: value }));
  return (
    <div className="snippets">
      <div className="toolbar">
        <Choice label="Language" value={language} onChange={setLanguage} options={options(LANGUAGES)} />
        <Choice label="Door" value={door} onChange={setDoor} options={options(DOORS)} />
      </div>
      {text === null ? (
        <p className="empty">This door takes no such row.</p>
      ) : (
        <>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what is wider than its box is moved by arrows */}
          <pre className="code" tabIndex={0}>
            {text}
          </pre>
          {/* Over plain HTTP a page from elsewhere has no clipboard. */}
          {window.isSecureContext && (
            <Button onClick={() => void copy(text)}>{copied === text ? 'Copied' : 'Copy'}</Button>
          )}
        </>
      )}
    </div>
  );
}
