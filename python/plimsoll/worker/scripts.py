"""A user's script: which form it has, and how it is called."""

from __future__ import annotations

import os
from typing import Any, Callable, Dict, List, Optional, Union

from plimsoll.frameworks import Framework, class_name, framework_of
from plimsoll.worker import bodies, content_types, described, frames, raw
from plimsoll.worker.around import Around, given, rows_answered
from plimsoll.worker.failures import OutputError, RowsRefused
from plimsoll.worker.request import Request
from plimsoll.worker.served import Described, Served
from plimsoll.worker.user_code import CONTEXT, ScriptError, call, import_script, takes
from plimsoll.worker.values import Batch, Parts

_FUNCTIONS = ("model_fn", "predict_fn", "transform_fn", "input_fn", "output_fn")


def load(request: Request) -> Served:
    """Runs the script and answers its form. Raises `ScriptError` where it has none, and what it raises itself."""
    assert request.script is not None
    module = import_script(request.script)
    if request.around:
        return Around(module, instance_of(module, request, ("preprocess", "postprocess")), request)
    if any(callable(getattr(module, name, None)) for name in _FUNCTIONS):
        return Functions(module, request)
    instance = instance_of(module, request, ("predict",))
    if instance is None:
        name = os.path.basename(request.script)
        raise ScriptError(f"{name} has neither model_fn/predict_fn/transform_fn nor a class with predict")
    return Class(instance, request)


def instance_of(module: Any, request: Request, methods: Any) -> Optional[Any]:
    """
    The class of the script that is meant, made and loaded: one called Model or Predictor, else the only one that has one
    of the methods.
    """
    own = [
        each
        for each in vars(module).values()
        if isinstance(each, type)
        and each.__module__ == module.__name__
        and any(callable(getattr(each, method, None)) for method in methods)
    ]
    found = next((each for name in ("Model", "Predictor") for each in own if each.__name__ == name), None)
    if found is None and len(own) > 1:
        names = ", ".join(each.__name__ for each in own)
        raise ScriptError(f"the script has several classes that could be meant ({names}): call one of them Model")
    if found is None and not own:
        return None
    instance = (found or own[0])()
    if callable(getattr(instance, "load", None)):
        # Vertex hands over where the artifacts are; KServe's load takes nothing.
        if takes(instance.load) >= 1:
            call(instance.load, folder_of(request))
        else:
            call(instance.load)
    return instance


def folder_of(request: Request) -> str:
    """Folder that holds the model file; the version's own where there is none."""
    if request.model is None:
        return request.root
    return request.model if os.path.isdir(request.model) else os.path.dirname(request.model)


class Functions(Served):
    """SageMaker's functions. What the script does not define is done as its toolkit does it."""

    def __init__(self, module: Any, request: Request) -> None:
        self._module = module
        self._request = request
        self._model = self._load()
        self._framework = framework_of(self._model) or Framework()
        self._content_type: Optional[str] = None
        self.described = Described(
            form="functions",
            class_=None if self._model is None else class_name(self._model),
            inputs=described.inputs(self._model),
            call=request.call or described.call(self._model, described.inputs(self._model)),
            outputs=request.outputs,
            classes=described.classes(self._model),
            raw=self._raw_ends(),
        )

    def _raw_ends(self) -> Dict[str, bool]:
        whole = self._function("transform_fn") is not None
        return {name: whole or self._function(f"{name}_fn") is not None for name in ("input", "output")}

    def _load(self) -> Any:
        folder = CONTEXT.system_properties["model_dir"] = folder_of(self._request)
        before, after = self._function("pre_model_fn"), self._function("model_warmup_fn")
        if before is not None:
            call(before, folder, count=1)
        model = self._loaded(folder)
        if after is not None:
            call(after, folder, model, count=2)
        return model

    def _loaded(self, folder: str) -> Any:
        from plimsoll.worker.load import read_model

        model_fn = self._function("model_fn")
        if model_fn is not None:
            return call(model_fn, folder, count=1)
        if self._request.model is None:
            raise ScriptError("the script has no model_fn, and there is no model file that could be loaded without")
        return read_model(self._request.model, self._request.format, self._request.allow)

    def infer(self, batch: Batch) -> Dict[str, Parts]:
        transform_fn = self._function("transform_fn")
        if transform_fn is not None:
            answer = self._with_body(lambda body, kind: call(transform_fn, self._model, body, kind, bodies.JSON, count=4), batch)
            return self._named(bodies.answer_of(answer), batch.rows)
        input_fn, predict_fn, output_fn = map(self._function, ("input_fn", "predict_fn", "output_fn"))
        if input_fn is None:
            data = frames.as_taken(batch, self.described.call, described.feature_names(self._model))
        else:
            data = self._with_body(lambda body, kind: call(input_fn, body, kind, count=2), batch, is_input=True)
        answer = self._predict(predict_fn, data)
        if output_fn is not None:
            answer = bodies.answer_of(call(output_fn, answer, bodies.JSON, count=2))
        return self._named(answer, batch.rows)

    def _predict(self, predict_fn: Optional[Callable[..., Any]], data: Any) -> Any:
        if predict_fn is not None:
            return call(predict_fn, data, self._model, count=2)
        return self._framework.call(self._model, self._framework.outputs(self._model)[0], data)

    def invoke(self, given: Union[raw.Body, Batch], accept: Optional[str]) -> Union[raw.Written, Dict[str, Parts]]:
        transform_fn = self._function("transform_fn")
        if transform_fn is not None and isinstance(given, raw.Body) and accept is not None:
            whole = lambda: call(transform_fn, self._model, *given, accept, count=4)  # noqa: E731
            return raw.written(raw.reading(whole, given.content_type, refuses_rows=False), accept)
        input_fn, predict_fn, output_fn = map(self._function, ("input_fn", "predict_fn", "output_fn"))
        if isinstance(given, raw.Body):
            assert input_fn is not None
            data = raw.reading(lambda: call(input_fn, *given, count=2), given.content_type)
        else:
            data = frames.as_taken(given, self.described.call, described.feature_names(self._model))
        answer = self._predict(predict_fn, data)
        if accept is not None:
            assert output_fn is not None
            return raw.writing(lambda: call(output_fn, answer, accept, count=2), accept)
        return self._named(answer, raw.rows_of(data, answer) if isinstance(given, raw.Body) else given.rows)

    def _named(self, answer: Any, rows: int) -> Dict[str, Parts]:
        return rows_answered(answer, rows, self._request.outputs)

    def _with_body(self, use: Callable[[Any, str], Any], batch: Batch, is_input: bool = False) -> Any:
        """JSON, or another type where the script refuses JSON itself, whatever the rows are; what it has once taken, it always gets."""
        try:
            known = None if self._content_type is None else bodies.body_of(batch, self._content_type)
            if known is not None and self._content_type is not None:
                return use(known, self._content_type)
            return self._in_first_type(use, batch, is_input)
        except ValueError as error:
            if is_input:
                raise RowsRefused(str(error)) from error
            raise

    def _in_first_type(self, use: Callable[[Any, str], Any], batch: Batch, is_input: bool) -> Any:
        refused: Optional[Exception] = None
        for kind in bodies.CONTENT_TYPES:
            body = bodies.body_of(batch, kind)
            if body is None:
                continue
            try:
                answer = use(body, kind)
            except Exception as error:
                if not content_types.is_refused(error, kind):
                    raise
                refused = refused or error
                continue
            if answer is None and is_input:
                # An `if content_type == …` without an else ends so.
                continue
            if kind != bodies.JSON:
                print(f"plimsoll: the script refuses {bodies.JSON}; it gets {kind} from now on")
            self._content_type = kind
            return answer
        if refused is not None:
            raise refused
        raise ScriptError(f"input_fn answers None for {' and for '.join(bodies.CONTENT_TYPES)}")

    def _function(self, name: str) -> Optional[Callable[..., Any]]:
        found = getattr(self._module, name, None)
        return found if callable(found) else None


class Class(Served):
    """A class with `predict`, and `preprocess` and `postprocess` where it has them, as Vertex and KServe call it."""

    def __init__(self, instance: Any, request: Request) -> None:
        self._instance = instance
        self._wanted: Optional[List[str]] = request.outputs
        self.described = Described(form="class", class_=class_name(instance), call=request.call, outputs=request.outputs)

    def infer(self, batch: Batch) -> Dict[str, Parts]:
        data = given(batch, self.described.call)
        preprocess = getattr(self._instance, "preprocess", None)
        if callable(preprocess):
            try:
                data = call(preprocess, data)
            except ValueError as error:
                raise RowsRefused(str(error)) from error
        answer = call(self._instance.predict, data)
        postprocess = getattr(self._instance, "postprocess", None)
        if callable(postprocess):
            answer = call(postprocess, answer)
        if answer is None:
            raise OutputError("the class answers None")
        return rows_answered(bodies.answer_of(answer), batch.rows, self._wanted)
