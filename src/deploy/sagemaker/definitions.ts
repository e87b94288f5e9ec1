/** Models and configurations: there at once, never changed. And batch transforms, which run and then stay in their list. */

import type {
  CreateEndpointConfigCommandInput,
  CreateModelCommandInput,
  CreateTransformJobCommandInput,
} from '@aws-sdk/client-sagemaker';
import { required } from '../../core/element-at.ts';
import type { ObservedResource } from '../plan/port.ts';
import type { SageMaker } from './clients.ts';
import { DEPLOYMENT_TAG, type ResourceDriver, readyBy, tagOf, tagsOf, unchangeable } from './driver.ts';
import { found } from './failures.ts';

const PAGE = 100;

/** Names that begin with the deployment's and carry its mark, from pages of name and ARN. */
export async function namesOwned(
  open: SageMaker,
  deployment: string,
  pageAfter: (token: string | undefined) => Promise<{
    readonly items: readonly { readonly name: string | undefined; readonly arn: string | undefined }[];
    readonly next: string | undefined;
  }>,
): Promise<readonly string[]> {
  const names: string[] = [];
  let token: string | undefined;
  do {
    const { items, next } = await pageAfter(token);
    for (const { name = '', arn = '' } of items) {
      if (name !== deployment && !name.startsWith(`${deployment}-`)) continue;
      if (tagOf((await found(() => listTags(open, arn))) ?? [], DEPLOYMENT_TAG) === deployment)
        names.push(name);
    }
    token = next;
  } while (token !== undefined);
  return names;
}

export async function listTags(open: SageMaker, ResourceArn: string) {
  const { api, client } = await open();
  const { Tags = [] } = await client.send(new api.ListTagsCommand({ ResourceArn, MaxResults: 50 }));
  return Tags;
}

export function modelDriver(open: SageMaker): ResourceDriver {
  return {
    async observe(ModelName) {
      const { api, client } = await open();
      return found(async () => {
        const { ModelArn } = await client.send(new api.DescribeModelCommand({ ModelName }));
        return readyBy(await listTags(open, required(ModelArn, 'ModelArn')));
      });
    },
    owned: (deployment) =>
      namesOwned(open, deployment, async (NextToken) => {
        const { api, client } = await open();
        const page = { NameContains: deployment, MaxResults: PAGE, NextToken };
        const { Models = [], NextToken: next } = await client.send(new api.ListModelsCommand(page));
        return { items: Models.map(({ ModelName, ModelArn }) => ({ name: ModelName, arn: ModelArn })), next };
      }),
    async create({ spec }, marks) {
      const { api, client } = await open();
      const request = { ...spec, Tags: tagsOf(marks) } as CreateModelCommandInput;
      await client.send(new api.CreateModelCommand(request));
    },
    update: unchangeable,
    async remove(ModelName) {
      const { api, client } = await open();
      await client.send(new api.DeleteModelCommand({ ModelName }));
    },
  };
}

export function configDriver(open: SageMaker): ResourceDriver {
  return {
    async observe(EndpointConfigName) {
      const { api, client } = await open();
      return found(async () => {
        const request = new api.DescribeEndpointConfigCommand({ EndpointConfigName });
        const { EndpointConfigArn } = await client.send(request);
        return readyBy(await listTags(open, required(EndpointConfigArn, 'EndpointConfigArn')));
      });
    },
    owned: (deployment) =>
      namesOwned(open, deployment, async (NextToken) => {
        const { api, client } = await open();
        const page = new api.ListEndpointConfigsCommand({
          NameContains: deployment,
          MaxResults: PAGE,
          NextToken,
        });
        const { EndpointConfigs = [], NextToken: next } = await client.send(page);
        const items = EndpointConfigs.map(({ EndpointConfigName, EndpointConfigArn }) => ({
          name: EndpointConfigName,
          arn: EndpointConfigArn,
        }));
        return { items, next };
      }),
    async create({ spec }, marks) {
      const { api, client } = await open();
      const request = { ...spec, Tags: tagsOf(marks) } as CreateEndpointConfigCommandInput;
      await client.send(new api.CreateEndpointConfigCommand(request));
    },
    update: unchangeable,
    async remove(EndpointConfigName) {
      const { api, client } = await open();
      await client.send(new api.DeleteEndpointConfigCommand({ EndpointConfigName }));
    },
  };
}

const STATES: Readonly<Record<string, ObservedResource['state']>> = {
  InProgress: 'pending',
  Completed: 'ready',
  Failed: 'failed',
  Stopping: 'deleting',
  Stopped: 'failed',
};

export function transformDriver(open: SageMaker): ResourceDriver {
  const describe = async (TransformJobName: string) => {
    const { api, client } = await open();
    return found(() => client.send(new api.DescribeTransformJobCommand({ TransformJobName })));
  };
  return {
    async observe(name) {
      const job = await describe(name);
      if (job === null) return null;
      const { TransformJobArn, TransformJobStatus: status = '', FailureReason } = job;
      const marks = readyBy(await listTags(open, required(TransformJobArn, 'TransformJobArn')));
      return { ...marks, state: STATES[status] ?? 'pending', reason: FailureReason ?? null, remains: true };
    },
    // What has ended cannot be removed: it is history, and costs nothing.
    owned: (deployment) =>
      namesOwned(open, deployment, async (NextToken) => {
        const { api, client } = await open();
        const page = new api.ListTransformJobsCommand({
          NameContains: deployment,
          StatusEquals: 'InProgress',
          MaxResults: PAGE,
          NextToken,
        });
        const { TransformJobSummaries = [], NextToken: next } = await client.send(page);
        const items = TransformJobSummaries.map(({ TransformJobName, TransformJobArn }) => ({
          name: TransformJobName,
          arn: TransformJobArn,
        }));
        return { items, next };
      }),
    async create({ spec }, marks) {
      const { api, client } = await open();
      const request = { ...spec, Tags: tagsOf(marks) } as CreateTransformJobCommandInput;
      await client.send(new api.CreateTransformJobCommand(request));
    },
    update: unchangeable,
    async remove(name) {
      const { api, client } = await open();
      try {
        await client.send(new api.StopTransformJobCommand({ TransformJobName: name }));
      } catch (error) {
        // It may have ended by itself, or have been stopped already.
        if ((await describe(name))?.TransformJobStatus === 'InProgress') throw error;
      }
    },
  };
}
