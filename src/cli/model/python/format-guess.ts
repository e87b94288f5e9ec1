/** What a file of an unknown format looks like, by its first bytes; nothing of it is loaded. Pure. */

export interface FormatGuess {
  /** In words: `a model of PyTorch`. */
  readonly what: string;
  /** The distribution that Python reads it with, or null where Python is of no use. */
  readonly distribution: string | null;
}

/** Where Unicode begins its pictures of control characters. */
const PICTURES = 0x2400;
/** Bytes that are looked at. */
export const GUESS_BYTES = 4096;

const of = (what: string, distribution: string | null): FormatGuess => ({ what, distribution });

/** Signatures of formats; the first that fits counts. Control characters are written as pictures of them: ␀ is a byte 0. */
const SIGNATURES: readonly (readonly [RegExp, FormatGuess])[] = [
  [/^PK␃␄.{26}[^␀]{0,200}data\.pkl/, of('a model of PyTorch (a zip file with data.pkl)', 'torch')],
  [/^PK␃␄.{26}(?:metadata|config)\.json/, of('a model of Keras 3 (.keras)', 'keras')],
  [/^PK␃␄.{26}[^␀]{0,200}\.npy/, of('arrays of NumPy (.npz), which are no model by themselves', null)],
  [/^PK␃␄/, of('a zip file: unpack it, and give the model in it', null)],
  [/^\x89HDF␍␊␚␊/, of('a model of Keras in HDF5 (.h5)', 'tensorflow')],
  [/^CBM1/, of('a model of CatBoost (.cbm)', 'catboost')],
  [/^tree␍?␊version=/, of('a model of LightGBM (text)', 'lightgbm')],
  [/^[ ␊]*\{[ ␊]*"learner"|^\{L.{8}learner/, of('a model of XGBoost (JSON or UBJSON)', 'xgboost')],
  [/^binf/, of('a model of XGBoost in its old binary form', 'xgboost')],
  [/^.{4}TFL3/, of('a model of TensorFlow Lite', 'tensorflow')],
  [/^GGUF/, of('weights of a language model (GGUF)', null)],
  [/^.{5}␀␀␀\{"/, of('weights in safetensors, which are no model without its code', null)],
  [/^[ ␊]*<\?xml.*<PMML/, of('a model in PMML', null)],
  [/^PAR1/, of('a table in Parquet: rows, and no model', null)],
];

/** What the first bytes say, or null. */
export function guessFormat(head: Uint8Array): FormatGuess | null {
  const text = Array.from(head.subarray(0, GUESS_BYTES), (byte) =>
    String.fromCharCode(byte < 0x20 ? PICTURES + byte : byte),
  ).join('');
  return SIGNATURES.find(([signature]) => signature.test(text))?.[1] ?? null;
}
