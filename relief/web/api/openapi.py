"""The field API as OpenAPI 3.1, for `docs/field-api.json`."""

import json
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from relief.web.api import schemas
from relief.web.api.views import api

PREFIX = "/api/v1/field/"


def document() -> dict[str, Any]:
    """The whole document: what the framework knows, the bodies it does not read, the refusals."""
    found: dict[str, Any] = json.loads(json.dumps(api.get_openapi_schema(path_prefix=PREFIX)))
    sent: list[type[BaseModel]] = [schemas.Item, schemas.Batch, schemas.Enrolment]
    sent += schemas.SHAPES
    _kept, bodies = models_json_schema(
        [(one, "validation") for one in sent], ref_template="#/components/schemas/{model}"
    )
    found["components"]["schemas"] |= bodies["$defs"]
    for path in found["paths"].values():
        for operation in path.values():
            for status, answer in operation["responses"].items():
                if int(status) >= 400:
                    schema = answer["content"].pop("application/json")
                    answer["content"]["application/problem+json"] = schema
    return found


def text() -> str:
    return json.dumps(document(), ensure_ascii=False, indent=1, sort_keys=True) + "\n"
