"""Requests made from an OpenAPI document: such that fit it, and such that nearly do."""

import json
import random
import string

NASTY = ["", " ", "0", "-1", "null", "..", "../../etc/passwd", "%", "a" * 3000, "\u0000", "é漢🎉", "' OR 1=1 --", "<script>", "{}", "\r\nX: y",
         "9" * 40, "1e999", "true", "a,b", "🙂" * 50]


class Generator:
    def __init__(self, document, seed, known):
        """`known` gives values for path parameters of things that are there: {("/api/v1/jobs/{id}", "id"): [...]}."""
        self.document, self.random, self.known = document, random.Random(seed), known

    def resolve(self, schema):
        while "$ref" in schema:
            target = self.document
            for part in schema["$ref"].removeprefix("#/").split("/"):
                target = target[part]
            schema = target
        return schema

    def operations(self):
        for path, methods in self.document["paths"].items():
            for method, operation in methods.items():
                yield path, method.upper(), operation

    def text(self, schema):
        pick = self.random
        if "pattern" in schema and pick.random() < 0.7:
            for candidate in ("US", "a=b", "completed", "0" * 32, "name 1", "merged", "x"):
                import re
                if re.search(schema["pattern"], candidate) and len(candidate) >= schema.get("minLength", 0):
                    return candidate
        least, most = schema.get("minLength", 0), min(schema.get("maxLength", 30), 30)
        return "".join(pick.choice(string.ascii_letters + string.digits + " .:=,é") for _ in range(pick.randint(least, max(least, most))))

    def value(self, schema, depth=0):
        """A value that mostly fits the schema."""
        pick = self.random
        schema = self.resolve(schema)
        if pick.random() < 0.06:
            return pick.choice([None, True, -1, 2**70, 1.5, "", [], {}, [[]], pick.choice(NASTY)])
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return pick.choice(schema["enum"])
        if "oneOf" in schema:
            return self.value(pick.choice(schema["oneOf"]), depth)
        kind = schema.get("type", "object" if "properties" in schema else pick.choice(["string", "integer", "object"]))
        if isinstance(kind, list):
            kind = pick.choice(kind)
        if kind == "object":
            made = {}
            for name, inner in schema.get("properties", {}).items():
                if depth < 6 and (pick.random() < 0.3 or (name in schema.get("required", []) and pick.random() < 0.97)):
                    made[name] = self.value(inner, depth + 1)
            extra = schema.get("additionalProperties")
            if isinstance(extra, dict) and extra and depth < 5:
                names = self.resolve(schema["propertyNames"]).get("enum") if "propertyNames" in schema else None
                for _ in range(pick.randint(0, 2)):
                    made[pick.choice(names) if names else self.text({})] = self.value(extra, depth + 1)
            elif pick.random() < 0.05:
                made[pick.choice(NASTY)] = 1
            return made
        if kind == "array":
            return [self.value(schema.get("items", {}), depth + 1) for _ in range(pick.randint(schema.get("minItems", 0), 3))]
        if kind == "integer":
            return pick.choice([schema.get("minimum", 0), min(schema.get("maximum", 1000), 10**6), pick.randint(schema.get("minimum", 0), 100 + schema.get("minimum", 0))])
        if kind == "number":
            return pick.random() * 100
        if kind == "boolean":
            return pick.random() < 0.5
        if kind == "null":
            return None
        return pick.choice(NASTY) if pick.random() < 0.1 else self.text(schema)

    def request(self, path, method, operation):
        """(method, target, body, headers) for one operation."""
        from urllib.parse import quote
        pick = self.random
        target, query, headers, body = path, [], {}, None
        for parameter in operation.get("parameters", []):
            name, schema = parameter["name"], parameter["schema"]
            if parameter["in"] == "path":
                values = self.known.get((path, name), [])
                value = pick.choice(values) if values and pick.random() < 0.7 else pick.choice(NASTY[4:] + [self.text(schema)])
                target = target.replace("{" + name + "}", quote(str(value), safe=""))
            elif parameter["in"] == "query" and pick.random() < 0.5:
                value = self.value(schema) if pick.random() < 0.7 else pick.choice(NASTY)
                query.append(f"{name}={quote(str(value), safe='')}")
            elif parameter["in"] == "header" and pick.random() < 0.3:
                headers[name] = pick.choice(["bytes=0-1", "abc", '"x"', "*", "bytes=9-", "z" * 300])
        if query:
            target += "?" + "&".join(query)
        content = operation.get("requestBody", {}).get("content", {})
        if "application/json" in content:
            body = json.dumps(self.value(content["application/json"]["schema"])).encode()
            if pick.random() < 0.05:
                body = body[:pick.randint(0, len(body))]
            headers["Content-Type"] = "application/json" if pick.random() < 0.97 else "text/plain"
        elif content:
            body = pick.randbytes(pick.choice([0, 1, 10, 1000]))
        return method, target, body, headers
