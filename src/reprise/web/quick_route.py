"""Routes whose query is one model: it is checked by the model alone, without FastAPI's pass over every field, which takes longer than the answer."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Annotated, Any, get_args, get_origin, get_type_hints

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import BaseModel, TypeAdapter, ValidationError

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class QuickRoute(APIRoute):
    """A route that asks ``(request, asked)``, or with parameters of the path between, and returns a `Response`; others are left to FastAPI.

    What is accepted, refused and documented is the same: FastAPI still describes the route from its signature, and the checks are those of its types.
    """

    is_quick = False

    def get_route_handler(self) -> Handler:
        """Return what answers a request of this route."""
        hints = get_type_hints(self.endpoint, include_extras=True)
        types = {name: hint for name, hint in hints.items() if name not in ("request", "return")}
        model = _model(types.pop("asked", None))
        replies = hints.get("return") is Response
        if model is None or not replies or set(types) != set(self.param_convertors):
            return super().get_route_handler()
        self.is_quick = True
        query, endpoint = TypeAdapter(model), self.endpoint
        parts = {name: TypeAdapter(kind) for name, kind in types.items()}
        several = {name for name, about in model.model_fields.items() if get_origin(about.annotation) is list}

        async def answer(request: Request) -> Response:
            problems: list[Any] = []
            path = {
                name: _checked(kind, request.path_params[name], ("path", name), problems)
                for name, kind in parts.items()
            }
            given = request.query_params
            asked = {name: given.getlist(name) if name in several else value for name, value in given.items()}
            checked = _checked(query, asked, ("query",), problems)
            if problems:
                raise RequestValidationError(problems)
            response: Response = await endpoint(request=request, **path, asked=checked)
            return response

        return answer


def _model(hint: Any) -> type[BaseModel] | None:
    """Return the model of ``Annotated[Model, Query()]``."""
    kind = get_args(hint)[0] if get_origin(hint) is Annotated else None
    return kind if isinstance(kind, type) and issubclass(kind, BaseModel) else None


def _checked(kind: TypeAdapter[Any], given: Any, place: tuple[str, ...], problems: list[Any]) -> Any:
    """Return a value as its type has it, or note what is wrong with it."""
    try:
        return kind.validate_python(given)
    except ValidationError as error:
        problems += [{**one, "loc": (*place, *one["loc"])} for one in error.errors(include_url=False)]
        return None
