"""schemathesis: no request that its schema allows, or forbids, breaks the service.

It makes requests from the OpenAPI page, and checks each answer: no server error, a status and
a content type that are written down, a body of its schema, and wrong data refused.
"""

import pytest
from hypothesis import HealthCheck, settings
from serving_live import serve_in_thread

from medai.serving.app import create_app
from medai.serving.settings import Settings

schemathesis = pytest.importorskip("schemathesis")
checks = pytest.importorskip("schemathesis.specs.openapi.checks")


APP = create_app(Settings.development())
SCHEMA = schemathesis.openapi.from_dict(APP.openapi())


@pytest.fixture(scope="module")
def base():
    with serve_in_thread(APP) as (base, _):
        yield base


@SCHEMA.parametrize()
@settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
def test_answers_keep_to_their_schema(case, base):
    # Left out: "what fits the schema is accepted".  The schema calls FHIR resources objects; what
    # FHIR asks of them, and which fields belong to which outcome, is checked by the service.
    case.call_and_validate(base_url=base, excluded_checks=[checks.positive_data_acceptance])
