"""The OpenAPI document against the routes: what it says is what happens, for requests that fit it and such that do not."""

import json
import os
from pathlib import Path

import jsonschema
import pytest

import api_reference
import typescript_types
from api_server import ENRICHED, ORIGINAL, ApiServer
from request_generator import Generator

REQUESTS = int(os.environ.get("CRM_MERGE_API_REQUESTS", "1500"))
SEED = int(os.environ.get("CRM_MERGE_SEED", "1"))


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("openapi")
    with ApiServer(folder, max_upload=10 << 20) as running:
        running.folder = folder
        yield running


@pytest.fixture(scope="module")
def document(server):
    answer = server.request("GET", "/api/v1/openapi.json")
    assert answer.headers["Content-Type"] == "application/json"
    return answer.json


def test_the_document_has_every_call_of_the_contract(document):
    assert document["openapi"] == "3.1.0"
    calls = {(method.upper(), path) for path, methods in document["paths"].items() for method in methods}
    for call in ["POST /api/v1/uploads", "GET /api/v1/uploads/{id}", "PUT /api/v1/uploads/{id}/parts/{number}", "DELETE /api/v1/uploads/{id}",
                 "POST /api/v1/uploads/{id}/complete", "GET /api/v1/files/{id}/profile", "POST /api/v1/preview", "POST /api/v1/specs",
                 "GET /api/v1/specs", "DELETE /api/v1/specs/{name}", "POST /api/v1/session", "POST /api/v1/jobs", "GET /api/v1/jobs",
                 "GET /api/v1/jobs/{id}", "POST /api/v1/jobs/{id}/cancel", "POST /api/v1/jobs/{id}/retry", "DELETE /api/v1/jobs/{id}",
                 "GET /api/v1/jobs/{id}/outputs/{name}", "GET /api/v1/events", "GET /healthz", "GET /readyz", "GET /metrics"]:
        assert tuple(call.split()) in calls
    assert len({operation["operationId"] for methods in document["paths"].values() for operation in methods.values()}) == len(calls)


def test_its_schemas_are_schemas_and_its_references_lead_somewhere(document):
    def walk(node):
        if isinstance(node, dict):
            if "$ref" in node:
                target = document
                for part in node["$ref"].removeprefix("#/").split("/"):
                    target = target[part]
            for inner in node.values():
                walk(inner)
        elif isinstance(node, list):
            for inner in node:
                walk(inner)
    walk(document)
    for schema in document["components"]["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(schema)


def test_the_reference_in_docs_is_the_document(document):
    reference = Path(__file__).parent.parent / "docs" / "api" / "reference.md"
    assert reference.read_text() == api_reference.render(document), "run tests/api_reference.py on /api/v1/openapi.json"


def test_the_typescript_types_are_the_schemas():
    assert (typescript_types.SCHEMAS / "crm-merge.d.ts").read_text() == typescript_types.render(), "run tests/typescript_types.py"


class Checker:
    """Holds answers against the document."""

    def __init__(self, document):
        self.document = document
        self.resolver = jsonschema.RefResolver.from_schema(document)

    def fault(self, operation, answer):
        """What is wrong with an answer, or None."""
        described = operation["responses"].get(str(answer.status))
        if described is None:
            return f"status {answer.status} is not in the document"
        if answer.status >= 500:
            return f"status {answer.status}"
        content = described.get("content", {})
        kind = (answer.headers["Content-Type"] or "").split(";")[0]
        if not content:
            return "a body that is not in the document" if answer.body else None
        if kind not in content and "application/octet-stream" not in content:
            return f"content type {kind} is not in the document"
        schema = content.get(kind, {}).get("schema")
        if schema:
            errors = list(jsonschema.Draft202012Validator(schema, resolver=self.resolver).iter_errors(json.loads(answer.body)))
            if errors:
                return f"{errors[0].json_path}: {errors[0].message[:300]}"
        return None


def test_generated_requests_find_no_deviation(server, document):
    original, enriched = server.upload("crm.csv", ORIGINAL, "original"), server.upload("apollo.csv", ENRICHED)
    spare = server.upload("spare.csv", ENRICHED)
    jobs = [server.submit(original, enriched).json["id"] for _ in range(4)]
    server.complete_next(server.folder, b"a\n1\n")
    uploads = [server.request("POST", "/api/v1/uploads", {"name": "a", "size": 10}).json["id"] for _ in range(3)] + [original["file_id"]]
    server.request("POST", "/api/v1/specs", {"name": "name 1", "spec": {}})
    known = {}
    for path in document["paths"]:
        if "{name}" in path:
            known[(path, "name")] = ["merged"] if "outputs" in path else ["name 1"]
        known[(path, "number")] = [1, 1, 2, 10000, 10001, 0]
        known[(path, "id")] = jobs[:1] if path.endswith("/rows") else jobs if "/jobs/" in path else [original["file_id"], enriched["file_id"], spare["file_id"], uploads[0]] if "/files/" in path else uploads
    made, keep = {"submitJob": jobs, "createUpload": uploads}, (jobs[0], original["file_id"], enriched["file_id"])
    generator, checker = Generator(document, SEED, known), Checker(document)
    operations = list(generator.operations())
    faults, statuses = [], {}
    for i in range(REQUESTS):
        path, method, operation = operations[i % len(operations)]
        request = generator.request(path, method, operation)
        if operation["operationId"] in ("submitJob", "preview") and generator.random.random() < 0.4:
            request = sensible(generator, request, original, enriched)
        if operation["operationId"] in ("deleteJob", "deleteFile") and any(kept in request[1] for kept in keep):
            continue
        answer = server.request(*request)
        if answer.status == 201 and operation["operationId"] in made:
            made[operation["operationId"]].append(answer.json["id"])
        statuses.setdefault(operation["operationId"], set()).add(answer.status)
        fault = checker.fault(operation, answer)
        if fault:
            faults.append(f"{method} {request[1]} {request[2]!r}: {answer.status} {answer.body[:300]!r}: {fault}")
    assert faults == []
    # The generator is worth something only if it comes through, too. A part's exact bytes are test_api_files.py's.
    assert {name for name, seen in statuses.items() if not any(status < 400 for status in seen)} <= {"events", "putPart"}


def sensible(generator, request, original, enriched):
    """The same request with files that are there."""
    method, target, _, headers = request
    rules = generator.value({"$ref": "#/components/schemas/JobData/$defs/Rules"})
    body = {"original": {"uri": original["uri"]}, "enriched": [{"uri": enriched["uri"]}]}
    if generator.random.random() < 0.5:
        body["spec"] = rules
    return method, target, json.dumps(body).encode(), {**headers, "Content-Type": "application/json"}


def test_what_the_schema_of_job_data_takes_the_service_takes(server, document):
    """Rules that fit the shipped schema are refused only for what a schema cannot say."""
    generator, checker = Generator(document, SEED + 1, {}), Checker(document)
    schema = {"$ref": "#/components/schemas/JobData/$defs/Rules"}
    validator = jsonschema.Draft202012Validator(schema, resolver=checker.resolver)
    taken = 0
    for _ in range(400):
        rules = generator.value(schema)
        if not isinstance(rules, dict):
            continue
        fits = validator.is_valid(rules)
        answer = server.request("POST", "/api/v1/specs", {"name": "same", "spec": rules})
        if fits and answer.status == 400:
            beyond = ("is no kind of identifier", "has no =", "empty item", "never closed", "missing in the list", "text after a closing quote",
                      "nothing ", "is missing", "the list is empty", "name at least one")
            assert any(words in answer.json["detail"] for words in beyond), (rules, answer.json)
        if not fits and answer.status < 300:
            # null is nothing, a kind may be written in capitals
            assert "null" in json.dumps(rules), rules
        taken += answer.status < 300
    assert taken > 50
