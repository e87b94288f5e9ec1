import type { ModelOutline } from '../api/generated/control-api.ts';
import { plural } from '../facts/words.ts';
import { isSaid, shortClass } from './step-words.ts';

type OutlineStep = ModelOutline['steps'][number];

/** The steps as they hold each other, each with what it was made with and what it learned. */
export function StepList({ steps }: { readonly steps: readonly OutlineStep[] }) {
  const children = Map.groupBy(steps, ({ parent }) => parent);
  return (
    <ul className="step-list">
      {(children.get(null) ?? []).map((step) => (
        <StepItem key={step.id} step={step} steps={children} />
      ))}
    </ul>
  );
}

interface StepItemProps {
  readonly step: OutlineStep;
  readonly steps: ReadonlyMap<number | null, readonly OutlineStep[]>;
}

function StepItem({ step, steps }: StepItemProps) {
  const { id, name, class: type, columns, width, parameters, learned, omitted } = step;
  const children = steps.get(id) ?? [];
  const facts = [...parameters.filter((fact) => fact.name !== 'columns'), ...learned];
  return (
    <li>
      <strong>{name || shortClass(type)}</strong>{' '}
      {!isSaid(name, type) && <span className="faint">{shortClass(type)}</span>}
      {columns !== null && ` of ${plural(columns.count, 'column')}: ${columns.names.join(', ')}`}
      {columns !== null && columns.count > columns.names.length && ', …'}
      {width !== null && <span className="faint"> → {plural(width, 'column')}</span>}
      {facts.length > 0 && (
        <dl className="step-facts">
          {facts.map((fact, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: made with and learned may have the same name
            <div key={`${at} ${fact.name}`}>
              <dt>{fact.name}</dt>
              <dd>{fact.value}</dd>
            </div>
          ))}
        </dl>
      )}
      {children.length > 0 && (
        <ul>
          {children.map((child) => (
            <StepItem key={child.id} step={child} steps={steps} />
          ))}
        </ul>
      )}
      {omitted > 0 && <p className="note">{plural(omitted, 'part')} more are left out.</p>}
    </li>
  );
}
