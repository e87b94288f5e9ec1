/** Devices that onnxruntime runs graphs on, by the names of its execution providers. */
export const DEVICES = [
  'cpu',
  'cuda',
  'tensorrt',
  'openvino',
  'coreml',
  'dml',
  'webgpu',
  'qnn',
  'rocm',
  'migraphx',
] as const;

/** What a graph runs on; `id` is the number of the card, where there are several. */
export interface Device {
  readonly name: (typeof DEVICES)[number];
  readonly id: number | null;
}

/** The environment variable that says it to every process of a server. */
export const DEVICE_VARIABLE = 'PLIMSOLL_DEVICE';
export const DEVICE_WANTED = `one of ${DEVICES.join(', ')}, with the number of a card where there are several: cuda:1`;

export const CPU_DEVICE: Device = { name: 'cpu', id: null };

/** Providers whose sessions take the number of a card. */
const NUMBERED: ReadonlySet<string> = new Set(['cuda', 'tensorrt', 'dml', 'rocm', 'migraphx']);

/** `cuda:1` as a device, or undefined. */
export function parseDevice(text: string): Device | undefined {
  const [, named, digits] = /^([a-z]+)(?::(\d{1,3}))?$/.exec(text.trim().toLowerCase()) ?? [];
  const name = DEVICES.find((known) => known === named);
  if (name === undefined || (digits !== undefined && !NUMBERED.has(name))) return undefined;
  return { name, id: digits === undefined ? null : Number(digits) };
}

export const deviceText = ({ name, id }: Device): string => (id === null ? name : `${name}:${id}`);

/** How to get a device that is not there. */
export function deviceHint(name: Device['name']): string {
  switch (name) {
    case 'cpu':
      return 'Every installation of onnxruntime has it';
    case 'cuda':
    case 'tensorrt':
      return 'On Linux x64 with an NVIDIA driver, CUDA 12 and cuDNN 9: `ONNXRUNTIME_NODE_INSTALL=cuda12 npm rebuild onnxruntime-node` fetches its libraries';
    case 'dml':
      return 'DirectML comes with Windows: serve there, or with --device cpu';
    case 'coreml':
      return 'Core ML comes with macOS: serve there, or with --device cpu';
    case 'webgpu':
      return 'It wants a graphics card with a driver of Vulkan (Linux: libvulkan1), Direct3D 12 or Metal';
    default:
      return 'No build of onnxruntime for Node has it: leave --device out, or serve the model in a runtime that does';
  }
}
