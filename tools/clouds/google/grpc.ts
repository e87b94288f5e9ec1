/** gRPC in front of the fake, by the services of the protos. */
import { type handleUnaryCall, Server, type ServiceDefinition, status } from '@grpc/grpc-js';
import { METHODS, type Method } from './descriptors.ts';
import type { Dispatcher } from './dispatch.ts';
import { decode, encode, type Json } from './json.ts';
import { Refusal } from './refusal.ts';

export function grpcServer(dispatcher: Dispatcher): Server {
  const server = new Server();
  const services = Map.groupBy(METHODS, ({ path }) => path.slice(0, path.lastIndexOf('/')));
  for (const methods of services.values())
    server.addService(
      Object.fromEntries(methods.map((method) => [method.name, definition(method)])) as ServiceDefinition,
      Object.fromEntries(methods.map((method) => [method.name, handler(dispatcher, method)])),
    );
  return server;
}

const definition = ({ path, request, response }: Method) => ({
  path,
  requestStream: false,
  responseStream: false,
  requestSerialize: (json: Json) => Buffer.from(encode(request, json)),
  requestDeserialize: (bytes: Buffer) => decode(request, bytes),
  responseSerialize: (json: Json) => Buffer.from(encode(response, json)),
  responseDeserialize: (bytes: Buffer) => decode(response, bytes),
});

const handler =
  (dispatcher: Dispatcher, method: Method): handleUnaryCall<Json, Json> =>
  (call, callback) => {
    dispatcher.call(method, call.request).then(
      (json) => callback(null, json),
      (error: unknown) => {
        const refusal = error instanceof Refusal ? error : null;
        callback({ code: refusal?.grpc ?? status.INTERNAL, details: refusal?.message ?? String(error) });
      },
    );
  };
