"""schemathesis: no request that its schema allows, or forbids, breaks the service.

It makes requests from the OpenAPI page, and checks each answer: no server error, a status and
a content type that are written down, a body of its schema, and wrong data refused.
"""

import pytest
from hypothesis import HealthCheck, settings

from medai.serving.settings import Settings

schemathesis = pytest.importorskip("schemathesis")
create_app = pytest.importorskip("medai.serving.app").create_app

SCHEMA = schemathesis.openapi.from_asgi("/openapi.json", create_app(Settings.development()))


@SCHEMA.parametrize()
@settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
def test_answers_keep_to_their_schema(case):
    case.call_and_validate()
