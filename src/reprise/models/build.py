"""From a name and its parameters to a model: the registry is the folder and ``params.yaml``, no list in between."""

from __future__ import annotations

import difflib
import importlib
import pkgutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from reprise.errors import BadParameter
from reprise.models.base import Model, ModelParams, Shapes

PACKAGE = "reprise.models"


def model_class(name: str) -> type[Model]:
    """Return the class of a model: ``beta_vae`` is ``BetaVAE`` in ``reprise/models/beta_vae.py``.

    Raises
    ------
    BadParameter
        If there is no model of that name; the message names the nearest one.
    """
    found = _class_in(name) if name.isidentifier() else None
    if found is None:
        names = [module.name for module in pkgutil.iter_modules([str(Path(__file__).parent)])]
        known = [module for module in names if _class_in(module) is not None]
        raise BadParameter(f"models: there is no model '{name}' in src/reprise/models{_nearest(name, known)}")
    return found


def check_params(name: str, config: Mapping[str, Any]) -> ModelParams:
    """Return the checked parameters of a model.

    Raises
    ------
    BadParameter
        If a key is unknown or missing, or a value has the wrong type or is out of range.
    """
    kind = model_class(name).Params
    params: ModelParams = validate(kind, config, f"models.{name}")
    return params


def validate(kind: type[ModelParams], config: Mapping[str, Any], where: str) -> Any:
    """Return ``config`` as an instance of ``kind``; ``where`` is its position in ``params.yaml``.

    Raises
    ------
    BadParameter
        One line: key, value, rule, nearest valid name.
    """
    try:
        return kind.model_validate(dict(config))
    except ValidationError as error:
        found = error.errors(include_url=False)
        # a misspelt key is missing under its right name as well: name the misspelling
        first = next((one for one in found if one["type"] == "extra_forbidden"), found[0])
        key = ".".join(str(part) for part in first["loc"])
        if first["type"] == "extra_forbidden":
            rule = f"is not a parameter of it{_nearest(key, list(kind.model_fields))}"
        elif first["type"] == "missing":
            rule = "is missing: every key has its value in params.yaml"
        else:
            rule = f"= {first['input']!r}: {first['msg'][:1].lower()}{first['msg'][1:]}"
        raise BadParameter(f"{where}.{key} {rule}") from error


def build_model(name: str, config: Mapping[str, Any], shapes: Shapes, seed: int) -> Model:
    """Return an untrained model; equal arguments give equal initial weights.

    Parameters
    ----------
    name
        Name of the model's file.
    config
        Its block of ``params.yaml``.
    shapes
        Sizes of the data.
    seed
        Seed of the initial weights, set before the model is built.

    Raises
    ------
    BadParameter
        If the name or a parameter is not known, or a value breaks its rule.
    """
    return model_class(name).create(check_params(name, config), shapes, seed)


def _class_in(name: str) -> type[Model] | None:
    try:
        module = importlib.import_module(f"{PACKAGE}.{name}")
    except ModuleNotFoundError as error:
        if error.name == f"{PACKAGE}.{name}":
            return None
        raise
    wanted = name.replace("_", "")
    for attribute, value in sorted(vars(module).items()):
        if attribute.lower() == wanted and isinstance(value, type) and issubclass(value, Model):
            return value
    return None


def _nearest(name: str, known: list[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    if near:
        return f": did you mean '{near[0]}'?"
    return f"; there are: {', '.join(sorted(known))}"
