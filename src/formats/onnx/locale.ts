import type { NodeAttribute, OnnxGraph, OnnxNode } from '../../onnx/graph.ts';

/** The locale of every glibc since 2.35, which needs no files; its tables of letters are those of English (`i18n_ctype`). */
const ANYWHERE = 'C.UTF-8';
/** English, by names of POSIX and of Windows; also what the operator takes where nothing is stated. */
const ENGLISH = /^en(?:[_-]\w+)?(?:\.[\w-]+)?$/;

/**
 * Lets StringNormalizer run where no locale is installed, as in most images: onnxruntime asks the system for `en_US.UTF-8`, and
 * does not load the graph without it. Upper and lower case of other languages stay with their own locales.
 */
export function localeAnywhere(graph: OnnxGraph): OnnxGraph {
  return graph.nodes.some(needsLocale) ? { ...graph, nodes: graph.nodes.map(withLocale) } : graph;
}

const needsLocale = (node: OnnxNode): boolean =>
  node.op === 'StringNormalizer' &&
  node.domain === '' &&
  isEnglish(Object.hasOwn(node.attributes, 'locale') ? node.attributes['locale'] : undefined);

const isEnglish = (locale: NodeAttribute | undefined): boolean =>
  locale === undefined || (locale.type === 'string' && (locale.value === '' || ENGLISH.test(locale.value)));

const withLocale = (node: OnnxNode): OnnxNode =>
  needsLocale(node)
    ? { ...node, attributes: { ...node.attributes, locale: { type: 'string', value: ANYWHERE } } }
    : node;
