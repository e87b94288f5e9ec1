/** A manifest with places that Helm fills, as text. */
import { lastOf } from '../../../core/element-at.ts';
import type { KubernetesObject } from '../manifest.ts';
import { yamlOf } from '../yaml.ts';

/** One place that a value of the chart decides. */
export type TemplateValue =
  /** A scalar that is there already: `{{ .Values.a | quote }}`. */
  | { readonly kind: 'text' | 'whole'; readonly at: ObjectPath; readonly value: string }
  /** A block that is there already: `{{- toYaml .Values.a | nindent 8 }}`. */
  | { readonly kind: 'block'; readonly at: ObjectPath; readonly value: string }
  /** A field that is there only where the value is not empty. */
  | { readonly kind: 'optional'; readonly at: ObjectPath; readonly value: string };

export type ObjectPath = readonly (string | number)[];

/**
 * The text of a template. What looks like an action of Helm in the object itself is kept as it is; `condition` wraps the
 * whole. Throws an Error where the object has no such place: a defect of who named it.
 */
export function templateOf(
  object: KubernetesObject,
  holes: readonly TemplateValue[],
  condition: string | null,
): string {
  const copy = structuredClone(object) as unknown as Record<string, unknown>;
  holes.forEach((hole, index) => {
    put(copy, hole.at, mark(index), hole.kind === 'optional');
  });
  const escaped = yamlOf(copy).replaceAll('{{', '{{ "{{" }}');
  const filled = holes.reduce((text, hole, index) => fill(text, hole, index), escaped);
  return condition === null ? filled : `{{- if ${condition} }}\n${filled}{{- end }}\n`;
}

const mark = (index: number): string => `HOLE-${index}-`;

function put(object: Record<string, unknown>, at: ObjectPath, value: string, isNew: boolean): void {
  const parent = at
    .slice(0, -1)
    .reduce<unknown>((inner, key) => (inner as Record<string, unknown>)?.[key], object);
  const last = lastOf(at);
  if (typeof parent !== 'object' || parent === null || last in parent === isNew)
    throw new Error(`there is ${isNew ? 'something' : 'nothing'} at ${at.join('.')} of a template`);
  (parent as Record<string | number, unknown>)[last] = value;
}

function fill(text: string, hole: TemplateValue, index: number): string {
  const line = new RegExp(`^( *)((?:- )?)(.*)${mark(index)}$`, 'm');
  return text.replace(line, (_whole, indent: string, dash: string, key: string) => {
    const place = `${indent}${dash}${key}`;
    const deep = indent.length + dash.length;
    if (hole.kind === 'text') return `${place}{{ ${hole.value} | quote }}`;
    if (hole.kind === 'whole') return `${place}{{ int ${hole.value} }}`;
    if (hole.kind === 'block')
      return `${place.trimEnd()}\n${' '.repeat(deep + 2)}{{- toYaml ${hole.value} | nindent ${deep + 2} }}`;
    const open = `${' '.repeat(deep)}{{- with ${hole.value} }}`;
    const block = `${' '.repeat(deep)}${key.trimEnd()}\n${' '.repeat(deep + 2)}{{- toYaml . | nindent ${deep + 2} }}`;
    return `${open}\n${block}\n${' '.repeat(deep)}{{- end }}`;
  });
}
