"""Writes docs/api/reference.md from the OpenAPI document: `api_reference.py openapi.json > ../docs/api/reference.md`.

test_openapi.py holds the two against each other.
"""

import json
import sys


def schema_text(schema):
    """A schema in a few words."""
    if "$ref" in schema:
        name = schema["$ref"].split("/")[-1]
        return f"[{name}](#{name.lower()})"
    if "enum" in schema:
        return " \\| ".join(f"`{word}`" for word in schema["enum"])
    if "const" in schema:
        return f"`{json.dumps(schema['const'])}`"
    if "oneOf" in schema:
        return " or ".join(schema_text(inner) for inner in schema["oneOf"])
    kind = schema.get("type", "any")
    if isinstance(kind, list):
        kind = " or ".join(kind)
    if kind == "array":
        return "list of " + schema_text(schema.get("items", {}))
    if kind == "object" and isinstance(schema.get("additionalProperties"), dict) and schema["additionalProperties"]:
        return "object of " + schema_text(schema["additionalProperties"])
    if kind in ("integer", "number") and ("minimum" in schema or "maximum" in schema):
        least, most = schema.get("minimum", ""), schema.get("maximum", "")
        return f"{kind} {least}…{most}"
    return kind


def operation_lines(method, path, operation):
    role = {"read": "role read", "write": "role write"}.get(operation.get("x-role"), "no token needed")
    yield f"### {method.upper()} {path}\n"
    yield f"{operation['summary']}. ({role})\n"
    if operation.get("parameters"):
        yield "| parameter | in | what | values |\n| --- | --- | --- | --- |"
        for parameter in operation["parameters"]:
            yield f"| `{parameter['name']}` | {parameter['in']} | {parameter.get('description', '')} | {schema_text(parameter['schema'])} |"
        yield ""
    for kind, content in operation.get("requestBody", {}).get("content", {}).items():
        yield f"Body: `{kind}`" + (f", {schema_text(content['schema'])}" if "schema" in content else "") + "\n"
    answers = []
    for status, response in operation["responses"].items():
        content = response.get("content", {})
        if "application/problem+json" in content:
            continue
        shown = [schema_text(inner["schema"]) for inner in content.values() if "schema" in inner]
        answers.append(f"`{status}` {response['description']}" + (f": {shown[0]}" if shown else ""))
    problems = [status for status, response in operation["responses"].items() if "application/problem+json" in response.get("content", {})]
    if answers:
        yield "Answers: " + "; ".join(answers) + ".\n"
    yield "Problems: " + ", ".join(problems) + ".\n"


def schema_lines(name, schema):
    yield f"### {name}\n"
    if schema.get("description"):
        yield schema["description"] + "\n"
    if "properties" not in schema:
        yield schema_text(schema) + "\n"
        return
    yield "| key | what | needed |\n| --- | --- | --- |"
    for key, inner in schema["properties"].items():
        words = schema_text(inner) + (f". {inner['description']}" if "description" in inner else "")
        yield f"| `{key}` | {words} | {'yes' if key in schema.get('required', []) else ''} |"
    yield ""


def render(document) -> str:
    lines = ["# The HTTP API, version 1\n",
             "Made of the OpenAPI document that the server serves at `/api/v1/openapi.json` (tests/api_reference.py). "
             "A token goes into `Authorization: Bearer TOKEN`. Errors are `application/problem+json` (RFC 9457).\n", "## Calls\n"]
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            lines += operation_lines(method, path, operation)
    lines.append("## Schemas\n")
    for name, schema in document["components"]["schemas"].items():
        lines += schema_lines(name, schema)
        for inner, definition in schema.get("$defs", {}).items():
            lines += schema_lines(inner, definition)
    return "\n".join(lines).rstrip() + "\n"


if __name__ == "__main__":
    sys.stdout.write(render(json.load(open(sys.argv[1]))))
