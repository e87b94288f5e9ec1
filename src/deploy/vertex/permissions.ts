/** The least that an account needs to carry a deployment out. Pure. */
import type { VertexDocument } from './document.ts';

const PERMISSIONS = [
  'aiplatform.models.upload',
  'aiplatform.models.get',
  'aiplatform.models.list',
  'aiplatform.models.delete',
  'aiplatform.endpoints.create',
  'aiplatform.endpoints.get',
  'aiplatform.endpoints.list',
  'aiplatform.endpoints.update',
  'aiplatform.endpoints.delete',
  'aiplatform.endpoints.deploy',
  'aiplatform.endpoints.undeploy',
  'aiplatform.operations.list',
] as const;

const OF_JOBS = [
  'aiplatform.batchPredictionJobs.create',
  'aiplatform.batchPredictionJobs.get',
  'aiplatform.batchPredictionJobs.list',
  'aiplatform.batchPredictionJobs.cancel',
  'aiplatform.batchPredictionJobs.delete',
] as const;

export interface VertexPermissions {
  /** For a role of its own in the project: `gcloud iam roles create`. */
  readonly project: readonly string[];
  /** Roles on single things: whom, what, on what. */
  readonly grants: readonly { readonly member: string; readonly role: string; readonly on: string }[];
}

export function permissionsOf({
  serviceAccount,
  versions,
  batch,
  project,
}: VertexDocument): VertexPermissions {
  const deployer = 'whoever deploys';
  const agent = `the Vertex AI service agent of ${project}`;
  const repositories = [...new Set(versions.map(({ image }) => repositoryOf(image)))];
  return {
    project: [...PERMISSIONS, ...(batch.length === 0 ? [] : OF_JOBS)],
    grants: [
      ...repositories.map((on) => ({ member: agent, role: 'roles/artifactregistry.reader', on })),
      ...(serviceAccount === null
        ? []
        : [{ member: deployer, role: 'roles/iam.serviceAccountUser', on: serviceAccount }]),
      ...batch.flatMap(({ input, output }) => [
        ...[...new Set(input.map(bucketOf))].map((on) => ({
          member: serviceAccount ?? agent,
          role: 'roles/storage.objectViewer',
          on,
        })),
        { member: serviceAccount ?? agent, role: 'roles/storage.objectUser', on: bucketOf(output) },
      ]),
      ...versions.flatMap(({ artifacts }) =>
        artifacts === null
          ? []
          : [{ member: agent, role: 'roles/storage.objectViewer', on: bucketOf(artifacts) }],
      ),
    ],
  };
}

/** `LOCATION-docker.pkg.dev/PROJECT/REPOSITORY`. */
const repositoryOf = (image: string): string => image.split('/').slice(0, 3).join('/').replace(/@.*$/, '');

const bucketOf = (uri: string): string => uri.split('/').slice(0, 3).join('/');
