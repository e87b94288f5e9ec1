/** Named limits on ONNX files; each stops one weakness. */
export interface OnnxLimits {
  /** Bytes of the file and of its external data together: protobuf can't hold 2 GiB or more. */
  readonly onnxBytes: number;
  /** Nodes, attributes, tensors, type records, dimensions and strings: each costs far more memory than on the wire. */
  readonly onnxRecords: number;
  /** Integers stored as varints (one byte on the wire, eight in memory). */
  readonly onnxVarints: number;
  /** Tensors that one graph keeps: onnxruntime compares each with all others while it loads. */
  readonly onnxInitializers: number;
  /** Dimensions of one tensor. */
  readonly onnxRank: number;
  /** Graphs inside graphs (If, Loop, Scan bodies). */
  readonly onnxGraphDepth: number;
  /** Functions calling functions. */
  readonly onnxFunctionDepth: number;
  /** Nodes after every call of a function is replaced by its body: a few functions can unfold exponentially. */
  readonly onnxInlinedNodes: number;
  /** Sequences of maps of sequences… */
  readonly onnxTypeDepth: number;
  /** Bytes that initialisers and size-making operators come to at batch 1, beyond those of the file. */
  readonly onnxStaticBytes: number;
  /** Trips of one Loop or Scan, times those of the loops around it; infinite where whoever runs the graph sees to its end. */
  readonly onnxTrips: number;
  /** Levels of one tree of an ensemble: onnxruntime takes a piece of the stack for each. */
  readonly onnxTreeDepth: number;
  /** Milliseconds that loading in a child process may take, and more for a large file. */
  readonly onnxLoadMillis: number;
  /** Resident bytes that the loading child may reach, and more for a large file. */
  readonly onnxLoadBytes: number;
}

export const ONNX_LIMITS: OnnxLimits = {
  onnxBytes: 2 ** 31 - 1,
  onnxRecords: 2_000_000,
  onnxVarints: 16_000_000,
  onnxInitializers: 20_000,
  onnxRank: 32,
  onnxGraphDepth: 8,
  onnxFunctionDepth: 32,
  onnxInlinedNodes: 250_000,
  onnxTypeDepth: 8,
  onnxStaticBytes: 128 * 2 ** 20,
  onnxTrips: 100_000,
  onnxTreeDepth: 2000,
  onnxLoadMillis: 5000,
  onnxLoadBytes: 448 * 2 ** 20,
};

/** onnxruntime keeps a graph about four times while it loads: as bytes, parsed, optimised, packed. */
export const LOAD_COPIES = 4;
const LOAD_BYTES_PER_MILLI = 50_000;

/**
 * The limits for a file of `bytes` (external data included): what a file really brings along it may take, and the
 * limits bound what it makes of that.
 */
export const limitsForFile = (bytes: number, limits: OnnxLimits = ONNX_LIMITS): OnnxLimits => ({
  ...limits,
  onnxStaticBytes: limits.onnxStaticBytes + bytes,
  onnxLoadMillis: limits.onnxLoadMillis + Math.ceil(bytes / LOAD_BYTES_PER_MILLI),
  onnxLoadBytes: limits.onnxLoadBytes + LOAD_COPIES * bytes,
});
