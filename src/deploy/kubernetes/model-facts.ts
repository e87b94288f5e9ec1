/** What is known of the version that goes to the cluster. */
export interface ModelFacts {
  readonly name: string;
  readonly version: number;
  /** sha256 of its bundle, hex. */
  readonly digest: string;
  readonly runtime: 'native' | 'onnx' | 'python';
  readonly isOnnx: boolean;
}
