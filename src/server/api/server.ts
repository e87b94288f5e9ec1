/** What this server is: release, store, room on the disk, limits. Nothing that says where something lies. */
import { Type } from 'typebox';
import packageJson from '../../../package.json' with { type: 'json' };
import { nullable } from '../../schema/value-schema.ts';
import { operation, TIME } from './operation.ts';

export const SERVER = [
  operation({
    method: 'GET',
    path: '/server',
    summary: 'What this server is made of, how much room it has, what it limits',
    answer: Type.Object({
      version: Type.String(),
      node: Type.String(),
      platform: Type.String({ description: 'System and processor' }),
      startedAt: TIME,
      copies: Type.Integer({ description: 'Processes that serve' }),
      store: Type.Enum(['sqlite', 'postgres']),
      watchesFolder: Type.Boolean({ description: 'New files of a folder become versions' }),
      disk: Type.Object(
        { free: Type.Number(), total: Type.Number() },
        { description: 'Bytes, of the data folder' },
      ),
      limits: Type.Object({
        uploadsPerDay: Type.Number({ description: 'Of each key' }),
        uploadBytesPerDay: Type.Number({ description: 'Of each key' }),
        diskReserve: Type.Number({ description: 'Share of the disk that uploads leave free' }),
        perSecond: nullable(Type.Number({ description: 'Requests of each key or address, in each process' })),
        burst: nullable(Type.Number()),
      }),
    }),
    async handle({ facts }) {
      const { version, arch, platform } = process;
      return {
        version: packageJson.version,
        node: version,
        platform: `${platform} ${arch}`,
        ...(await facts()),
      };
    },
  }),
];
