"""Writes schemas/crm-merge.d.ts from the JSON Schemas: `typescript_types.py > ../schemas/crm-merge.d.ts`.

test_openapi.py holds the two against each other.
"""

import json
import sys
from pathlib import Path

SCHEMAS = Path(__file__).parent.parent / "schemas"
SOURCES = ["job-data.schema.json", "job-progress.schema.json", "job-result.schema.json"]


def type_text(schema, indent):
    """The TypeScript type of a schema."""
    if "$ref" in schema:
        return schema["$ref"].split("/")[-1]
    if "enum" in schema:
        return " | ".join(json.dumps(word) for word in schema["enum"])
    if "const" in schema:
        return json.dumps(schema["const"])
    if "oneOf" in schema:
        return " | ".join(type_text(inner, indent) for inner in schema["oneOf"])
    kind = schema.get("type")
    if kind == "array":
        inner = type_text(schema.get("items", {}), indent)
        return f"({inner})[]" if " " in inner else f"{inner}[]"
    if kind == "object" and "properties" in schema:
        return object_text(schema, indent)
    if kind == "object":
        extra = schema.get("additionalProperties")
        return f"Record<string, {type_text(extra, indent)}>" if isinstance(extra, dict) else "Record<string, unknown>"
    return {"string": "string", "integer": "number", "number": "number", "boolean": "boolean", "null": "null"}.get(kind, "unknown")


def object_text(schema, indent):
    inner = indent + "  "
    lines = ["{"]
    for name, value in schema["properties"].items():
        if "description" in value:
            lines.append(f"{inner}/** {value['description']} */")
        mark = "" if name in schema.get("required", []) else "?"
        lines.append(f"{inner}{name}{mark}: {type_text(value, inner)};")
    return "\n".join(lines) + f"\n{indent}}}"


def declaration(name, schema):
    text = f"/** {schema['description']} */\n" if "description" in schema else ""
    if schema.get("type") == "object" and "properties" in schema:
        return text + f"export interface {name} {object_text(schema, '')}\n"
    return text + f"export type {name} = {type_text(schema, '')};\n"


def render() -> str:
    parts = ["// A job's data, progress and result. Made of the JSON Schemas beside it (tests/typescript_types.py).\n"]
    for source in SOURCES:
        schema = json.loads((SCHEMAS / source).read_text())
        parts.append(declaration(schema["title"], schema))
        parts += [declaration(name, inner) for name, inner in schema.get("$defs", {}).items()]
    return "\n".join(parts)


if __name__ == "__main__":
    sys.stdout.write(render())
