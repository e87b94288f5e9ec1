/** Names of libraries as they write them themselves, by the names of their packages. Pure. */
const NAMES: ReadonlyMap<string, string> = new Map([
  ['xgboost', 'XGBoost'],
  ['lightgbm', 'LightGBM'],
  ['catboost', 'CatBoost'],
  ['onnx', 'ONNX'],
  ['python', 'Python'],
  ['pmml', 'PMML'],
]);

/** `XGBoost 3.2.0`: the library that wrote a model, and its release where that is known. */
export function frameworkText(framework: { readonly name: string; readonly version: string | null }): string {
  const { name, version } = framework;
  return [NAMES.get(name) ?? name, ...(version === null ? [] : [version])].join(' ');
}
