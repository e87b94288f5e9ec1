import { MONITOR_GRAMMAR, type PolicyGrammar } from '../../api/generated/monitor-grammar.ts';
import { FalseAlarms } from './false-alarms.tsx';
import { fieldName } from './field-value.ts';
import { isTable, type PolicyDocument, valueAt, withValue } from './policy-document.ts';
import { Receivers } from './receivers.tsx';
import { Setting } from './setting.tsx';

export interface PolicyFormProps {
  readonly endpoint: string;
  readonly document: PolicyDocument;
  /** As it is in force: only what is there can be tested. */
  readonly written: unknown;
  readonly onChange: (document: PolicyDocument) => void;
}

/** In the order in which people think of them; what the grammar has besides comes after. */
const SECTIONS = ['drift', 'quality', 'alerts', 'accuracy', 'operations', 'log'];
const OPEN = new Set(['drift']);

/** Every value of the policy in a field of its own, by the grammar of the server. */
export function PolicyForm({ endpoint, document, written, onChange }: PolicyFormProps) {
  const sections = Object.entries(MONITOR_GRAMMAR.properties ?? {})
    .filter(([, node]) => node.properties !== undefined)
    .toSorted(([a], [b]) => SECTIONS.indexOf(a) - SECTIONS.indexOf(b));
  const set = (path: readonly string[]) => (value: unknown) => onChange(withValue(document, path, value));
  return (
    <div className="policy-form">
      <FalseAlarms value={valueAt(document, ['falseAlarms'])} onChange={set(['falseAlarms'])} />
      {sections.map(([key, node]) => (
        <Section key={key} name={key} node={node} document={document} onSet={set} />
      ))}
      <Receivers
        endpoint={endpoint}
        receivers={valueAt(document, ['receivers'])}
        written={valueAt(written, ['receivers'])}
        onChange={set(['receivers'])}
      />
    </div>
  );
}

interface SectionProps {
  readonly name: string;
  readonly node: PolicyGrammar;
  readonly document: PolicyDocument;
  readonly onSet: (path: readonly string[]) => (value: unknown) => void;
}

function Section({ name, node, document, onSet }: SectionProps) {
  const own = valueAt(document, [name]);
  const count = isTable(own) ? Object.keys(own).length : 0;
  return (
    <details className="policy-section" open={OPEN.has(name) || undefined}>
      <summary>
        {fieldName(name)}{' '}
        <small>
          {node.description}
          {count > 0 && `; ${count} set`}
        </small>
      </summary>
      <div className="settings">
        {Object.entries(node.properties ?? {}).map(([key, inner]) => (
          <Setting
            key={key}
            path={[name, key]}
            node={inner}
            value={valueAt(document, [name, key])}
            onChange={onSet([name, key])}
          />
        ))}
      </div>
    </details>
  );
}
