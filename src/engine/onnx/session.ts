import type { InferenceSession, Tensor as OrtTensor, TypedTensor } from 'onnxruntime-node';
import { CPU_DEVICE, type Device } from '../../core/devices.ts';
import { messageOf } from '../../core/error-text.ts';
import { PlimsollError } from '../../core/errors.ts';
import { type GraphBytes, joinedBytes } from '../../model/graph-bytes.ts';
import type { DType, Tensor } from '../../model/tensor.ts';
import type { GraphInput } from './feed.ts';
import { loadRuntime, type OnnxRuntime } from './runtime.ts';

/** Where a graph runs. */
export interface SessionPlace {
  /** Threads that share one operator. @default {1} */
  readonly threads?: number | undefined;
  /** Nodes that it has no kernel of run on the CPU. @default {the CPU} */
  readonly device?: Device | undefined;
}

/**
 * Sequential execution, on one thread unless more are asked for: with several, ensembles of trees are summed in another
 * order, and their answers differ in the last bits. Messages of the runtime come as errors, not on stderr.
 */
const sessionOptions = ({
  threads = 1,
  device = CPU_DEVICE,
}: SessionPlace): InferenceSession.SessionOptions => ({
  executionProviders: [device.id === null ? device.name : { name: device.name, deviceId: device.id }],
  executionMode: 'sequential',
  intraOpNumThreads: threads,
  interOpNumThreads: 1,
  // A plan of memory for each size of batch is kept, and takes a third more: ResNet-50, 8 rows, 309 to 244 MB for 2 % of time.
  enableMemPattern: false,
  logSeverityLevel: 4,
  extra: {
    // Threads wait for the next operator of a run, and for nothing after it: others have the processors then.
    session: { force_spinning_stop: '1' },
    optimization: {
      disable_specified_optimizers: [
        // It makes one node of Aᵀ·v and forgets (1.30) the transpose where v is a vector. Attention is as fast without it.
        'MatmulTransposeFusion',
        // It makes one node of a number times a product, whose float32 factor keeps seven digits of the number.
        'MatMulScaleFusion',
      ].join(';'),
    },
  },
});

/** A loaded graph that takes and answers neutral tensors; `run` blocks the calling thread. */
export class GraphSession {
  /** In declaration order. */
  readonly inputs: readonly GraphInput[];
  readonly #ort: OnnxRuntime;
  readonly #session: InferenceSession;
  #closed = false;

  private constructor(ort: OnnxRuntime, session: InferenceSession) {
    this.#ort = ort;
    this.#session = session;
    this.inputs = session.inputMetadata.map((input) => {
      if (input.isTensor) return { name: input.name, dtype: input.type as DType };
      throw new PlimsollError('GRAPH_NOT_LOADED', {
        reason: `input "${input.name}" is not a tensor`,
        runtime: ort.env.versions.node,
      });
    });
  }

  /**
   * A file is read by the runtime itself, which holds the weights once less while it loads than with bytes that it is given.
   *
   * @throws GRAPH_NOT_LOADED with the runtime's own words
   */
  static async open(graph: GraphBytes, place: SessionPlace = {}): Promise<GraphSession> {
    const ort = await loadRuntime();
    const options = sessionOptions(place);
    try {
      const session =
        typeof graph === 'string'
          ? await ort.InferenceSession.create(graph, options)
          : await ort.InferenceSession.create(joinedBytes(graph), options);
      return new GraphSession(ort, session);
    } catch (error) {
      const details = { reason: reasonOf(error), runtime: ort.env.versions.node };
      throw new PlimsollError('GRAPH_NOT_LOADED', details, { cause: error });
    }
  }

  /**
   * The graph outputs `fetches` for named inputs.
   *
   * @throws GRAPH_FAILED with the runtime's own words, ENGINE_CLOSED
   */
  async run(
    feed: Readonly<Record<string, Tensor>>,
    fetches: readonly string[],
  ): Promise<ReadonlyMap<string, Tensor>> {
    if (this.#closed) throw new PlimsollError('ENGINE_CLOSED');
    try {
      const feeds = Object.entries(feed).map(([name, tensor]) => [name, this.#toOrt(tensor)] as const);
      const answer = await this.#session.run(Object.fromEntries(feeds), [...fetches]);
      return new Map(fetches.map((name) => [name, fromOrt(answer[name] as OrtTensor)]));
    } catch (error) {
      throw new PlimsollError('GRAPH_FAILED', { reason: reasonOf(error) }, { cause: error });
    }
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#session.release();
  }

  /** Nothing is copied. Type names are the same on both sides. */
  #toOrt(tensor: Tensor): OrtTensor {
    const data = tensor.data as TypedTensor<'float64'>['data'];
    const made = new this.#ort.Tensor(tensor.dtype as 'float64', data, tensor.shape);
    // The constructor makes a `Float16Array` of the bits, which the native half (1.30) reads as empty.
    if (tensor.dtype === 'float16') Object.defineProperty(made, 'data', { value: data });
    return made;
  }
}

/** Half precision stays the bits that it is here; the runtime answers it as `Float16Array` where there is one. */
function fromOrt({ type, dims, data }: OrtTensor): Tensor {
  const bits = type === 'float16' && ArrayBuffer.isView(data) ? bitsOf(data) : data;
  return { dtype: type as DType, shape: [...dims], data: bits } as Tensor;
}

const bitsOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint16Array =>
  new Uint16Array(buffer, byteOffset, byteLength / Uint16Array.BYTES_PER_ELEMENT);

/** First line of an error of the runtime; the rest are addresses and source lines. */
function reasonOf(error: unknown): string {
  const text = messageOf(error);
  return text.split('\n', 1)[0]!.slice(0, 400);
}
