"""Asks a server with the clients of other servers: `ask.py CLIENT URL`. The model `quick` answers the sum of `age` and `fare`."""

import asyncio
import sys

NAME = "quick"
# Repeats the body that it is sent.
OWN = "own"
ROWS = [[1, 2], [3, 4]]
SUMS = [3, 7]


def expect(found, wanted):
    assert found == wanted, f"got {found!r}, wanted {wanted!r}"


def refused(call, kind, words):
    try:
        call()
    except kind as error:
        assert words in str(error), f"{error} does not say {words!r}"
        return error
    raise AssertionError(f"nothing refused, wanted {words!r}")


def mlflow_scoring_server(url):
    import pandas
    from mlflow.pyfunc.scoring_server.client import ScoringServerClient

    client = ScoringServerClient("127.0.0.1", int(url.rsplit(":", 1)[1]))
    client.wait_server_ready(timeout=10)
    frame = pandas.DataFrame({"fare": [2, 4], "age": [1, 3]})
    expect(list(client.invoke(frame).get_predictions()[0]), SUMS)
    expect(list(client.invoke(ROWS).get_predictions()[0]), SUMS)
    refused(lambda: client.invoke(frame.drop(columns="age")), Exception, "absent; send null")


def mlflow_deployments(url):
    from mlflow.deployments import get_deploy_client

    answer = get_deploy_client(url).predict(endpoint=NAME, inputs={"instances": ROWS})
    expect(answer, {"predictions": SUMS})


def boto3_runtime(url):
    import boto3
    from botocore.config import Config
    from botocore.exceptions import ClientError

    client = boto3.client(
        "sagemaker-runtime",
        endpoint_url=url,
        region_name="eu-west-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(retries={"max_attempts": 1}),
    )
    answer = client.invoke_endpoint(
        EndpointName=NAME,
        Body="age,fare\n1,2\n3,4\n",
        ContentType="text/csv",
        Accept="text/csv",
        CustomAttributes="trace=1",
        InferenceId="mine-1",
        TargetVariant="version-1",
    )
    expect(answer["Body"].read(), b"3\n7\n")
    expect(answer["InvokedProductionVariant"], "version-1")
    expect(answer["CustomAttributes"], "trace=1")
    expect(answer["ResponseMetadata"]["HTTPHeaders"]["x-request-id"], "mine-1")
    bare = client.invoke_endpoint(EndpointName=NAME, Body=b"[[1, 2]]")
    expect(bare["Body"].read(), b'{"predictions":[3]}')
    error = refused(
        lambda: client.invoke_endpoint(EndpointName=NAME, Body=b'[["a", 2]]'),
        client.exceptions.ModelError,
        'column "age": expected a number',
    )
    expect(error.response["OriginalStatusCode"], 400)
    array = b"\x93NUMPY\x01\x00\xff\x00"
    answer = client.invoke_endpoint(EndpointName=OWN, Body=array, ContentType="application/x-npy", Accept="application/x-npy")
    expect((answer["Body"].read(), answer["ContentType"]), (array, "x/own"))
    error = refused(
        lambda: client.invoke_endpoint(EndpointName=OWN, Body=array, ContentType="a/refused"),
        client.exceptions.ModelError,
        "a/refused",
    )
    expect(error.response["OriginalStatusCode"], 415)
    for wrong, words in (({"EndpointName": "none"}, "Cannot find model"), ({"EndpointName": NAME, "TargetVariant": "x"}, "version-1")):
        error = refused(lambda: client.invoke_endpoint(Body=b"[]", **wrong), ClientError, words)
        expect(error.response["Error"]["Code"], "ValidationError")


def google_prediction(url):
    from google.api_core.exceptions import BadRequest, NotFound
    from google.auth.credentials import AnonymousCredentials
    from google.cloud.aiplatform_v1 import PredictionServiceClient
    from google.cloud.aiplatform_v1.services.prediction_service.transports import PredictionServiceRestTransport

    host = url.replace("http://", "")
    transport = PredictionServiceRestTransport(host=host, url_scheme="http", credentials=AnonymousCredentials())
    client = PredictionServiceClient(transport=transport)
    endpoint = f"projects/p/locations/l/endpoints/{NAME}"
    answer = client.predict(endpoint=endpoint, instances=ROWS, parameters={})
    expect(list(answer.predictions), SUMS)
    expect(answer.model_version_id, "1")
    refused(lambda: client.predict(endpoint=endpoint, instances=[["a", 2]]), BadRequest, 'column "age"')
    refused(lambda: client.predict(endpoint=endpoint.replace(NAME, "none"), instances=ROWS), NotFound, "Cannot find model")


def triton_http(url):
    import numpy
    import tritonclient.http as http
    from tritonclient.utils import InferenceServerException

    client = http.InferenceServerClient(url.replace("http://", ""))
    assert client.is_server_live() and client.is_server_ready() and client.is_model_ready(NAME)
    assert not client.is_model_ready("none")
    assert "extensions" in client.get_server_metadata()
    names = [(one["name"], one["datatype"]) for one in client.get_model_metadata(NAME)["inputs"]]
    expect(names, [("age", "FP64"), ("fare", "FP64")])

    def column(name, values):
        tensor = http.InferInput(name, [len(values), 1], "FP64")
        tensor.set_data_from_numpy(numpy.array(values, dtype=numpy.float64).reshape(-1, 1), binary_data=False)
        return tensor

    inputs = [column("age", [1, 3]), column("fare", [2, 4])]
    outputs = [http.InferRequestedOutput("predict", binary_data=False)]
    answer = client.infer(NAME, inputs, request_id="mine", outputs=outputs)
    expect(answer.as_numpy("predict").tolist(), SUMS)
    expect(answer.get_response()["id"], "mine")
    refused(lambda: client.infer(NAME, inputs[:1], outputs=outputs), InferenceServerException, "missing required input(s)")
    refused(lambda: client.infer("none", inputs, outputs=outputs), InferenceServerException, "unknown model: 'none'")
    # Binary tensors, both ways, are what this client does unless it is told otherwise.
    inputs[0].set_data_from_numpy(numpy.array([[1.0], [3.0]]))
    expect(client.infer(NAME, inputs).as_numpy("predict").tolist(), SUMS)


def kserve_rest(url):
    from kserve import InferenceRESTClient, InferInput, InferRequest, RESTConfig

    async def ask(protocol):
        client = InferenceRESTClient(config=RESTConfig(protocol=protocol))
        if protocol == "v1":
            answer = await client.infer(url, {"instances": ROWS}, model_name=NAME)
            expect(answer["predictions"], SUMS)
        else:
            assert await client.is_server_live(url) and await client.is_server_ready(url)
            tensor = InferInput("input-0", [2, 2], "FP64", data=[1.0, 2.0, 3.0, 4.0])
            answer = await client.infer(url, InferRequest(model_name=NAME, infer_inputs=[tensor]), model_name=NAME)
            expect(answer.outputs[0].data, SUMS)
        assert await client.is_model_ready(url, NAME)
        await client.close()

    asyncio.run(ask("v1"))
    asyncio.run(ask("v2"))


CLIENTS = {
    "mlflow": mlflow_scoring_server,
    "mlflow-deployments": mlflow_deployments,
    "boto3": boto3_runtime,
    "google": google_prediction,
    "triton": triton_http,
    "kserve": kserve_rest,
}

if __name__ == "__main__":
    CLIENTS[sys.argv[1]](sys.argv[2])
    print("ok")
